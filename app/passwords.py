"""Passwords: argon2id digests, which ones are too easy, and the same answer in the same time whether a user exists."""

from __future__ import annotations

import re
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _

MIN_LENGTH = 12
"""Characters of a new password; length is what counts (NIST SP 800-63B, section 3.1.1.2)."""

MAX_LENGTH = 200

LEFT = 6
"""Characters that must be left when everything is taken out that is tried first."""

TRIED_FIRST = (
    "password", "passwort", "kennwort", "passphrase", "passcode", "motdepasse", "contrasena", "mima", "woaini",
    "iloveyou", "letmein", "welcome", "willkommen", "administrator", "admin", "login", "master", "secret", "geheim",
    "changeme", "default", "dragon", "monkey", "football", "baseball", "sunshine", "princess", "superman", "batman",
    "trustno", "whatever", "starwars", "computer", "internet", "qazwsx", "hello", "hallo", "guest", "user", "test",
    "spring", "summer", "autumn", "winter", "tandem",
)  # fmt: skip
"""Words of the commonest passwords of all published lists, and this product's name."""

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl",
    "zxcvbnm", "yxcvbnm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()",
)  # fmt: skip
"""Alphabet, digits and rows of keyboards, to be read in both directions."""

_LIKE_LETTERS = str.maketrans("0134578$@!€", "oleasts" + "sai" + "e")
"""Signs that stand in for letters."""

_hasher = PasswordHasher()


def digest_password(password: str) -> str:
    """Return the argon2id digest to keep for a password, salt and parameters included."""
    return _hasher.hash(password)


def is_password(password_digest: str | None, password: str) -> bool:
    """Say whether the password is the one of the digest; None takes as long as a wrong password."""
    try:
        _hasher.verify(password_digest or _digest_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_digest is not None


def is_outdated(password_digest: str) -> bool:
    """Say whether a digest was made with other parameters than today's; made anew when its user signs in."""
    return _hasher.check_needs_rehash(password_digest)


def weakness_of(password: str, *names: str) -> str | None:
    """Return in a sentence why nobody should have this password; None where it may be used.

    Args:
        names: e-mail address and names of the user and the brand, which are tried first too.

    >>> weakness_of("correct horse battery") is None
    True
    """
    if len(password) < MIN_LENGTH:
        return str(_("Use at least %(count)s characters. A sentence is easy to keep in mind.", count=MIN_LENGTH))
    if _left_of(password.casefold(), ()) < LEFT:
        return str(_("This password is among the first that are tried. Use several words that do not belong together."))
    if _left_of(password.casefold(), _words_of(names)) < LEFT:
        return str(_("This is mostly your name, e-mail address or brand, which are tried first. Use other words."))
    return None


def _left_of(password: str, words: tuple[str, ...]) -> int:
    """Return how many characters nobody would guess at once, whether signs are read as they are or as letters."""
    return min(_left_in(each, words) for each in (password, password.translate(_LIKE_LETTERS)))


def _left_in(password: str, words: tuple[str, ...]) -> int:
    left = password
    for word in sorted({*words, *TRIED_FIRST}, key=len, reverse=True):
        left = left.replace(word, " ")
    left = _without_rows(left)
    left = re.sub(r"(.)\1{2,}", r"\1", left)  # aaaa counts once
    left = re.sub(r"(.{2,6}?)\1+", r"\1", left)  # so does abcabcabc
    left = re.sub(r"(19|20)\d\d", "", left)
    return len(re.findall(r"\w", left))


def _without_rows(password: str) -> str:
    """Return the password without four or more neighbours on a keyboard or in the alphabet."""
    found, at = "", 0
    while at < len(password):
        length = _row_at(password[at:])
        if length >= 4:
            at += length
        else:
            found, at = found + password[at], at + 1
    return found


def _row_at(text: str) -> int:
    lengths = (
        length
        for row in _ROWS
        for way in (row, row[::-1])
        for length in range(min(len(text), len(row)), 3, -1)
        if text[:length] in way + way
    )
    return max(lengths, default=0)


def _words_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of names and addresses that are long enough to be told from chance; Chinese ones from two."""
    found = re.findall(r"[^\W_]+", " ".join(names).casefold())
    return tuple(word for word in found if len(word) > 2 or (len(word) == 2 and not word.isascii()))


@lru_cache(maxsize=1)
def _digest_of_nobody() -> str:
    return _hasher.hash("the password of nobody")
