"""Keys outside the platform: making them, naming them, sealing them for another brand, and the files they lie in.

Runs at the brands. Knows no database. A sealed copy names its partnership inside, so that a copy for one partnership is
no copy for another. Whoever relays public keys could slip in its own, open what is sealed to it and seal it again: the
name of the partnership's key stays the same then. So people compare the names of the *public* keys aloud, first.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from partners.errors import Invalid

KEY_BYTES = 32
NAME_DIGITS = 12
PUBLIC_NAME_DIGITS = 20
"""Hex digits of a public key's name: 80 bits, so that nobody finds a second key of that name by trying."""

_BRAND_FILE = "tandem brand key 1"
_SEALED_FILE = "tandem sealed keys 1"
_REQUEST_FILE = "tandem key request 1"
_SHARES_FILE = "tandem key shares 1"

_NAME = re.compile(rf"[0-9a-f]{{{NAME_DIGITS}}}")


class NotAKeyFile(Invalid):
    """This is not the file that is wanted here: {wanted}."""


class NotAPublicKey(Invalid):
    """This is not the public key of a brand. It has 64 digits from 0 to 9 and a to f; copy all of them."""


class NotSealedForYou(Invalid):
    """The sealed key of “{partnership}” does not open with this brand key. Ask the partner to seal it anew."""


@dataclass(frozen=True, slots=True)
class BrandKeyPair:
    """A brand's key pair (X25519). ``private`` never leaves the brand; both halves have 32 bytes."""

    private: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """One partnership's key as a brand gets it from the platform."""

    partnership_id: str
    partnership: str
    key_name: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """For whom a partnership's key is to be sealed: 32 bytes of public key by the id of each partner in it."""

    partnership_id: str
    partnership: str
    public_keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class KeyShares:
    """A partnership's key, sealed for each partner by its id: what is given to the platform to relay."""

    partnership_id: str
    key_name: str
    sealed: Mapping[str, bytes]


def make_brand_key() -> BrandKeyPair:
    """Return a new key pair."""
    private = PrivateKey.generate()
    return BrandKeyPair(bytes(private), bytes(private.public_key))


def make_partnership_key() -> bytes:
    """Return a new key for the tokens of a partnership: 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def key_name(key: bytes) -> str:
    """Return the name of a partnership's key, which says nothing about it.

    >>> key_name(bytes(range(32)))
    'aa1916ecd637'
    """
    return hashlib.sha256(b"tandem partnership key 1" + key).hexdigest()[:NAME_DIGITS]


def is_key_name(text: str) -> bool:
    """Say whether a text can be the name of a partnership's key.

    >>> is_key_name("aa1916ecd637"), is_key_name("aa19")
    (True, False)
    """
    return _NAME.fullmatch(text) is not None


def public_name(public: bytes) -> str:
    """Return the name of a brand's public key, in fours for reading aloud.

    >>> public_name(bytes(range(32)))
    'db6f 079b c54f d9fc a3c2'
    """
    digits = hashlib.sha256(b"tandem brand key 1" + public).hexdigest()[:PUBLIC_NAME_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, PUBLIC_NAME_DIGITS, 4))


def seal_key(key: bytes, partnership_id: str, public: bytes) -> bytes:
    """Return a partnership's key as only the owner of a public key can read it; raises NotAPublicKey."""
    try:
        return bytes(SealedBox(PublicKey(public)).encrypt(key + partnership_id.encode()))
    except (CryptoError, ValueError, TypeError):
        raise NotAPublicKey() from None


def share_key(key: bytes, request: KeyRequest) -> KeyShares:
    """Return a partnership's key sealed for every partner that the request names; raises NotAPublicKey."""
    sealed = {
        partner_id: seal_key(key, request.partnership_id, public) for partner_id, public in request.public_keys.items()
    }
    return KeyShares(request.partnership_id, key_name(key), sealed)


def open_key(pair: BrandKeyPair, copy: SealedCopy) -> bytes:
    """Return the key in a sealed copy; raises NotSealedForYou unless it is this partnership's, for this brand."""
    try:
        plain = bytes(SealedBox(PrivateKey(pair.private)).decrypt(copy.sealed))
    except (CryptoError, ValueError, TypeError):
        raise NotSealedForYou(partnership=copy.partnership) from None
    key, partnership_id = plain[:KEY_BYTES], plain[KEY_BYTES:].decode(errors="replace")
    if partnership_id != copy.partnership_id or key_name(key) != copy.key_name:
        raise NotSealedForYou(partnership=copy.partnership)
    return key


