"""What one partner has seen of another: rows of shared partnerships, and of nothing else."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from partners.campaigns import services as campaigns
from partners.campaigns.lifecycle import Stage
from partners.campaigns.models import StageMove
from partners.campaigns.terms_services import counter_terms
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing
from partners.directory.policy import Actor
from partners.directory.services import accept_partnership, decline_partnership, invite_partners
from partners.errors import NotFound
from partners.revenue.services import record_payout
from partners.trust.panel import Duty, Figure, Outcome, Window
from partners.trust.queries import trust_in, trust_panel
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.partners.campaigns.making import digest_of_current, offer_of, proposed, signed
from tests.partners.revenue.books import NOVEMBER, OCTOBER, SEPTEMBER, Books, day, open_books

MUCH_LATER = NOW + timedelta(days=40)


def test_signing_within_a_fortnight_is_an_answer_in_time(session: Session, cast: Cast) -> None:
    signed(session, cast, NOW)

    found = _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, MUCH_LATER)

    assert (found.kept, found.counted) == (1, 1)
    assert found.rows[0].item.name == "Autumn breakfast"


def test_terms_that_wait_are_open_first_and_late_then(session: Session, cast: Cast) -> None:
    proposed(session, cast, NOW)

    early = _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, NOW + timedelta(days=14))
    late = _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, NOW + timedelta(days=15))

    assert [row.outcome for row in early.rows] == [Outcome.OPEN]
    assert (late.kept, late.counted) == (0, 1)


def test_answering_with_other_terms_is_an_answer(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    digest = digest_of_current(session, cast, campaign, NOW)
    counter_terms(session, cast.birch.manager, campaign.id, offer_of(cast, (50, 50)), digest, NOW + timedelta(days=3))

    of_birch = _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, MUCH_LATER)
    of_alder = _figure(session, cast.birch.viewer, cast.alder, Duty.ANSWER, MUCH_LATER)

    assert (of_birch.kept, of_birch.counted) == (1, 1)
    assert (of_alder.kept, of_alder.counted) == (0, 1)


def test_terms_that_their_author_calls_off_are_no_ones_fault(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    at = NOW + timedelta(days=2)
    campaigns.move_campaign(session, cast.alder.manager, campaign.id, Stage.CANCELLED, "no stock", at)

    found = _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, MUCH_LATER)

    assert [row.outcome for row in found.rows] == [Outcome.DROPPED]


@pytest.mark.parametrize("accepts", [True, False])
def test_an_invitation_is_answered_by_accepting_or_declining(session: Session, cast: Cast, accepts: bool) -> None:
    made = invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Cups", "UTC", NOW)
    at = NOW + timedelta(days=20)
    if accepts:
        accept_partnership(session, cast.cedar.manager, made.id, at)
    else:
        decline_partnership(session, cast.cedar.manager, made.id, "too early", at)

    found = _figure(session, cast.alder.viewer, cast.cedar, Duty.ANSWER, MUCH_LATER)

    assert [(row.item.name, row.outcome) for row in found.rows] == [("Cups", Outcome.LATE)]
    assert _figure(session, cast.cedar.viewer, cast.alder, Duty.ANSWER, MUCH_LATER).rows == ()


def test_statements_are_paid_in_time_late_or_not(session: Session) -> None:
    books = _three_months(session)
    statement = books.settle(SEPTEMBER)[0]
    record_payout(session, books.cast.alder.finance, statement.id, statement.closing_minor, date(2026, 10, 20), "B 1",
                  day(10, 21))  # fmt: skip
    late = books.settle(OCTOBER)[0]
    record_payout(session, books.cast.alder.finance, late.id, late.closing_minor, date(2026, 12, 20), "B 2",
                  day(12, 21))  # fmt: skip
    books.settle(NOVEMBER)

    found = _figure(session, books.cast.birch.viewer, books.cast.alder, Duty.PAY, day(12, 28))

    assert [row.outcome for row in found.rows] == [Outcome.OPEN, Outcome.LATE, Outcome.KEPT]
    assert _figure(session, books.cast.alder.viewer, books.cast.birch, Duty.PAY, day(12, 28)).rows == ()


def test_a_third_side_sees_no_statement_of_others(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 40, 10), third=True)
    books.sell("A1", day(9, 10), 10_000)
    made = {each.payee_id: each.number for each in books.settle(SEPTEMBER)}

    found = _figure(session, books.cast.cedar.viewer, books.cast.alder, Duty.PAY, MUCH_LATER)

    assert [row.item.name for row in found.rows] == [made[books.cast.cedar.partner.id]]


def test_a_month_without_evidence_before_the_close_is_a_gap(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 50))
    _go_live(books, day(9, 1))
    books.sell("A1", day(9, 10), 10_000)
    books.settle(SEPTEMBER)
    books.settle(OCTOBER)
    books.sell("A2", day(10, 20), 5_000)

    alder = _figure(session, books.cast.birch.viewer, books.cast.alder, Duty.DELIVER, MUCH_LATER)
    birch = _figure(session, books.cast.alder.viewer, books.cast.birch, Duty.DELIVER, MUCH_LATER)

    assert [(row.item.note, row.outcome) for row in alder.rows] == [
        (OCTOBER, Outcome.LATE), (SEPTEMBER, Outcome.KEPT),
    ]  # fmt: skip
    assert [row.outcome for row in birch.rows] == [Outcome.LATE, Outcome.LATE]


def test_a_month_in_which_nothing_was_live_asks_for_no_evidence(session: Session) -> None:
    books = open_books(session, NOW, weights=(50, 50))
    _go_live(books, day(10, 7))
    books.sell("A1", day(9, 10), 10_000)
    books.settle(SEPTEMBER)

    assert _figure(session, books.cast.birch.viewer, books.cast.alder, Duty.DELIVER, MUCH_LATER).rows == ()


def test_drafts_are_approved_in_time_or_still_wait(session: Session) -> None:
    books = _three_months(session)
    books.settle(SEPTEMBER)
    books.close(OCTOBER)

    found = _figure(session, books.cast.birch.viewer, books.cast.alder, Duty.APPROVE, day(11, 20))

    assert [(row.item.note, row.outcome) for row in found.rows] == [
        (OCTOBER, Outcome.LATE), (SEPTEMBER, Outcome.KEPT),
    ]  # fmt: skip


def test_strangers_find_nothing_and_nobody_finds_a_panel_of_itself(session: Session, cast: Cast) -> None:
    for actor, brand in ((cast.cedar.manager, cast.alder), (cast.alder.manager, cast.alder)):
        with pytest.raises(NotFound):
            trust_panel(session, actor, brand.partner.id, Window.ALL, NOW)
        assert trust_in(session, actor, brand.partner.id, Window.ALL, NOW) is None
    with pytest.raises(NotFound):
        trust_panel(session, cast.alder.manager, "zzzzzzzzzzzzzzzz", Window.ALL, NOW)


def test_what_was_done_elsewhere_is_not_told(session: Session, cast: Cast) -> None:
    signed(session, cast, NOW)
    invite_partners(session, cast.alder.manager, [cast.cedar.partner.id], "Cups", "UTC", NOW)

    found = trust_panel(session, cast.cedar.viewer, cast.alder.partner.id, Window.ALL, MUCH_LATER)

    assert [figure.rows for figure in found.figures] == [(), (), (), ()]


def test_an_ended_partnership_still_counts(session: Session, cast: Cast) -> None:
    signed(session, cast, NOW)
    cast.partnership.footing, cast.partnership.ended_at = Footing.ENDED, NOW + timedelta(days=9)
    cast.partnership.ended_by = cast.birch.partner.id
    session.flush()

    assert _figure(session, cast.alder.viewer, cast.birch, Duty.ANSWER, MUCH_LATER).kept == 1


def test_a_panel_costs_the_same_however_much_happened(session: Session) -> None:
    books = _three_months(session)
    books.settle(SEPTEMBER)
    few = _statements(session, books)
    books.settle(OCTOBER)
    books.settle(NOVEMBER)

    assert _statements(session, books) == few < 15


def test_behind_the_wall_of_tenants_the_panel_says_the_same(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        books = _three_months(session)
        books.settle(SEPTEMBER)
        books.close(OCTOBER)
        session.commit()
        viewer, alder = books.cast.birch.viewer, books.cast.alder.partner.id

    with reading(engine, viewer.partner_id) as session:
        found = trust_panel(session, viewer, alder, Window.ALL, day(11, 20))

    assert [(each.kept, each.counted) for each in found.figures] == [(0, 0), (0, 1), (2, 2), (1, 2)]


def _figure(session: Session, actor: Actor, brand: Brand, duty: Duty, now: datetime) -> Figure:
    found = trust_panel(session, actor, brand.partner.id, Window.ALL, now)
    return next(each for each in found.figures if each.duty is duty)


def _three_months(session: Session) -> Books:
    books = open_books(session, NOW, weights=(50, 50))
    _go_live(books, day(9, 1))
    for month in (9, 10, 11):
        books.sell(f"A{month}", day(month, 10), 10_000)
    return books


def _go_live(books: Books, at: datetime) -> None:
    books.session.add(
        StageMove(
            campaign_id=books.campaign.id, from_stage=Stage.APPROVED, to_stage=Stage.LIVE, at=at,
            user_id=books.cast.alder.manager.user_id, partner_id=books.cast.alder.partner.id,
        )
    )  # fmt: skip
    books.session.flush()


def _statements(session: Session, books: Books) -> int:
    session.flush()
    session.expire_all()
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    trust_panel(session, books.cast.birch.viewer, books.cast.alder.partner.id, Window.ALL, MUCH_LATER)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    return len(seen)
