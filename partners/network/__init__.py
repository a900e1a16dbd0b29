"""The only networkx: rows to graph to numbers to coordinates."""
