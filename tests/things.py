"""One thing of each kind in the sample world, for tests that ask for every address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Engine, Enum, Integer, Table, select
from sqlalchemy.orm import Session

from partners.audiences.models import Regions, TokenFile
from partners.database import EVERY_TENANT, Utc, reading
from partners.directory.accounts.models import Role, Seat
from partners.directory.accounts.queries import seats_of, user_by_email
from partners.directory.models import Partnership
from partners.directory.policy import Actor
from partners.tables import metadata


def things_of(engine: Engine, own: str, partner: str, partnership: str) -> dict[str, str]:
    """Return an id for each word of the URL map: the brand's own thing, or one that it shares with its partner.

    Args:
        own, partner: codes of two brands.
        partnership: name of one that both are in.
    """
    with reading(engine, EVERY_TENANT) as session:

        def first(of: str, **equal: Any) -> str:
            table = _table(of)
            found = select(table.c.id).where(*(table.c[column] == value for column, value in equal.items()))
            return str(session.scalars(found.order_by(*_told_apart_by(table), table.c.id).limit(1)).one())

        mine, theirs = first("partner", code=own), first("partner", code=partner)
        bond = first("partnership", name=partnership)
        shared = first("statement", partnership_id=bond, payer_id=mine, payee_id=theirs)
        found = {"partner_id": mine, "partnership_id": bond, "statement_id": shared}
        found["campaign_id"] = first("campaign", partnership_id=bond, stage="live")
        found["blind_count_id"] = first("blind_count", partnership_id=bond, step="opening")
        found["period_id"] = first("period", partnership_id=bond)
        found["regions_id"] = first("regions", partnership_id=bond)
        found["account_id"] = first("bank_account", partner_id=mine, state="proposed")
        found["invitation_id"] = first("invitation", partner_id=mine, role="viewer")
        found["brand_invitation_id"] = first("invitation", partner_id=mine, role=None)
        return found | {f"{word}_id": first(name, partner_id=mine) for word, name in OWNED.items()}


OWNED = {
    "community": "community", "audience": "audience", "import": "import", "job": "job", "seat": "seat",
    "token": "api_token",
}  # fmt: skip
"""Word in an address -> table of things that belong to one partner."""


def actor_named(engine: Engine, email: str) -> Actor:
    """Return who signs in with this address, in the first seat."""
    with reading(engine) as session:
        account = user_by_email(session, email)
        assert account is not None
        return seats_of(session, account.user_id)[0].actor


def _told_apart_by(table: Table) -> list[ColumnElement[Any]]:
    """Return the columns that are the same whenever the sample world is loaded: ids and digests are random."""
    settled = Date | Enum | Integer | Utc
    return [column for column in table.c if isinstance(column.type, settled) or column.name == "code"]


def _table(name: str) -> Table:
    return metadata.tables[name]


def add_regions(session: Session, partnership: str, at: datetime) -> None:
    """Add what three lists of a partnership of the sample world came to, as if it had been asked and counted."""
    bond = session.execute(select(Partnership).filter_by(name=partnership)).scalar_one()
    files = select(TokenFile).filter_by(partnership_id=bond.id, segment="")
    lists = [*session.scalars(files.order_by(TokenFile.members, TokenFile.audience_id))][:3]
    asker = session.execute(select(Seat).filter_by(partner_id=lists[0].partner_id, role=Role.MANAGER)).scalars().first()
    assert asker is not None
    session.add(
        Regions(
            partnership_id=bond.id, asker_id=asker.partner_id, asked_by=asker.user_id, asked_at=at,
            audience_ids=[one.audience_id for one in lists], sizes=[one.members for one in lists],
            cells=[900, 800, 400, 700, 300, 200, 100], epsilon_milli=250, computed_at=at,
        )
    )  # fmt: skip
