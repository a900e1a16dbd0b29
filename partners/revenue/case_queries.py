"""Reads what a settlement is computed from: evidence up to a watermark, terms, and what earlier periods left behind.

Evidence belongs to the first closed period that ends after it occurred and whose watermark reaches its number: every
event is settled exactly once, a late one in the period that is open when it arrives. A refund never precedes its sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, not_, select
from sqlalchemy.orm import Session, aliased

from partners.campaigns.models import Agreement, Campaign, Signature, Terms
from partners.communities.models import Community
from partners.directory.accounts.models import User
from partners.referrals.models import Evidence, EvidenceKind
from partners.revenue.bundle import TermsUsed
from partners.revenue.models import Earning, Period, PeriodState
from partners.revenue.settle import Conversion, Refund, Sold
from partners.revenue.split import agreed

_CHUNK = 500
"""Identifiers in one IN list: old SQLite takes 999."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a period reads: evidence that occurred before ``ends_at``, with a number up to ``watermark``."""

    ends_at: datetime
    watermark: int


@dataclass(frozen=True, slots=True)
class Span:
    """The evidence of a partnership within a reach and not within the one before; None where nothing is issued yet."""

    partnership_id: str
    reach: Reach
    before: Reach | None


@dataclass(frozen=True, slots=True)
class Case:
    """All that one payer owes in one currency: terms in a fixed order, evidence, and earlier sales with refunds now."""

    payer_id: str
    currency: str
    terms: list[TermsUsed] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    earlier: dict[int, Sold] = field(default_factory=dict)


