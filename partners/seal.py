"""Sealing of the few secrets that must be read again: bank account numbers, keys of one-time codes.

Authenticated encryption (XChaCha20-Poly1305 of libsodium). What it is for is bound in, so that a sealed value moved to
another row or another use does not open.
"""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from partners.errors import TandemError


class SealBroken(TandemError):
    """A stored secret cannot be read: it was changed, or the key in TANDEM_SEAL_KEY is not the one that sealed it."""


def seal(key: bytes, plain: str, purpose: str) -> bytes:
    """Return the text encrypted under the key (32 bytes); ``purpose`` names use and row, such as ``bank:ab12…``."""
    return bytes(Aead(key).encrypt(plain.encode(), purpose.encode()))


def unseal(key: bytes, sealed: bytes, purpose: str) -> str:
    """Return what ``seal`` was given; raises SealBroken unless key, bytes and purpose are the same.

    >>> unseal(b"k" * 32, seal(b"k" * 32, "DE89", "bank:a"), "bank:a")
    'DE89'
    """
    try:
        return bytes(Aead(key).decrypt(sealed, purpose.encode())).decode()
    except CryptoError:
        raise SealBroken() from None
