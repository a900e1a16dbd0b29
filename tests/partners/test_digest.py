"""Canonical JSON, digests and chains, against the vectors of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.digest import GENESIS, canonical_json, chained, digest_of

AGREEMENT = {
    "agreement": "AGR-1@v1", "currency": "EUR", "party": "B", "period": "2026-03", "total": 175000,
    "lines": [["O1", 1, 600000, 30000], ["O2", 1, 550000, 32000], ["O3", 1, 1400000, 113000]],
}  # fmt: skip


def test_the_digest_of_a_settlement_matches_its_vector() -> None:
    assert digest_of(AGREEMENT) == "99ca50940e8bf58a4758eb22413ca436db3c1df21e05df31666e92a3fdb334dd"


def test_two_links_of_the_chain_match_their_vectors() -> None:
    first = chained(GENESIS, {"actor": "u1", "seq": 1, "type": "statement.submitted"})
    second = chained(first, {"actor": "u2", "seq": 2, "type": "statement.approved"})

    assert first == "fbfc47845cf0b7c291a3d8a7c259dec6443d39453fd16316b576f0ca4808897f"
    assert second == "8f92e1149a7e5a96ea0c7acce8ef033687f33e47a781f2e905d5f1cd82487c03"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert digest_of(dict(reversed(value.items()))) == digest_of(value)


@pytest.mark.parametrize("value", [1.0, {"a": 0.5}, [float("nan")], {1: "a"}, object()])
def test_what_two_machines_might_print_differently_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
