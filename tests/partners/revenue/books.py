"""A small world for the tests of revenue: an agreement of Alder (merchant) and Birch, its campaign, and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.campaigns.models import Agreement, Campaign, CampaignType, Party, Signature, Stage, Terms
from partners.database import locked
from partners.digest import digest_of
from partners.directory.models import Partnership, PartnershipPartner
from partners.referrals.models import Evidence, EvidenceKind
from partners.revenue import services
from partners.revenue.models import Draft, Period, Statement
from partners.revenue.period_queries import drafts_digest
from tests.cast import Brand, Cast, build_cast

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09", "2026-10", "2026-11"
AFTER = {
    "2026-09": datetime(2026, 10, 5, 9, tzinfo=UTC),
    "2026-10": datetime(2026, 11, 4, 9, tzinfo=UTC),
    "2026-11": datetime(2026, 12, 3, 9, tzinfo=UTC),
    "2026-12": datetime(2027, 1, 4, 9, tzinfo=UTC),
}
"""An instant in the month after each, at which it can be closed."""


def day(month: int, of_month: int, hour: int = 12) -> datetime:
    """Return an instant of 2026."""
    return datetime(2026, month, of_month, hour, tzinfo=UTC)


@dataclass
class Books:
    """Evidence is written straight into its table, numbered as intake numbers it."""

    session: Session
    cast: Cast
    agreement: Agreement
    terms: Terms
    campaign: Campaign
    sold: dict[str, Evidence] = field(default_factory=dict)

    def sell(self, order: str, at: datetime, gross: int, base: int | None = None, **more: Any) -> Evidence:
        """Report one conversion of Alder; its base is the gross unless given."""
        more = {"merchant_id": self.cast.alder.partner.id, "terms_id": self.terms.id, "line_no": 1, **more}
        row = self._add(
            EvidenceKind.CONVERSION, f"{order}/{more['line_no']}", order, at, gross,
            base_minor=gross if base is None else base, tax_minor=0 if base is None else gross - base, **more,
        )  # fmt: skip
        self.sold[order] = row
        return row

    def refund(self, order: str, at: datetime, gross: int, key: str = "") -> Evidence:
        """Report that part of an order was paid back."""
        sale = self.sold[order]
        return self._add(
            EvidenceKind.REFUND, f"refund:{key or order}", order, at, gross, base_minor=0, refers_to=sale.id,
            merchant_id=sale.merchant_id, terms_id=sale.terms_id, line_no=sale.line_no,
        )  # fmt: skip

    def close(self, label: str, brand: Brand | None = None) -> Period:
        """Close a month as Alder's first finance person and draft its statements."""
        actor = (brand or self.cast.alder).finance
        period = services.close_period(self.session, actor, self.cast.partnership.id, label, AFTER[label])
        return services.draft_statements(self.session, period.id, AFTER[label])

    def issue(self, label: str, brand: Brand | None = None) -> list[Statement]:
        """Approve a payer's drafts as its second finance person, and issue them."""
        payer = brand or self.cast.alder
        period = self.period(label)
        digest = drafts_digest(self.session, period.id, payer.partner.id)
        approval = services.approve_drafts(self.session, payer.finance_two, period.id, digest, AFTER[label])
        return services.issue_statements(self.session, approval.id, AFTER[label])

    def settle(self, label: str) -> list[Statement]:
        """Close, draft, approve and issue a month."""
        period = self.close(label)
        return self.issue(label) if period.state == "drafted" else []

    def period(self, label: str) -> Period:
        """Return the period of that month."""
        return self.session.scalars(
            select(Period).where(Period.label == label, Period.partnership_id == self.cast.partnership.id)
        ).one()

    def drafts(self, label: str) -> list[Draft]:
        """Return the drafts of that month, by payee."""
        return list(self.session.scalars(
            select(Draft).where(Draft.period_id == self.period(label).id).order_by(Draft.payee_id)
        ))  # fmt: skip

    def amend(self, weights: dict[str, int] | None = None, rate: str = "0.1", author: str | None = None) -> Terms:
        """Sign a further version of the terms; later sales are priced by it."""
        document = {
            **self.terms.document,
            "version": self.terms.version + 1,
            "rule": {"kind": "fixed_pct", "rate": rate},
        }
        if weights is not None:
            document["parties"] = [{**p, "weight": weights[p["partner"]]} for p in document["parties"]]
        self.terms = add_terms(self.session, self.agreement, document, self.cast, author)
        return self.terms

    def _add(self, kind: EvidenceKind, key: str, order: str, at: datetime, gross: int, **more: Any) -> Evidence:
        partnership = locked(self.session)(Partnership, self.cast.partnership.id)
        partnership.last_seq += 1
        row = Evidence(
            partnership_id=partnership.id, seq=partnership.last_seq, kind=kind, key=key, order_id=order,
            campaign_id=self.campaign.id, occurred_at=at, recorded_at=at + timedelta(hours=1),
            currency=self.agreement.currency, gross_minor=gross, digest="0" * 64, **more,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row


def open_books(
    session: Session, now: datetime, currency: str = "EUR", rate: str = "0.1", weights: tuple[int, ...] = (60, 40),
    third: bool = False,
) -> Books:  # fmt: skip
    """Add the cast, an agreement signed by its parties and a live campaign. ``third`` takes Cedar in, too."""
    cast = build_cast(session, now)
    brands = [cast.alder, cast.birch, cast.cedar][: len(weights)]
    if third:
        session.add(PartnershipPartner(partnership_id=cast.partnership.id, partner_id=cast.cedar.partner.id,
                                       accepted_at=now, accepted_by=cast.cedar.manager.user_id))  # fmt: skip
    agreement, terms, campaign = add_agreement(session, cast, brands, "0001", currency, rate, weights)
    return Books(session, cast, agreement, terms, campaign)


def add_agreement(
    session: Session, cast: Cast, brands: list[Brand], number: str, currency: str, rate: str, weights: tuple[int, ...]
) -> tuple[Agreement, Terms, Campaign]:
    """Add an agreement of brands (all of them sell), its signed terms and a campaign."""
    agreement = Agreement(
        partnership_id=cast.partnership.id, number=f"AGR-2026-{number}", currency=currency, created_at=day(8, 1)
    )
    session.add(agreement)
    session.flush()
    parties = [
        {"partner": b.partner.id, "entity": b.entity.id, "name": b.entity.name, "merchant": True, "weight": weight}
        for b, weight in zip(brands, weights, strict=True)
    ]
    session.add_all(
        Party(agreement_id=agreement.id, partner_id=b.partner.id, legal_entity_id=b.entity.id, position=place,
              is_merchant=True)
        for place, b in enumerate(brands)
    )  # fmt: skip
    document = {
        "format": "tandem-terms/1", "agreement": agreement.number, "version": 1, "partnership": cast.partnership.id,
        "parties": parties, "currency": currency, "timezone": "Europe/Berlin", "effective_from": "2026-08-01",
        "effective_until": "2027-01-01", "base_excludes": ["tax"], "rule": {"kind": "fixed_pct", "rate": rate},
        "rounding": "statement", "payment_days": 30,
    }  # fmt: skip
    terms = add_terms(session, agreement, document, cast)
    campaign = Campaign(
        code=f"autumn-{number}", partnership_id=cast.partnership.id, agreement_id=agreement.id,
        proposer_id=cast.alder.partner.id, name="Autumn breakfast", campaign_type=CampaignType.JOINT_PROMOTION,
        objective="Try one another", starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 30), stage=Stage.LIVE,
        created_at=day(8, 1),
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    return agreement, terms, campaign


def add_terms(
    session: Session, agreement: Agreement, document: dict[str, Any], cast: Cast, author: str | None = None
) -> Terms:
    """Add one version of terms, signed by every party."""
    terms = Terms(
        agreement_id=agreement.id, version=document["version"], document=document, digest=digest_of(document),
        author_id=author or cast.alder.manager.user_id, author_partner_id=cast.alder.partner.id, created_at=day(8, 1),
    )  # fmt: skip
    session.add(terms)
    session.flush()
    managers = {b.partner.id: b.manager.user_id for b in (cast.alder, cast.birch, cast.cedar)}
    session.add_all(
        Signature(terms_id=terms.id, partner_id=party["partner"], user_id=managers[party["partner"]],
                  digest=terms.digest, signed_at=day(8, 2))
        for party in document["parties"]
    )  # fmt: skip
    session.flush()
    return terms
