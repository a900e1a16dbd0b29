"""Audiences: lists in, keyed pseudonyms, counts, and what may be shown."""
