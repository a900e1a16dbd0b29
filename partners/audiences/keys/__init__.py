"""Keys of tokens: made at the brands, sealed for one another. Only sealed copies and public halves are here."""
