"""Taking tokens in: reading token files of any size, and keeping them in the store with a transaction."""
