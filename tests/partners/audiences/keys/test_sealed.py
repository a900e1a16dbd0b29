"""Keys between brands: what the platform relays opens only where it was meant to, and the files say what they are."""

from __future__ import annotations

import json

import pytest

from partners.audiences.keys.sealed import (
    BrandKeyPair,
    KeyRequest,
    KeyShares,
    NotAKeyFile,
    NotAPublicKey,
    NotSealedForYou,
    SealedCopy,
    key_name,
    make_brand_key,
    make_partnership_key,
    open_key,
    public_name,
    read_brand_key,
    read_key_request,
    read_key_shares,
    read_sealed_keys,
    seal_key,
    share_key,
    write_brand_key,
    write_key_request,
    write_key_shares,
    write_sealed_keys,
)

KEY = bytes(range(32))


def shared(pairs: dict[str, BrandKeyPair], key: bytes = KEY, partnership_id: str = "p1") -> KeyShares:
    """Return a key as it is shared through files: asked for, sealed, written, read."""
    asked = KeyRequest(partnership_id, "Alder with Birch", {name: pair.public for name, pair in pairs.items()})
    return read_key_shares(write_key_shares(share_key(key, read_key_request(write_key_request(asked)))))


def test_a_shared_key_opens_at_each_brand_and_nowhere_else() -> None:
    pairs = {"alder": make_brand_key(), "birch": make_brand_key()}

    shares = shared(pairs)

    copies = {name: SealedCopy("p1", "Alder with Birch", shares.key_name, shares.sealed[name]) for name in pairs}
    assert [open_key(pair, copies[name]) for name, pair in pairs.items()] == [KEY, KEY]
    for pair in (pairs["birch"], make_brand_key()):
        with pytest.raises(NotSealedForYou):
            open_key(pair, copies["alder"])


@pytest.mark.parametrize(("partnership_id", "name"), [("p2", key_name(KEY)), ("p1", "0" * 12)])
def test_a_copy_of_another_partnership_or_key_does_not_open(partnership_id: str, name: str) -> None:
    pair = make_brand_key()

    with pytest.raises(NotSealedForYou):
        open_key(pair, SealedCopy(partnership_id, "Alder with Birch", name, shared({"alder": pair}).sealed["alder"]))


def test_a_slipped_in_key_has_another_name() -> None:
    real, slipped_in = make_brand_key(), make_brand_key()
    key = make_partnership_key()

    relayed = SealedCopy("p1", "", key_name(key), shared({"birch": slipped_in}, key).sealed["birch"])
    opened = open_key(slipped_in, relayed)

    assert key_name(
        open_key(real, SealedCopy("p1", "", key_name(key), seal_key(opened, "p1", real.public)))
    ) == key_name(key)
    assert public_name(real.public) != public_name(slipped_in.public)
    assert len(public_name(real.public).replace(" ", "")) == 20


def test_files_of_keys_are_read_as_they_were_written() -> None:
    pair = make_brand_key()
    copies = [SealedCopy("p1", "Alder & 桦木", "a" * 12, b"\0sealed\xff")]

    assert read_brand_key(write_brand_key(pair, "Alder")) == pair
    assert read_sealed_keys(write_sealed_keys(copies)) == copies


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), b"short"])
def test_nothing_is_sealed_to_what_is_no_public_key(public: bytes) -> None:
    with pytest.raises(NotAPublicKey):
        seal_key(KEY, "p1", public)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"what": "tandem brand key 1"}', "\0", '{"what": ["a"]}'])
def test_what_is_no_key_file_is_refused(text: str) -> None:
    for read in (read_brand_key, read_sealed_keys, read_key_request, read_key_shares):
        with pytest.raises(NotAKeyFile):
            read(text)


@pytest.mark.parametrize(
    "changed",
    [{"public_keys": {}}, {"public_keys": {"a": "00"}}, {"public_keys": {"a": "no hex"}}, {"public_keys": ["a"]},
     {"public_keys": {"a": 1}}, {"what": "tandem key shares 1"}],
)  # fmt: skip
def test_a_request_without_public_keys_is_refused(changed: dict[str, object]) -> None:
    parts = json.loads(write_key_request(KeyRequest("p1", "Alder with Birch", {"a": bytes(32)})))

    with pytest.raises(NotAKeyFile):
        read_key_request(json.dumps(parts | changed))


@pytest.mark.parametrize(
    "changed", [{"sealed": {}}, {"sealed": {"a": "no base64!"}}, {"sealed": {"a": None}}, {"key": "../x"}, {"key": 1}]
)
def test_shares_that_are_none_are_refused(changed: dict[str, object]) -> None:
    parts = json.loads(write_key_shares(KeyShares("p1", "a" * 12, {"a": b"sealed"})))

    with pytest.raises(NotAKeyFile):
        read_key_shares(json.dumps(parts | changed))
