"""One-time codes of an authenticator app (TOTP, RFC 6238: six digits, every 30 seconds), and recovery codes.

Pure: knows keys and codes as text, neither rows nor clock.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import pyotp

ISSUER = "Tandem"
"""Under which name an app lists the codes."""

RECOVERY_CODES = 10
RECOVERY_BITS = 80

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for one another; 32 of them, five bits each."""


def new_key() -> str:
    """Return a new key for one-time codes, as apps take it: 160 bits in base 32."""
    return pyotp.random_base32()


def link(key: str, email: str) -> str:
    """Return the address that a QR code tells an app."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(key: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step that a code belongs to; None where it is wrong or more than one step away.

    >>> from datetime import UTC
    >>> step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", datetime.fromtimestamp(59, UTC))  # RFC 6238, appendix B
    1
    """
    try:
        return pyotp.TOTP(key).verify_and_get_timecode(plain(code), for_time=now, valid_window=1)
    except pyotp.OTPVerificationError:
        return None


def is_code(text: str) -> bool:
    """Say whether this looks like the code of an app; what else is given in its place is a recovery code."""
    return len(plain(text)) == 6 and plain(text).isdigit()


def new_recovery_codes() -> list[str]:
    """Return ten codes of 80 bits, in groups of four characters so that they can be read from paper."""
    length = RECOVERY_BITS // 5
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(length)) for _ in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 4] for at in range(0, length, 4)) for code in codes]


def recovery_digest(user_id: str, code: str) -> str:
    """Return what is kept of a recovery code; 80 random bits need no slow digest.

    >>> recovery_digest("u", "abcd-efgh") == recovery_digest("u", "ABCD EFGH")
    True
    """
    return hashlib.sha256(f"recovery:{user_id}:{plain(code).lower()}".encode()).hexdigest()


def plain(code: str) -> str:
    """Return a code without the spaces and dashes that people type."""
    return "".join(sign for sign in code if sign.isalnum())
