"""From an e-mail address to the keyed pseudonym of one member: normalisation ``email:v1``, then HMAC-SHA256.

Pure, and the only place that understands an address. A plain hash would be reversed by enumeration within hours; with a
key that stays on this installation, nobody else can even try. A token is still personal data and is treated so.

The store keeps the first 64 of the 256 bits. Two different members share a token by chance with an expectation of
n² / 2^65 pairs among n members: 0.0005 for 100 million.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum

import idna

PREFIX = "email:v1:"
"""Goes before the value under the HMAC, so that another normalisation can never meet this one."""

_BLOCK = 64
"""Bytes of a SHA-256 block (RFC 2104 pads the key to it)."""

_PLAIN = re.compile(
    r"([a-z0-9!#$%&'*/=?^_`{|}~.+-]{1,64})@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9])"
)
"""An address in ASCII: an unquoted local part (RFC 5322 atext and dots), a host name with at least two labels."""

_LOCAL = re.compile(r"[^\s()<>\[\]:;@\\,\"]{1,64}")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})

_ROLES = frozenset(
    (
        "info", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "marketing", "sales", "support",
        "abuse", "noc", "security", "postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp",
        "mailer-daemon", "admin", "administrator", "contact", "office", "newsletter",
    )
)  # fmt: skip
"""Accounts of a function, not of a person: RFC 2142, and what shops and mailing programs use."""


class Rejection(StrEnum):
    """Why a row did not become a member."""

    EMPTY = "empty"
    NOT_AN_EMAIL = "not_an_email"
    ROLE_ACCOUNT = "role_account"
    NOT_HEX = "not_a_token"
    UNREADABLE = "unreadable"
    WRONG_FIELD_COUNT = "wrong_field_count"
    OPEN_QUOTE = "open_quote"
    LINE_TOO_LONG = "line_too_long"


def normalised(raw: str) -> str | Rejection:
    """Return an address in its one spelling (``email:v1``), or why it is none.

    >>> normalised("  Ana.Garcia+promo@Gmail.com ")
    'anagarcia@gmail.com'
    >>> normalised("ANA@Bücher.example")
    'ana@xn--bcher-kva.example'
    >>> normalised("a b@x.com")
    <Rejection.NOT_AN_EMAIL: 'not_an_email'>
    """
    value = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    value = value.strip().lower()
    found = _PLAIN.fullmatch(value)
    local, host = found.groups() if found and "xn--" not in value else _unusual(value)
    if host in _GMAIL:
        local, host = local.partition("+")[0].replace(".", ""), "gmail.com"
    if not local:
        return Rejection.NOT_AN_EMAIL if value else Rejection.EMPTY
    if local in _ROLES or ("+" in local and local.partition("+")[0] in _ROLES):
        return Rejection.ROLE_ACCOUNT
    return f"{local}@{host}"


class Keyed:
    """HMAC-SHA256 under one key and purpose, with the key's two blocks hashed once instead of for every value."""

    def __init__(self, key: bytes, prefix: str = PREFIX) -> None:
        """Take a key of at most 64 bytes."""
        if not 16 <= len(key) <= _BLOCK:
            raise ValueError("the key of the tokens must have 16 to 64 bytes")
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + prefix.encode())
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, value: str) -> bytes:
        """Return the 32 bytes that stand for a normalised value."""
        inner = self._inner.copy()
        inner.update(value.encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def token(self, value: str) -> int:
        """Return the first 8 of those bytes, big-endian: unsigned, 64 bits."""
        return int.from_bytes(self.digest(value)[:8], "big")


def _unusual(value: str) -> tuple[str, str]:
    """Return local part and host of an address outside plain ASCII; two empty strings for what is no address."""
    local, _, host = value.removesuffix(".").removesuffix("。").partition("@")
    if not _LOCAL.fullmatch(local) or not local.isprintable() or "@" in host:
        return "", ""
    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return "", ""
    is_whole = _PLAIN.fullmatch(f"a@{ascii_host}") is not None
    return (local, ascii_host) if is_whole else ("", "")
