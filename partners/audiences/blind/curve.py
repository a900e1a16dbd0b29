"""Points of a curve that stand for members, and blinding them: x becomes H(x)^a, then H(x)^ab, in either order.

Pure. The group is the prime-order subgroup of edwards25519; its arithmetic is libsodium's. Undoing a blinding without
its scalar is the discrete logarithm, and testing a guessed member against a blinded list is the decisional
Diffie-Hellman problem: that protects the lists, so no key of the partnership goes into the points. The scalars are
fresh for each count, never leave their brand and are deleted after it, while a shared key can leak, grow old, or differ
between the sides, which would count nothing in common without saying so. What goes in is the count itself, so that
points of one count say nothing in another.

Lists of points are bytes, 32 a point, without a separator. Whatever leaves a brand is sorted: the order is then a
function of the points alone and tells nothing of the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from nacl import bindings
from nacl.utils import random
from numpy.typing import NDArray

from partners.errors import Invalid

POINT_BYTES = 32
SCALAR_BYTES = 32

STEP = 1_000
"""Members to which the size of a list is shown to the partner."""

_POINT = np.dtype("S32")
"""One point for sorting and comparing; NumPy ignores only zero bytes at the end, and all have the same width."""

_DOMAIN = b"tandem blind count 1 member "


class InvalidPoints(Invalid):
    """The list of points is not usable: {problem}. Nothing was computed with it."""


def new_scalar() -> bytes:
    """Return a random scalar below the order of the group, never zero."""
    while True:
        scalar = bindings.crypto_core_ed25519_scalar_reduce(random(2 * SCALAR_BYTES))
        if any(scalar):
            return bytes(scalar)


def point_of(member: bytes, count_id: str) -> bytes:
    """Return the point that stands for a member in one count.

    The sum of two Elligator maps of 64 hashed bytes is spread evenly over the group; a single map reaches only half of
    it (Brier et al., 2010; RFC 9380, section 3, ``hash_to_curve``).

    Args:
        member: the normalised identifier, or a pseudonym of it that both sides make alike.
    """
    hashed = hashlib.sha512(_DOMAIN + count_id.encode() + b" " + member).digest()
    first, second = (bindings.crypto_core_ed25519_from_uniform(hashed[at : at + 32]) for at in (0, 32))
    return bytes(bindings.crypto_core_ed25519_add(first, second))


def blind_members(members: Iterable[bytes], count_id: str, scalar: bytes) -> bytes:
    """Return the blinded points of members, in their order; about 4,000 a second and core."""
    return blind_points(b"".join(point_of(member, count_id) for member in members), scalar)


def blind_points(points: bytes, scalar: bytes) -> bytes:
    """Return points multiplied by a scalar, in their order; about 6,000 a second and core.

    Raises:
        InvalidPoints: one of them is not a point of the prime-order group in its one encoding. Others could carry the
            scalar away bit by bit: libsodium refuses what is off the curve, of small order, of mixed order, or encoded
            another way.

    >>> a, b, point = new_scalar(), new_scalar(), point_of(b"ana@example.com", "a count")
    >>> blind_points(blind_points(point, a), b) == blind_points(blind_points(point, b), a)
    True
    """
    multiply = bindings.crypto_scalarmult_ed25519_noclamp
    try:
        return b"".join([multiply(scalar, point) for point in _each(points)])
    except RuntimeError:
        raise InvalidPoints(problem="it holds what is no point of the group") from None


def padded(members: int) -> int:
    """Return how many points a list of so many members is given: the next full thousand, at least one.

    So the partner, who is handed the points, learns the size of a list to a thousand only.

    >>> padded(1), padded(59_812), padded(60_000)
    (1000, 60000, 60000)
    """
    return max(-(-members // STEP), 1) * STEP


def random_points(count: int) -> bytes:
    """Return points that stand for nobody; nobody can tell them from blinded members, and they meet no other."""
    return b"".join(bindings.crypto_core_ed25519_from_uniform(random(32)) for _ in range(count))


def in_order(points: bytes) -> bytes:
    """Return points sorted by their bytes."""
    return np.sort(_records(points)).tobytes()


def require_list(points: bytes, expected: int) -> None:
    """Raise InvalidPoints unless there are so many different points.

    A point that is there several times would ask about one member louder than about others.
    """
    if len(points) != expected * POINT_BYTES:
        raise InvalidPoints(problem=f"it should have {expected} points")
    if len(np.unique(_records(points))) != expected:
        raise InvalidPoints(problem="it holds a point twice")


def count_common(one: bytes, other: bytes) -> int:
    """Return how many points two lists have in common; each list has every point once."""
    both = np.sort(np.concatenate([_records(one), _records(other)]))
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _each(points: bytes) -> Iterable[bytes]:
    if len(points) % POINT_BYTES:
        raise InvalidPoints(problem="its length is not that of whole points")
    return (points[at : at + POINT_BYTES] for at in range(0, len(points), POINT_BYTES))


def _records(points: bytes) -> NDArray[np.bytes_]:
    if len(points) % POINT_BYTES:
        raise InvalidPoints(problem="its length is not that of whole points")
    return np.frombuffer(points, _POINT)
