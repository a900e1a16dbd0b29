"""Registering lists in tests as a brand does: blinded at home, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from partners.audiences import register_services
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.audiences.models import Audience
from partners.audiences.register_services import Previewed
from partners.store import FolderStore
from tests.cast import Brand
from tests.conftest import NOW
from tests.keys import TEST_KEY, token_csv


def ground(**other: Any) -> Ground:
    """Return a ground that is all right; ``other`` fields replace its own."""
    fields: dict[str, Any] = {
        "as_of": date(2026, 10, 1), "expires_on": date(2027, 10, 1), "lawful_basis": LawfulBasis.CONSENT,
        "consent_text": "club 3", "collected_from": date(2025, 1, 1), "collected_to": date(2026, 9, 30),
        "purpose": "joint campaigns", "region": "DE", "uses": (Use.OVERLAP, Use.REGIONS), **other,
    }  # fmt: skip
    return Ground(**fields)


def preview(
    session: Session, brand: Brand, store: FolderStore, data: bytes, now: datetime = NOW, **other: Any
) -> Previewed:
    """Send a token file of a brand's community."""
    name = other.pop("source_name", "members.tokens.csv")
    actor = other.pop("actor", brand.manager)
    return register_services.preview_audience(
        session, actor, store, brand.community.id, ground(**other), name, BytesIO(data), now
    )


def register(
    session: Session, brand: Brand, store: FolderStore, addresses: Iterable[str],
    segments: Mapping[str, str] | None = None, keys: Iterable[bytes] = (TEST_KEY,), now: datetime = NOW, **other: Any,
) -> Audience:  # fmt: skip
    """Blind addresses, send them and confirm."""
    previewed = preview(session, brand, store, token_csv(addresses, keys, segments), now, **other)
    return register_services.confirm_audience(session, brand.manager, previewed.audience.id, now)


def people(first: int, end: int) -> list[str]:
    """Return addresses of numbered people."""
    return [f"person{number}@x.com" for number in range(first, end)]
