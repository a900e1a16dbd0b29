"""Counting what lists share: which pairs, over which slices, on this machine or on others, with noise at once."""
