"""Keys and lists of tokens for tests, made apart from the product's own code: HMAC-SHA256 of the standard library."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from partners.audiences.keys.models import BrandKey, PartnershipKey, SealedKey
from partners.audiences.keys.sealed import key_name, seal_key
from partners.directory.models import PartnershipPartner
from partners.directory.policy import Actor

TEST_KEY = bytes(range(32))
"""A partnership's key; its name is ``key_name(TEST_KEY)``."""


def give_key(session: Session, actor: Actor, partnership_id: str, now: datetime, key: bytes = TEST_KEY) -> str:
    """Give a partnership a key as if it had been made at the actor's brand; return its name."""
    name = key_name(key)
    row = PartnershipKey(
        partnership_id=partnership_id, name=name, partner_id=actor.partner_id, made_by=actor.user_id, made_at=now
    )
    session.add(row)
    session.flush()
    sides = session.query(PartnershipPartner.partner_id).filter_by(partnership_id=partnership_id)
    for (partner_id,) in sides.all():
        brand = BrandKey(partner_id=partner_id, public_key="1" * 64, made_by=actor.user_id, made_at=now)
        session.add(brand)
        session.flush()
        sealed = seal_key(key, partnership_id, bytes.fromhex(brand.public_key))
        session.add(
            SealedKey(partnership_key_id=row.id, partner_id=partner_id, brand_key_id=brand.id, sealed=sealed)
        )  # fmt: skip
    session.flush()
    return name


def token(address: str, key: bytes = TEST_KEY) -> str:
    """Return the 16 hex digits that stand for a normalised address."""
    return hmac.new(key, b"email:v1:" + address.encode(), hashlib.sha256).hexdigest()[:16]


def token_csv(
    addresses: Iterable[str], keys: Iterable[bytes] = (TEST_KEY,), segments: Mapping[str, str] | None = None
) -> bytes:
    """Return the file that blinding makes of normalised addresses; with ``segments``, address -> label."""
    keys = list(keys)
    head = [f"token_{key_name(key)}" for key in keys] + (["segment"] if segments is not None else [])
    rows = [
        ",".join([*(token(one, key) for key in keys), *([segments.get(one, "")] if segments is not None else [])])
        for one in addresses
    ]
    return "\n".join([",".join(head), *sorted(rows), ""]).encode()
