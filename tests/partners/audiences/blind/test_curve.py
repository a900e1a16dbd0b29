"""Points and their blinding: it commutes, counts what sets count, keeps no order, and refuses what is no point."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from partners.audiences.blind.curve import (
    POINT_BYTES,
    InvalidPoints,
    blind_members,
    blind_points,
    count_common,
    in_order,
    new_scalar,
    padded,
    point_of,
    random_points,
    require_list,
)

ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
]
"""The eight points of small order of edwards25519, as libsodium lists them."""

NO_POINTS = ["02" + "00" * 31, "ff" * 32, "ee" + "ff" * 30 + "7f"]
"""Off the curve, or encoded above the field's prime."""

members = st.sets(st.binary(min_size=1, max_size=12), max_size=12)


@given(st.binary(max_size=40))
@settings(max_examples=30)
def test_blinding_commutes(member: bytes) -> None:
    a, b, point = new_scalar(), new_scalar(), point_of(member, "count")

    assert blind_points(blind_points(point, a), b) == blind_points(blind_points(point, b), a)


@given(members, members)
@settings(max_examples=25)
def test_equal_points_are_the_intersection(one: set[bytes], other: set[bytes]) -> None:
    a, b = new_scalar(), new_scalar()

    twice_a = blind_points(in_order(blind_members(one, "count", a)), b)
    twice_b = blind_points(in_order(blind_members(other, "count", b)), a)

    assert count_common(in_order(twice_a), in_order(twice_b)) == len(one & other)


def test_the_order_of_a_list_leaves_no_trace() -> None:
    scalar, people = new_scalar(), [bytes([number]) for number in range(50)]
    mixed = random.Random(1).sample(people, len(people))

    assert in_order(blind_members(people, "c", scalar)) == in_order(blind_members(mixed, "c", scalar))
    assert in_order(blind_members(people, "c", scalar)) != blind_members(people, "c", scalar)


def test_points_of_another_count_or_another_scalar_are_others() -> None:
    people = [bytes([number]) for number in range(20)]
    first = blind_members(people, "first", scalar := new_scalar())

    assert count_common(first, blind_members(people, "second", scalar)) == 0
    assert count_common(first, blind_members(people, "first", new_scalar())) == 0
    assert count_common(first, blind_members(people, "first", scalar)) == 20


@pytest.mark.parametrize("encoded", SMALL_ORDER + NO_POINTS)
def test_what_is_no_point_of_the_group_is_refused(encoded: str) -> None:
    good = point_of(b"ana", "c")

    with pytest.raises(InvalidPoints):
        blind_points(good + bytes.fromhex(encoded), new_scalar())


@pytest.mark.parametrize("encoded", SMALL_ORDER[1:])
def test_a_point_of_mixed_order_is_refused(encoded: str) -> None:
    """It would come back with the scalar modulo eight."""
    try:
        mixed = bindings.crypto_core_ed25519_add(point_of(b"ana", "c"), bytes.fromhex(encoded))
    except RuntimeError:
        pytest.skip("libsodium does not even add it")

    assert not bindings.crypto_core_ed25519_is_valid_point(mixed) or mixed == point_of(b"ana", "c")
    if mixed != point_of(b"ana", "c"):
        with pytest.raises(InvalidPoints):
            blind_points(mixed, new_scalar())


def test_points_and_scalars_are_of_the_group() -> None:
    scalars = {new_scalar() for _ in range(50)}

    assert len(scalars) == 50
    assert all(0 < int.from_bytes(scalar, "little") < ORDER for scalar in scalars)
    for points in (random_points(5), b"".join(point_of(bytes([n]), "c") for n in range(5))):
        for at in range(0, len(points), POINT_BYTES):
            assert bindings.crypto_core_ed25519_is_valid_point(points[at : at + POINT_BYTES])


def test_a_list_has_every_point_once_and_as_many_as_were_said() -> None:
    points = random_points(3)

    require_list(points, 3)
    for bad, expected in ((points, 2), (points, 4), (points + points[:32], 4), (points[:-1], 3), (points + b"x", 3)):
        with pytest.raises(InvalidPoints):
            require_list(bad, expected)


def test_a_size_is_told_to_the_next_thousand_only() -> None:
    assert [padded(members) for members in (1, 999, 1_000, 1_001, 99_999)] == [1_000, 1_000, 1_000, 2_000, 100_000]
