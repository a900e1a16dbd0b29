"""How three to six lists of a partnership divide."""