def issued_reach(session: Session, partnership_id: str, before: datetime) -> Reach | None:
    """Return how far the newest issued period that began before an instant reads, None where there is none."""
    row = session.execute(
        select(Period.ends_at, Period.watermark)
        .where(
            Period.partnership_id == partnership_id, Period.state == PeriodState.ISSUED, Period.starts_at < before,
        )
        .order_by(Period.starts_at.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    return Reach(row.ends_at, row.watermark or 0) if row else None


def cases(session: Session, span: Span) -> list[Case]:
    """Return one case per payer and currency that has evidence in the span, in a fixed order.

    Cost: reads every line of the span once; about 600 bytes of memory a line.
    """
    found: dict[tuple[str, str], Case] = {}
    places: dict[tuple[str, str], tuple[list[Conversion], int]] = {}
    for payer_id, terms_id, used in _terms_used(session, span):
        made = _case(found, payer_id, used.document["currency"])
        places[payer_id, terms_id] = (made.conversions, len(made.terms))
        made.terms.append(used)
    _add_conversions(session, span, places)
    for row in _refund_rows(session, span):
        _case(found, row.merchant_id, row.currency).refunds.append(
            Refund(
                row.id, row.seq, row.occurred_at.isoformat(), row.order_id, row.line_no, row.key, row.gross_minor,
                row.sale_seq,
            )
        )  # fmt: skip
    for made in found.values():
        sold_now = {conversion.seq for conversion in made.conversions} if made.refunds else set()
        wanted = sorted({refund.sale for refund in made.refunds} - sold_now)
        made.earlier.update(_sold_earlier(session, span.partnership_id, wanted))
    return [found[key] for key in sorted(found)]


def terms_authors(session: Session, span: Span) -> set[str]:
    """Return ids of the users who wrote the terms that evidence of the span is priced by."""
    used = select(Evidence.terms_id).where(in_span(span, Evidence, Evidence)).distinct()
    return set(session.scalars(select(Terms.author_id).where(Terms.id.in_(used)).distinct()))


def count_evidence(session: Session, span: Span) -> int:
    """Return how many events the span holds, without reading them."""
    return session.scalars(select(func.count()).select_from(Evidence).where(in_span(span, Evidence, Evidence))).one()


def in_span(span: Span, event: Any, sale: Any) -> ColumnElement[bool]:
    """Return the condition for events of a span; of a refund, ``sale`` is what it refers to and waits for."""
    within = and_(event.partnership_id == span.partnership_id, _within(span.reach, event, sale))
    return and_(within, not_(_within(span.before, event, sale))) if span.before else within


def _case(found: dict[tuple[str, str], Case], payer_id: str, currency: str) -> Case:
    return found.setdefault((payer_id, currency), Case(payer_id, currency))


def _within(reach: Reach, event: Any, sale: Any) -> ColumnElement[bool]:
    return and_(event.seq <= reach.watermark, event.occurred_at < reach.ends_at, sale.occurred_at < reach.ends_at)


def _terms_used(session: Session, span: Span) -> list[tuple[str, str, TermsUsed]]:
    """Return payer, id and terms for every version that prices a conversion of the span, by agreement and version."""
    rows = session.execute(
        select(Evidence.merchant_id, Evidence.terms_id, Campaign.id, Campaign.code, Campaign.name)
        .join(Campaign, Campaign.id == Evidence.campaign_id)
        .where(in_span(span, Evidence, Evidence), Evidence.kind == EvidenceKind.CONVERSION)
        .distinct().order_by(Campaign.code.desc())
    ).all()  # fmt: skip
    campaigns = {(r.merchant_id, r.terms_id): {"id": r.id, "code": r.code, "name": r.name} for r in rows}
    versions = _versions(session, {terms_id for _, terms_id in campaigns})
    used = [
        (payer_id, terms_id, TermsUsed(versions[terms_id][0], versions[terms_id][1], campaign, versions[terms_id][2]))
        for (payer_id, terms_id), campaign in campaigns.items()
    ]
    return sorted(used, key=lambda each: (each[0], each[2].document["agreement"], each[2].document["version"]))


def _versions(
    session: Session, terms_ids: set[str]
) -> dict[str, tuple[str, dict[str, Any], tuple[dict[str, str], ...]]]:
    """Return digest, document and signatures of terms, by id."""
    signed: dict[str, list[dict[str, str]]] = {terms_id: [] for terms_id in terms_ids}
    for row in session.execute(
        select(Signature.terms_id, Signature.partner_id, User.name, Signature.signed_at)
        .join(User, User.id == Signature.user_id)
        .where(Signature.terms_id.in_(terms_ids)).order_by(Signature.signed_at, Signature.partner_id)
    ):  # fmt: skip
        signed[row.terms_id].append({"partner": row.partner_id, "name": row.name, "at": row.signed_at.isoformat()})
    rows = session.execute(select(Terms.id, Terms.digest, Terms.document).where(Terms.id.in_(terms_ids)))
    return {row.id: (row.digest, row.document, tuple(signed[row.id])) for row in rows}


def _add_conversions(session: Session, span: Span, places: dict[tuple[str, str], tuple[list[Conversion], int]]) -> None:
    named = session.execute(select(Campaign.id, Campaign.code).where(Campaign.partnership_id == span.partnership_id))
    campaigns = dict(named.all())
    communities = dict(session.execute(select(Community.id, Community.code)).all())
    rows = session.execute(
        select(
            Evidence.merchant_id, Evidence.terms_id, Evidence.campaign_id, Evidence.from_community_id, Evidence.id,
            Evidence.seq, Evidence.occurred_at, Evidence.order_id, Evidence.line_no, Evidence.base_minor,
            Evidence.gross_minor, Evidence.tax_minor, Evidence.shipping_minor, Evidence.payment_fee_minor,
            Evidence.quantity, Evidence.product,
        )
        .where(in_span(span, Evidence, Evidence), Evidence.kind == EvidenceKind.CONVERSION)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    for payer, terms_id, campaign, community, key, seq, at, order, line, base, *rest, product in rows:
        conversions, number = places[payer, terms_id]
        gross, tax, shipping, fee, quantity = rest
        conversions.append(
            Conversion(
                key, seq, at.isoformat(), order, line, number, base, gross, tax, shipping, fee, quantity, product,
                campaigns[campaign], communities.get(community or ""),
            )
        )  # fmt: skip


def _refund_rows(session: Session, span: Span) -> Sequence[Any]:
    sale = aliased(Evidence)
    return session.execute(
        select(
            Evidence.id, Evidence.seq, Evidence.occurred_at, Evidence.order_id, Evidence.line_no, Evidence.key,
            Evidence.gross_minor, Evidence.merchant_id, sale.seq.label("sale_seq"), Agreement.currency,
        )
        .join(sale, sale.id == Evidence.refers_to).join(Terms, Terms.id == sale.terms_id)
        .join(Agreement, Agreement.id == Terms.agreement_id)
        .where(in_span(span, Evidence, sale), Evidence.kind == EvidenceKind.REFUND)
        .order_by(Evidence.seq)
    ).all()  # fmt: skip


def _sold_earlier(session: Session, partnership_id: str, wanted: Sequence[int]) -> dict[int, Sold]:
    """Return sales of issued periods as the refunds of this one find them, by number."""
    found = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(Evidence.id, Evidence.seq, Evidence.gross_minor, Terms.document)
            .join(Terms, Terms.id == Evidence.terms_id)
            .where(Evidence.partnership_id == partnership_id, Evidence.seq.in_(wanted[start : start + _CHUNK]))
        ).all()  # fmt: skip
        ids = [row.id for row in rows]
        held, earned, labels = _earned(session, ids)
        refunded = _refunded(session, ids)
        for row in rows:
            remaining = tuple((party, held[row.id, party]) for party in agreed(row.document).parties)
            found[row.seq] = Sold(
                row.id, row.seq, row.gross_minor, refunded.get(row.id, 0), earned[row.id], remaining, labels[row.id]
            )  # fmt: skip
    return found


def _earned(session: Session, ids: list[int]) -> tuple[dict[tuple[int, str], int], dict[int, int], dict[int, str]]:
    """Return what each party holds of each sale, what all earned on it at first, and the label of its period."""
    held: dict[tuple[int, str], int] = {}
    earned: dict[int, int] = {}
    labels: dict[int, str] = {}
    for row in session.execute(
        select(Earning.conversion_id, Earning.evidence_id, Earning.payee_id, Earning.amount_minor, Period.label)
        .join(Period, Period.id == Earning.period_id).where(Earning.conversion_id.in_(ids))
    ):  # fmt: skip
        sale, key = row.conversion_id, (row.conversion_id, row.payee_id)
        held[key] = held.get(key, 0) + row.amount_minor
        if row.evidence_id == sale:
            earned[sale] = earned.get(sale, 0) + row.amount_minor
            labels[sale] = row.label
    return held, earned, labels


def _refunded(session: Session, ids: list[int]) -> dict[int, int]:
    """Return what was paid back of each sale by refunds that are settled already."""
    settled = select(Earning.evidence_id).where(Earning.conversion_id.in_(ids)).distinct()
    rows = session.execute(
        select(Evidence.refers_to, cast(func.sum(Evidence.gross_minor), BigInteger))
        .where(Evidence.id.in_(settled), Evidence.refers_to.is_not(None)).group_by(Evidence.refers_to)
    )  # fmt: skip
    return {sale: minor for sale, minor in rows if sale is not None}
