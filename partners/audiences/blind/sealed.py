"""A list of once-blinded points on its way through the platform: sealed by one brand for the other, for one count.

Runs at the brands. Sealed with both brands' key pairs (libsodium ``crypto_box``), so the platform can neither read the
list nor slip in one of its own; whoever gave it out as a brand's key would have to be found by comparing key names.
"""

from __future__ import annotations

import hashlib

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey

from partners.audiences.blind.curve import POINT_BYTES
from partners.audiences.keys.sealed import BrandKeyPair
from partners.errors import Invalid

_HEAD_BYTES = 32
_NONCE_AND_TAG = 24 + 16


class NotForThisCount(Invalid):
    """The partner's list does not open with the two brand keys, or is of another count. Stop it and propose a new one.

    Before that, compare the names of both keys with your partner.
    """


def sealed_size(members: int) -> int:
    """Return how many bytes a sealed list of so many points has.

    >>> sealed_size(1_000)
    32072
    """
    return _NONCE_AND_TAG + _HEAD_BYTES + members * POINT_BYTES


def seal_points(points: bytes, own: BrandKeyPair, other_public: bytes, count_id: str) -> bytes:
    """Return points as only the other brand can read them, and only as of this brand and count."""
    return bytes(Box(PrivateKey(own.private), PublicKey(other_public)).encrypt(_head(own.public, count_id) + points))


def open_points(sealed: bytes, own: BrandKeyPair, other_public: bytes, count_id: str) -> bytes:
    """Return the points in what the other brand sealed; raises NotForThisCount."""
    try:
        plain = bytes(Box(PrivateKey(own.private), PublicKey(other_public)).decrypt(sealed))
    except (CryptoError, ValueError, TypeError):
        raise NotForThisCount() from None
    if plain[:_HEAD_BYTES] != _head(other_public, count_id):
        raise NotForThisCount()
    return plain[_HEAD_BYTES:]


def _head(sender_public: bytes, count_id: str) -> bytes:
    """Return what says of whom and for which count a list is; a list sent back to its sender opens too, but lies."""
    return hashlib.sha256(b"tandem blind count 1 list " + sender_public + count_id.encode()).digest()
