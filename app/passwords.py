"""Passwords: argon2id digests, and the same answer in the same time whether or not the user exists."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
"""Characters of a new password; length is what counts (NIST SP 800-63B, section 3.1.1.2)."""

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


@lru_cache(maxsize=1)
def _digest_of_nobody() -> str:
    return _hasher.hash("the password of nobody")
