"""From an identifier to the keyed pseudonym of one member: normalisation ``email:v1`` or ``phone:v1``, then HMAC.

Pure, and the only place that understands an address or a telephone number. A plain hash would be reversed by trying
within hours; with a key that only the brands of one partnership have, nobody else can even try. A token is still
personal data and is treated so.

A token is the first 64 of the 256 bits. Two different members share a token by chance with an expectation of
n² / 2^65 pairs among n members: 0.0005 for 100 million.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import idna
import phonenumbers

PREFIX = "email:v1:"
"""Goes before the value under the HMAC, so that another normalisation can never meet this one."""

PHONE_PREFIX = "phone:v1:"

_BLOCK = 64
"""Bytes of a SHA-256 block (RFC 2104 pads the key to it)."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A host name in ASCII with at least two labels."""

_LOCAL = re.compile(r"[^\s()<>\[\]:;@\\,\"]{1,64}")
"""An unquoted local part: in ASCII the atext of RFC 5322 and dots."""

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
    NOT_A_PHONE = "not_a_phone"
    ROLE_ACCOUNT = "role_account"
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
    local, _, host = value.partition("@")
    host = _normalised_host(host)
    is_address = host and _LOCAL.fullmatch(local) and local.isprintable()
    if host in _GMAIL:
        local, host = local.partition("+")[0].replace(".", ""), "gmail.com"
    if not is_address or not local:
        return Rejection.NOT_AN_EMAIL if value else Rejection.EMPTY
    if local in _ROLES or ("+" in local and local.partition("+")[0] in _ROLES):
        return Rejection.ROLE_ACCOUNT
    return f"{local}@{host}"


def normalised_phone(raw: str, region: str | None) -> str | Rejection:
    """Return a telephone number in its one spelling (``phone:v1``: E.164 with "+"), or why it is none.

    Args:
        raw: the number as it was written down; an extension behind it is left out.
        region: ISO 3166 country whose numbers are written without "+"; None takes numbers with "+" only.

    >>> normalised_phone("(020) 7946 0958", "GB")
    '+442079460958'
    >>> normalised_phone("12345", "DE")
    <Rejection.NOT_A_PHONE: 'not_a_phone'>
    """
    if not raw.strip():
        return Rejection.EMPTY
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return Rejection.NOT_A_PHONE
    if not phonenumbers.is_valid_number(number):
        return Rejection.NOT_A_PHONE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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


@lru_cache(1 << 16)
def _normalised_host(host: str) -> str:
    """Return a host in lower case as ASCII; empty for what is none. Cached, because most people are at few hosts."""
    if _HOST.fullmatch(host) and "xn--" not in host:
        return host
    try:
        ascii_host = idna.encode(host.removesuffix(".").removesuffix("。"), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    return ascii_host if _HOST.fullmatch(ascii_host) else ""
