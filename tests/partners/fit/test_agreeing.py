"""Segments, gates and weights of a fit: what each side says of itself, and when there is a score."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import Base
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.fit import services
from partners.fit.cards import FitPage
from partners.fit.models import FitSegment, FitWeights, Gate
from partners.fit.queries import fit_page
from partners.fit.score import RATED, SegmentTooSmall, Weights, WeightsOff
from partners.revenue.services import record_payout
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.revenue.books import OCTOBER, SEPTEMBER, day, open_books

AGES = ("18 to 29", "30 to 44", "45 up")
LATER = datetime(2026, 12, 20, 9, tzinfo=UTC)


def test_with_everything_given_there_is_a_score(session: Session, cast: Cast) -> None:
    _give_everything(session, cast)

    page = _page(session, cast.birch.viewer, cast)

    assert page.missing == ()
    assert page.score is not None
    assert (float(page.score.total), float(page.score.equal)) == (68.125, 66.25)
    assert [each.version for each in page.versions] == [0]


def test_without_anything_the_page_says_what_is_missing(session: Session, cast: Cast) -> None:
    page = _page(session, cast.alder.viewer, cast)

    assert (page.score, page.missing) == (None, ("gate_undeclared", "ratings", "segments"))


def test_one_closed_gate_of_one_side_takes_the_score_away(session: Session, cast: Cast) -> None:
    _give_everything(session, cast)

    services.declare_gates(
        session, cast.birch.manager, cast.partnership.id, {Gate.CRISIS: (False, "Recall of batch 7")}, NOW
    )

    page = _page(session, cast.alder.viewer, cast)
    assert (page.score, page.missing) == (None, ("gate_closed",))
    crisis = next(gate for gate in page.gates if gate.gate == "crisis")
    assert (crisis.state, [each.why for each in crisis.declarations]) == ("closed", ["", "Recall of batch 7"])


def test_a_closed_gate_needs_a_reason(session: Session, cast: Cast) -> None:
    with pytest.raises(services.WhyMissing):
        services.declare_gates(session, cast.alder.manager, cast.partnership.id, {Gate.CRISIS: (False, " ")}, NOW)


def test_a_gate_is_declared_again(session: Session, cast: Cast) -> None:
    for is_clear, why in ((False, "Same category"), (True, "")):
        services.declare_gates(
            session, cast.alder.manager, cast.partnership.id, {Gate.COMPETITION: (is_clear, why)}, NOW
        )

    gate = _page(session, cast.birch.manager, cast).gates[0]
    assert [each.state for each in gate.declarations] == ["clear", "undeclared"]
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "declare_fit_gates")).all()
    assert [event.before for event in told] == [{}, {"competition": "closed"}]


def test_shares_are_shown_only_when_every_side_has_given_its_numbers(session: Session, cast: Cast) -> None:
    _segments(session, cast.alder.manager, cast, (200, 500, 300))

    before = _page(session, cast.birch.manager, cast).segments
    assert [side.shares for side in before.sides] == [None, None]
    _segments(session, cast.birch.manager, cast, (1500, 2000, 1500), seen=AGES)

    after = _page(session, cast.birch.manager, cast).segments
    assert [side.shares for side in after.sides] == [(20, 50, 30), (30, 40, 30)]
    assert after.score == 90


def test_the_other_side_never_sees_how_many_members(session: Session, cast: Cast) -> None:
    _segments(session, cast.alder.manager, cast, (200, 500, 300))
    _segments(session, cast.birch.manager, cast, (1500, 2000, 1500), seen=AGES)

    alder, birch = _page(session, cast.birch.manager, cast).segments.sides

    assert (alder.members, birch.members) == (None, (1500, 2000, 1500))


def test_other_labels_clear_what_all_sides_gave(session: Session, cast: Cast) -> None:
    _segments(session, cast.alder.manager, cast, (200, 500, 300))
    _segments(session, cast.birch.manager, cast, (1500, 2000, 1500), seen=AGES)

    services.set_segments(
        session, cast.birch.manager, cast.partnership.id, [("city", 700), ("country", 900)], AGES, NOW
    )

    found = _page(session, cast.alder.manager, cast).segments
    assert (found.labels, found.score) == (("city", "country"), None)
    assert [side.has_given for side in found.sides] == [False, True]


def test_labels_that_changed_in_the_meantime_are_not_cleared_unseen(session: Session, cast: Cast) -> None:
    _segments(session, cast.alder.manager, cast, (200, 500, 300))

    with pytest.raises(services.SegmentsChanged):
        _segments(session, cast.birch.manager, cast, (200, 500, 300))


def test_a_segment_of_few_members_is_refused_and_nothing_kept(session: Session, cast: Cast) -> None:
    with pytest.raises(SegmentTooSmall):
        _segments(session, cast.alder.manager, cast, (99, 500, 300))
    assert session.scalars(select(FitSegment)).all() == []


def test_new_weights_are_a_new_version_that_counts(session: Session, cast: Cast) -> None:
    _give_everything(session, cast)

    services.set_weights(session, cast.birch.manager, cast.partnership.id, Weights(0, 0, 100, 0), 0, NOW)

    page = _page(session, cast.alder.viewer, cast)
    assert page.score is not None
    assert (page.score.total, page.weights.version, page.weights.by) == (90, 1, "Birch Dairy manager")
    assert [each.version for each in page.versions] == [1, 0]


def test_weights_are_set_against_the_version_that_was_seen(session: Session, cast: Cast) -> None:
    services.set_weights(session, cast.birch.manager, cast.partnership.id, Weights(0, 0, 100, 0), 0, NOW)

    with pytest.raises(services.WeightsChanged):
        services.set_weights(session, cast.alder.manager, cast.partnership.id, Weights(100, 0, 0, 0), 0, NOW)
    with pytest.raises(WeightsOff):
        services.set_weights(session, cast.alder.manager, cast.partnership.id, Weights(50, 0, 0, 0), 1, NOW)


def test_old_weights_are_never_rewritten(session: Session, cast: Cast) -> None:
    services.set_weights(session, cast.birch.manager, cast.partnership.id, Weights(0, 0, 100, 0), 0, NOW)
    session.flush()

    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(Base.metadata.tables["fit_weights"].update().values(tone=0))
    assert session.get(FitWeights, (cast.partnership.id, 1)) is not None


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_agree_on_segments_gates_and_weights(session: Session, cast: Cast, role: str) -> None:
    actor = getattr(cast.alder, role)

    for change in _changes(session, actor, cast):
        with pytest.raises(NotAllowed):
            change()


def test_strangers_change_nothing(session: Session, cast: Cast) -> None:
    for change in _changes(session, cast.cedar.manager, cast):
        with pytest.raises(NotFound):
            change()


def test_a_payment_in_default_closes_the_gate_and_is_named_to_its_parties(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 40, 10), third=True)
    books.sell("A1", day(9, 10), 10_000, merchant_id=books.cast.alder.partner.id)
    numbers = {each.payee_id: each.number for each in books.settle(SEPTEMBER)}

    assert _page(session, books.cast.birch.viewer, books.cast).payment.state == "clear"
    seen = {
        brand.partner.code: fit_page(session, brand.viewer, books.cast.partnership.id, LATER).payment
        for brand in (books.cast.alder, books.cast.birch, books.cast.cedar)
    }

    assert {payment.state for payment in seen.values()} == {"closed"}
    assert [number for _, number in seen["birch"].own] == [numbers[books.cast.birch.partner.id]]
    assert [number for _, number in seen["cedar"].own] == [numbers[books.cast.cedar.partner.id]]
    assert len(seen["alder"].own) == 2


def test_a_default_between_two_is_no_news_where_a_third_is_not_in_it(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 50))
    books.sell("A1", day(9, 10), 10_000)
    books.settle(SEPTEMBER)
    wider = _with_cedar(session, books.cast)

    page = fit_page(session, books.cast.cedar.viewer, wider, LATER)

    assert page.payment.state == "clear"


def test_a_debt_that_was_carried_on_and_paid_is_no_default(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 50))
    books.sell("A1", day(9, 10), 10_000)
    books.settle(SEPTEMBER)
    books.sell("A2", day(10, 10), 10_000)
    (carried,) = books.settle(OCTOBER)
    alder = books.cast.alder
    assert fit_page(session, alder.viewer, books.cast.partnership.id, LATER).payment.state == "closed"

    record_payout(session, alder.finance, carried.id, carried.closing_minor, LATER.date(), "BANK 1", LATER)

    assert fit_page(session, alder.viewer, books.cast.partnership.id, LATER).payment.state == "clear"


def _page(session: Session, actor: Actor, cast: Cast) -> FitPage:
    return fit_page(session, actor, cast.partnership.id, NOW)


def _give_everything(session: Session, cast: Cast) -> None:
    given = {"alder": ((4, 4, 3), (5, 4, 2)), "birch": ((3, 3, 2), (4, 3, 3))}
    members = {"alder": (200, 500, 300), "birch": (1500, 2000, 1500)}
    for brand, seen in ((cast.alder, ()), (cast.birch, AGES)):
        for actor, ratings in zip((brand.manager, brand.viewer), given[brand.partner.code], strict=True):
            rated = dict(zip(RATED, ratings, strict=True))
            services.rate_fit(session, actor, cast.partnership.id, 1, rated, NOW)
        _segments(session, brand.manager, cast, members[brand.partner.code], seen)
        _clear_gates(session, brand, cast)


def _clear_gates(session: Session, brand: Brand, cast: Cast) -> None:
    declared = dict.fromkeys(Gate, (True, ""))
    services.declare_gates(session, brand.manager, cast.partnership.id, declared, NOW)


def _segments(session: Session, actor: Actor, cast: Cast, members: tuple[int, ...], seen: tuple[str, ...] = ()) -> None:
    services.set_segments(session, actor, cast.partnership.id, list(zip(AGES, members, strict=True)), seen, NOW)


def _changes(session: Session, actor: Actor, cast: Cast) -> list:  # type: ignore[type-arg]
    shared = cast.partnership.id
    return [
        lambda: services.set_segments(session, actor, shared, [("a", 100), ("b", 100)], (), NOW),
        lambda: services.declare_gates(session, actor, shared, {Gate.CRISIS: (True, "")}, NOW),
        lambda: services.set_weights(session, actor, shared, Weights(25, 25, 25, 25), 0, NOW),
    ]


def _with_cedar(session: Session, cast: Cast) -> str:
    from partners.directory.services import accept_partnership, invite_partners

    others = [cast.birch.partner.id, cast.cedar.partner.id]
    made = invite_partners(session, cast.alder.manager, others, "All three", "Europe/Berlin", NOW)
    for brand in (cast.birch, cast.cedar):
        accept_partnership(session, brand.manager, made.id, NOW)
    return made.id
