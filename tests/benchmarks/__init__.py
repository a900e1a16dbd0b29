"""Measurements beside named peers: ``make bench`` prints them and writes ``RESULTS.md``. No test: nothing here fails a
build, but a peer that comes to another result than ours stops the run."""
