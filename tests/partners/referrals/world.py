"""What evidence is tested in: a live campaign of Alder and Birch under signed terms, and files as a merchant sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import Agreement, Campaign, CampaignCommunity, CampaignType, Party, Signature, Terms
from partners.campaigns.terms import PartyTerms, TermsDocument, to_dict
from partners.digest import digest_of
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.referrals.models import Evidence, Import, ImportFailure
from partners.referrals.services import CHUNK, open_import, read_chunk, receive_import
from partners.store import FolderStore
from tests.cast import Brand, Cast

KEY = bytes(range(32))
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
CONVERSIONS = "order_id,line_no,occurred_at,campaign,currency,gross,tax,shipping,quantity,product,customer,referred_by"
REFUNDS = "refund_id,order_id,line_no,occurred_at,currency,amount"


@dataclass(frozen=True, slots=True)
class World:
    """The cast with a live campaign, in which both sell."""

    cast: Cast
    campaign: Campaign
    terms: Terms


def build_world(session: Session, cast: Cast, code: str = "autumn") -> World:
    """Add a live campaign in September 2026 whose base excludes tax and shipping."""
    return World(cast, *add_campaign(session, cast.partnership, (cast.alder, cast.birch), code))


def add_campaign(
    session: Session, partnership: Partnership, brands: tuple[Brand, ...], code: str
) -> tuple[Campaign, Terms]:
    """Add a live campaign of September 2026 with signed terms and the communities of its brands."""
    agreement = Agreement(partnership_id=partnership.id, number=f"AGR-{code}", currency="EUR", created_at=NOW)
    session.add(agreement)
    session.flush()
    campaign = Campaign(
        code=code, partnership_id=partnership.id, agreement_id=agreement.id, proposer_id=brands[0].partner.id,
        name=f"Campaign {code}", campaign_type=CampaignType.JOINT_PROMOTION, objective="Breakfast",
        starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 30), stage=Stage.LIVE, created_at=NOW,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    for position, brand in enumerate(brands):
        session.add_all([
            Party(agreement_id=agreement.id, partner_id=brand.partner.id, legal_entity_id=brand.entity.id,
                  position=position, is_merchant=True),
            CampaignCommunity(campaign_id=campaign.id, community_id=brand.community.id),
        ])  # fmt: skip
    return campaign, add_terms(session, agreement, partnership, brands)


def add_terms(
    session: Session, agreement: Agreement, partnership: Partnership, brands: tuple[Brand, ...], version: int = 1,
    first: date = date(2026, 9, 1), until: date = date(2026, 10, 1),
) -> Terms:  # fmt: skip
    """Add a version of terms that every party has signed."""
    document = to_dict(TermsDocument(
        agreement=agreement.number, version=version, partnership=partnership.id,
        parties=tuple(PartyTerms(b.partner.id, b.entity.id, b.entity.name, True, 1) for b in brands),
        currency="EUR", timezone=partnership.timezone, effective_from=first, effective_until=until,
        base_excludes=("tax", "shipping"), rate="0.1", payment_days=30,
    ))  # fmt: skip
    terms = Terms(
        agreement_id=agreement.id, version=version, document=document, digest=digest_of(document),
        author_id=brands[0].manager.user_id, author_partner_id=brands[0].partner.id, created_at=NOW,
    )  # fmt: skip
    session.add(terms)
    session.flush()
    for brand in brands:
        session.add(Signature(terms_id=terms.id, partner_id=brand.partner.id, user_id=brand.manager.user_id,
                              digest=terms.digest, signed_at=NOW))  # fmt: skip
    session.flush()
    return terms


def other_partnership(session: Session, cast: Cast) -> Partnership:
    """Add a signed partnership of Alder with Cedar."""
    partnership = Partnership(name="Alder with Cedar", footing=Footing.SIGNED, timezone="Asia/Shanghai", created_at=NOW)
    session.add(partnership)
    session.flush()
    for brand in (cast.alder, cast.cedar):
        session.add(PartnershipPartner(partnership_id=partnership.id, partner_id=brand.partner.id, accepted_at=NOW,
                                       accepted_by=brand.manager.user_id))  # fmt: skip
    session.flush()
    return partnership


def sale(order: str = "O-1", line: int = 1, **changes: str) -> str:
    """Return one row of a conversions file; by default 119.00 EUR with 19.00 tax on 10 September."""
    row = {
        "order_id": order, "line_no": str(line), "occurred_at": "2026-09-10T12:00:00", "campaign": "autumn",
        "currency": "EUR", "gross": "119.00", "tax": "19.00", "shipping": "", "quantity": "1", "product": "Beans",
        "customer": "", "referred_by": "", **changes,
    }  # fmt: skip
    return ",".join(row[name] for name in CONVERSIONS.split(","))


def refund(refund_id: str = "R-1", order: str = "O-1", line: int = 1, **changes: str) -> str:
    """Return one row of a refunds file; by default 19.00 EUR on 20 September."""
    row = {"refund_id": refund_id, "order_id": order, "line_no": str(line), "occurred_at": "2026-09-20T12:00:00",
           "currency": "EUR", "amount": "19.00", **changes}  # fmt: skip
    return ",".join(row[name] for name in REFUNDS.split(","))


def sheet(rows: Iterable[str], header: str = CONVERSIONS) -> BytesIO:
    """Return a file of these rows."""
    return BytesIO("\n".join([header, *rows, ""]).encode())


def send(
    session: Session, brand: Brand, store: FolderStore, rows: Iterable[str], header: str = CONVERSIONS,
    name: str = "sales.csv",
) -> Import:  # fmt: skip
    """Receive a file and read it to the end in one transaction."""
    received = receive_import(session, brand.finance, store, name, sheet(rows, header), NOW, KEY)
    return read_on(session, store, received.id)


def read_on(session: Session, store: FolderStore, import_id: str, count: int = CHUNK) -> Import:
    """Read an import from its check point to the end."""
    opened = open_import(session, store, import_id)
    while not read_chunk(session, opened, NOW, count).is_finished:
        pass
    return session.get_one(Import, import_id)


def evidence_rows(session: Session) -> list[Evidence]:
    """Return what was taken, by number."""
    return list(session.scalars(select(Evidence).order_by(Evidence.seq)))


def problem_rows(session: Session) -> list[tuple[int, str, str]]:
    """Return row, column and reason of what was not taken."""
    rows = session.scalars(select(ImportFailure).order_by(ImportFailure.row_no))
    return [(row.row_no, row.column_name, row.problem) for row in rows]
