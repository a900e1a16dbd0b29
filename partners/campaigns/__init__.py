"""Agreements, terms, signatures, campaigns and their goals."""
