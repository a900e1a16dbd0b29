"""The columns of a token file, as blinding writes them and the intake reads them: one of tokens for each key.

Pure.
"""

from __future__ import annotations

from partners.audiences.keys.sealed import is_key_name

SEGMENT = "segment"
"""The one other column there may be."""

_BEGINS = "token_"


def token_column(key_name: str) -> str:
    """Return the name of the column of tokens under a key."""
    return _BEGINS + key_name


def key_of_column(column: str) -> str | None:
    """Return the name of the key that a column's tokens are under; None where it is no column of tokens.

    >>> key_of_column(token_column("aa1916ecd637")), key_of_column("token_of_ana")
    ('aa1916ecd637', None)
    """
    key_name = column.removeprefix(_BEGINS)
    return key_name if key_name != column and is_key_name(key_name) else None
