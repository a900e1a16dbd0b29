"""Counting by commutative double blinding: no key is shared, and the platform sees only points that nobody can undo."""