def write_brand_key(pair: BrandKeyPair, brand: str) -> str:
    """Return the text of a brand key file, to be kept at the brand only."""
    return _written(_BRAND_FILE, brand=brand, public=pair.public.hex(), private=pair.private.hex())


def read_brand_key(text: str) -> BrandKeyPair:
    """Read a brand key file; raises NotAKeyFile."""
    parts = _parts(text, _BRAND_FILE)
    try:
        return BrandKeyPair(bytes.fromhex(parts["private"]), bytes.fromhex(parts["public"]))
    except (KeyError, ValueError, TypeError):
        raise NotAKeyFile(wanted=_BRAND_FILE) from None


def write_sealed_keys(copies: Iterable[SealedCopy]) -> str:
    """Return the text of a file of sealed keys; it is no secret."""
    keys = [
        {"partnership_id": one.partnership_id, "partnership": one.partnership, "key": one.key_name,
         "sealed": b64encode(one.sealed).decode()}
        for one in copies
    ]  # fmt: skip
    return _written(_SEALED_FILE, keys=keys)


def read_sealed_keys(text: str) -> list[SealedCopy]:
    """Read a file of sealed keys; raises NotAKeyFile."""
    parts = _parts(text, _SEALED_FILE)
    try:
        return [
            SealedCopy(one["partnership_id"], one["partnership"], one["key"], b64decode(one["sealed"]))
            for one in parts["keys"]
        ]
    except (KeyError, ValueError, TypeError):
        raise NotAKeyFile(wanted=_SEALED_FILE) from None


def write_key_request(request: KeyRequest) -> str:
    """Return the text of a file that asks for a partnership's key; it is no secret."""
    public_keys = {partner_id: public.hex() for partner_id, public in request.public_keys.items()}
    return _written(
        _REQUEST_FILE, partnership_id=request.partnership_id, partnership=request.partnership, public_keys=public_keys
    )


def read_key_request(text: str) -> KeyRequest:
    """Read a file that asks for a partnership's key; raises NotAKeyFile."""
    parts = _parts(text, _REQUEST_FILE)
    try:
        public_keys = {str(partner_id): bytes.fromhex(key) for partner_id, key in parts["public_keys"].items()}
        request = KeyRequest(str(parts["partnership_id"]), str(parts["partnership"]), public_keys)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NotAKeyFile(wanted=_REQUEST_FILE) from None
    if not public_keys or any(len(public) != KEY_BYTES for public in public_keys.values()):
        raise NotAKeyFile(wanted=_REQUEST_FILE)
    return request


def write_key_shares(shares: KeyShares) -> str:
    """Return the text of a file with a partnership's key sealed for each partner; it is no secret."""
    sealed = {partner_id: b64encode(copy).decode() for partner_id, copy in shares.sealed.items()}
    return _written(_SHARES_FILE, partnership_id=shares.partnership_id, key=shares.key_name, sealed=sealed)


def read_key_shares(text: str) -> KeyShares:
    """Read a file with a partnership's key sealed for each partner; raises NotAKeyFile."""
    parts = _parts(text, _SHARES_FILE)
    try:
        sealed = {str(partner_id): b64decode(copy, validate=True) for partner_id, copy in parts["sealed"].items()}
        shares = KeyShares(str(parts["partnership_id"]), str(parts["key"]), sealed)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NotAKeyFile(wanted=_SHARES_FILE) from None
    if not sealed or not is_key_name(shares.key_name):
        raise NotAKeyFile(wanted=_SHARES_FILE)
    return shares


def _written(what: str, **parts: object) -> str:
    return json.dumps({"what": what, **parts}, indent=2, ensure_ascii=False) + "\n"


def _parts(text: str, what: str) -> dict[str, Any]:
    try:
        parts = json.loads(text)
    except ValueError:
        raise NotAKeyFile(wanted=what) from None
    if not isinstance(parts, dict) or parts.get("what") != what:
        raise NotAKeyFile(wanted=what)
    return parts
