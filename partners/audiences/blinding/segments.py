"""Labels of the segments of an audience: few, short, and nothing that could be a person.

Pure. The same rule holds at the brand, before a label leaves it, and on the platform, before one is taken.
"""

from __future__ import annotations

import re

MAX_SEGMENTS = 12
"""Segments of one audience."""

_LABEL = re.compile(r"[\w .\-/&+]{1,40}")
_DIGITS_IN_A_ROW = re.compile(r"\d{7}")
_HEX_IN_A_ROW = re.compile(r"[0-9a-fA-F]{16}")
_MOST_DIGITS = 8
"""Digits of a day, as in 2026-10-31; what has more is rather a telephone number or a customer's."""


def is_label(text: str) -> bool:
    """Return whether a text may name a segment: 1 to 40 letters, digits, spaces and ``. - _ / & +``, no identifier.

    >>> is_label("gold & silver"), is_label("会员 2026-10-31"), is_label("ana@x.com"), is_label("+49 151 23456789")
    (True, True, False, False)
    """
    if not _LABEL.fullmatch(text) or text != text.strip():
        return False
    is_number = _DIGITS_IN_A_ROW.search(text) or sum(map(str.isdigit, text)) > _MOST_DIGITS
    return not is_number and not _HEX_IN_A_ROW.search(text)
