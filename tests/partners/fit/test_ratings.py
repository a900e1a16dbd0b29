"""Rounds of ratings: blind until every side has rated, frozen then, and begun again by whoever likes."""

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, writing
from partners.directory.models import Footing
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.fit import services
from partners.fit.models import FitRating
from partners.fit.queries import fit_page
from partners.fit.score import RATED, Dimension, RatingOutOfRange
from tests.cast import Cast, build_cast
from tests.conftest import NOW


def test_a_round_opens_when_two_of_every_side_have_rated(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 4, 4, 3)
    _rate(session, cast, cast.alder.viewer, 5, 4, 2)
    _rate(session, cast, cast.birch.manager, 3, 3, 2)
    assert fit_page(session, cast.alder.manager, cast.partnership.id, NOW).round is None

    _rate(session, cast, cast.birch.viewer, 4, 3, 3)

    found = fit_page(session, cast.alder.viewer, cast.partnership.id, NOW).round
    assert found is not None
    values, positioning, tone = found.dimensions
    assert [side.ratings for side in values.sides] == [(4, 5), (3, 4)]
    assert (values.found.score, float(positioning.found.score), float(tone.found.score)) == (75, 62.5, 37.5)


def test_before_that_nobody_reads_what_others_have_rated(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 5, 5, 5)
    _rate(session, cast, cast.alder.viewer, 5, 5, 5)
    _rate(session, cast, cast.birch.manager, 1, 2, 1)

    page = fit_page(session, cast.birch.manager, cast.partnership.id, NOW)

    assert (page.round, page.older, page.score) == (None, (), None)
    assert page.state.own is not None
    assert (page.state.own.brand_values, page.state.own.positioning, page.state.own.tone) == (1, 2, 1)
    assert page.state.own_raters == 1
    assert [name.name for name in page.state.waits_for] == ["Birch Dairy"]


def test_before_that_no_rating_of_another_leaves_the_database(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 5, 5, 5)
    _rate(session, cast, cast.alder.viewer, 5, 5, 5)
    session.flush()
    session.expunge_all()

    fit_page(session, cast.birch.manager, cast.partnership.id, NOW)
    fit_page(session, cast.alder.finance, cast.partnership.id, NOW)

    assert [row for row in session.identity_map.values() if isinstance(row, FitRating)] == []


def test_the_own_side_learns_how_many_have_rated_and_not_what(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 5, 5, 5)

    state = fit_page(session, cast.alder.viewer, cast.partnership.id, NOW).state

    assert (state.own, state.own_raters, state.number) == (None, 1, 1)


def test_a_rating_is_changed_until_the_round_opens_and_never_after(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 1, 1, 1)
    _rate(session, cast, cast.alder.manager, 4, 4, 4)
    assert len(session.scalars(select(FitRating)).all()) == 1
    for actor in (cast.alder.viewer, cast.birch.manager, cast.birch.viewer):
        _rate(session, cast, actor, 4, 4, 4)

    with pytest.raises(services.RoundChanged):
        _rate(session, cast, cast.alder.manager, 5, 5, 5)


def test_either_side_begins_another_round_and_the_older_stays_readable(session: Session, cast: Cast) -> None:
    _open_round(session, cast, 3)

    _rate(session, cast, cast.birch.viewer, 5, 5, 5, number=2)

    page = fit_page(session, cast.alder.viewer, cast.partnership.id, NOW)
    assert (page.state.number, page.state.has_begun) == (2, True)
    assert page.round is not None
    assert (page.round.number, page.round.dimensions[0].found.mean) == (1, 3)
    for actor in (cast.alder.manager, cast.alder.viewer, cast.birch.manager):
        _rate(session, cast, actor, 5, 5, 5, number=2)
    page = fit_page(session, cast.alder.viewer, cast.partnership.id, NOW)
    assert [found.number for found in (page.round, *page.older) if found] == [2, 1]


def test_a_rating_for_a_round_that_has_not_come_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(services.RoundChanged):
        _rate(session, cast, cast.alder.manager, 3, 3, 3, number=2)


@pytest.mark.parametrize("role", ["finance", "admin"])
def test_managers_and_viewers_rate_and_nobody_else(session: Session, cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        _rate(session, cast, getattr(cast.alder, role), 3, 3, 3)


def test_a_rating_is_one_to_five(session: Session, cast: Cast) -> None:
    with pytest.raises(RatingOutOfRange):
        _rate(session, cast, cast.alder.manager, 3, 6, 3)


def test_a_person_of_two_sides_rates_for_one(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 3, 3, 3)
    elsewhere = Actor(cast.alder.manager.user_id, "-", cast.birch.partner.id, "viewer")

    with pytest.raises(services.RatedForAnother):
        _rate(session, cast, elsewhere, 3, 3, 3)
    assert fit_page(session, elsewhere, cast.partnership.id, NOW).state.own is None


def test_strangers_neither_rate_nor_read(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        _rate(session, cast, cast.cedar.manager, 3, 3, 3)
    with pytest.raises(NotFound):
        fit_page(session, cast.cedar.manager, cast.partnership.id, NOW)


def test_an_ended_partnership_is_read_and_not_rated(session: Session, cast: Cast) -> None:
    _open_round(session, cast, 4)
    cast.partnership.footing = Footing.ENDED
    session.flush()

    with pytest.raises(services.NotRunning):
        _rate(session, cast, cast.alder.manager, 3, 3, 3, number=2)
    page = fit_page(session, cast.birch.viewer, cast.partnership.id, NOW)
    assert page.round is not None
    assert not page.may_rate


def test_the_audit_log_says_that_somebody_rated_and_not_what(session: Session, cast: Cast) -> None:
    _rate(session, cast, cast.alder.manager, 5, 1, 2)

    found = session.scalars(select(AuditEvent).where(AuditEvent.action == "rate_fit")).one()

    assert (found.before, found.after) == ({}, {"name": "Alder with Birch", "round": 1})


def test_a_page_costs_the_same_however_many_have_rated(session: Session, cast: Cast) -> None:
    _open_round(session, cast, 3)
    few = _statements(session, lambda: fit_page(session, cast.alder.manager, cast.partnership.id, NOW))
    for number in (2, 3, 4):
        _open_round(session, cast, 3, number=number)

    many = _statements(session, lambda: fit_page(session, cast.alder.manager, cast.partnership.id, NOW))

    assert many == few < 25


def test_both_databases_open_the_same_round(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        _open_round(session, cast, 4)
        session.commit()

        found = fit_page(session, cast.birch.manager, cast.partnership.id, NOW).round

    assert found is not None
    assert found.dimensions[0].found.score == 75


def _rate(session: Session, cast: Cast, actor: Actor, *ratings: int, number: int = 1) -> FitRating:
    given = {Dimension(name): rating for name, rating in zip(RATED, ratings, strict=True)}
    return services.rate_fit(session, actor, cast.partnership.id, number, given, NOW)


def _open_round(session: Session, cast: Cast, rating: int, number: int = 1) -> None:
    for brand in (cast.alder, cast.birch):
        for actor in (brand.manager, brand.viewer):
            _rate(session, cast, actor, rating, rating, rating, number=number)


def _statements(session: Session, work: object) -> int:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        work()  # type: ignore[operator]
    finally:
        event.remove(bind, "before_cursor_execute", note)
    return len(seen)
