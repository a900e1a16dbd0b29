"""When the tokens of an audience go: some days after it ended, the file first; the counts stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences import queries, services
from partners.audiences.activity_queries import shared_things
from partners.audiences.counting_queries import pairing_of, pairings_of_partnership
from partners.audiences.deletion_services import TokensGone, audiences_due, delete_tokens, revoke_audience
from partners.audiences.models import Audience, LawfulBasis
from partners.audiences.pair_queries import released_overlaps
from partners.audiences.services import record_overlaps
from partners.audit import AuditEvent
from partners.directory.activity_queries import partners_activity
from partners.directory.models import Footing, Standing
from partners.directory.relationship import WhyMissing
from partners.errors import NotAllowed, NotFound
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW

EXPIRES = date(2026, 12, 31)
OVER = datetime(2027, 1, 1, tzinfo=UTC)
"""The instant at which that day is over."""

HOUR = timedelta(hours=1)


@pytest.fixture
def audience(session: Session, cast: Cast, store: FolderStore) -> Audience:
    return _registered(session, cast.alder, store)


@pytest.mark.parametrize("days", [0, 1, 30])
def test_tokens_go_so_many_days_after_the_audience_expired(
    session: Session, cast: Cast, audience: Audience, days: int
) -> None:
    last_run = OVER + timedelta(days=max(days - 1, 0))

    assert audiences_due(session, cast.alder.partner.id, days, last_run - HOUR) == []
    assert audiences_due(session, cast.alder.partner.id, days, last_run + HOUR) == [audience.id]


def test_no_token_is_kept_for_more_than_the_days(session: Session, cast: Cast, audience: Audience) -> None:
    """Runs are a day apart; the first that finds it due must not come after the last day."""
    for hours in range(24):
        runs = (NOW + timedelta(hours=hours) + timedelta(days=number) for number in range(200))
        found = next(run for run in runs if audiences_due(session, cast.alder.partner.id, 30, run))

        assert found <= OVER + timedelta(days=30)


def test_tokens_go_after_the_brand_has_left(session: Session, cast: Cast, audience: Audience) -> None:
    cast.alder.partner.standing, cast.alder.partner.standing_at = Standing.LEFT, NOW
    session.flush()

    assert audiences_due(session, cast.alder.partner.id, 10, NOW + timedelta(days=8)) == []
    assert audiences_due(session, cast.alder.partner.id, 10, NOW + timedelta(days=10)) == [audience.id]


def test_tokens_go_after_the_last_partnership_ended(session: Session, cast: Cast, audience: Audience) -> None:
    cast.partnership.footing, cast.partnership.ended_at = Footing.ENDED, NOW
    session.flush()

    assert audiences_due(session, cast.alder.partner.id, 10, NOW + timedelta(days=8)) == []
    assert audiences_due(session, cast.alder.partner.id, 10, NOW + timedelta(days=10)) == [audience.id]


def test_what_ended_before_a_list_was_registered_gives_it_its_days(
    session: Session, cast: Cast, audience: Audience
) -> None:
    cast.partnership.footing, cast.partnership.ended_at = Footing.ENDED, NOW - timedelta(days=100)
    session.flush()

    assert audiences_due(session, cast.alder.partner.id, 10, NOW + HOUR) == []
    assert audiences_due(session, cast.alder.partner.id, 10, NOW + timedelta(days=10)) == [audience.id]


def test_who_never_had_a_partnership_keeps_a_list_until_it_expires(
    session: Session, cast: Cast, store: FolderStore
) -> None:
    audience = _registered(session, cast.cedar, store)

    assert audiences_due(session, cast.cedar.partner.id, 0, OVER - HOUR) == []
    assert audiences_due(session, cast.cedar.partner.id, 0, OVER + HOUR) == [audience.id]


def test_deleting_removes_the_file_and_keeps_the_counts(
    session: Session, cast: Cast, store: FolderStore, audience: Audience
) -> None:
    assert store.has(audience.token_key)

    assert delete_tokens(session, store, audience.id, OVER)
    assert not delete_tokens(session, store, audience.id, OVER + HOUR)

    assert not store.has(audience.token_key)
    card = queries.audience_page(session, cast.alder.manager, audience.id, OVER).card
    assert (card.accepted, card.standing, card.tokens_deleted_at) == (2, "tokens_deleted", OVER)
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "delete_tokens")).one()
    assert (noted.partner_id, noted.user_id, noted.thing_id) == (cast.alder.partner.id, None, audience.id)


def test_a_death_between_file_and_row_is_made_good(session: Session, store: FolderStore, audience: Audience) -> None:
    store.delete(audience.token_key)

    assert delete_tokens(session, store, audience.id, OVER)


def test_an_audience_without_tokens_is_not_counted(
    session: Session, cast: Cast, store: FolderStore, audience: Audience
) -> None:
    _registered(session, cast.birch, store)
    assert len(pairings_of_partnership(session, cast.partnership.id, NOW.date())) == 1

    delete_tokens(session, store, audience.id, NOW)

    assert pairings_of_partnership(session, cast.partnership.id, NOW.date()) == []


def test_a_list_that_is_taken_back_is_counted_and_shown_no_more(
    session: Session, cast: Cast, audience: Audience, store: FolderStore
) -> None:
    other = _registered(session, cast.birch, store)
    record_overlaps(session, {pairing_of(cast.partnership.id, audience, other): 60}, NOW)
    before = released_overlaps(session, cast.birch.viewer, NOW, other.id)

    revoke_audience(session, cast.alder.manager, store, audience.id, " shared by mistake ", NOW)

    assert (len(before), released_overlaps(session, cast.birch.viewer, NOW, other.id)) == (1, [])
    assert not store.has(audience.token_key)
    assert pairings_of_partnership(session, cast.partnership.id, NOW.date()) == []


def test_partners_are_told_that_a_list_was_taken_back_not_why(
    session: Session, cast: Cast, audience: Audience, store: FolderStore
) -> None:
    revoke_audience(session, cast.alder.manager, store, audience.id, "shared by mistake", NOW)

    told = [
        partners_activity(session, reader, shared_things(session, reader), 9)
        for reader in (cast.birch.viewer, cast.cedar.viewer)
    ]

    assert [(line.partner.name, line.action, line.name) for line in told[0]] == [
        ("Alder Coffee", "revoke_audience", "Alder Coffee club")
    ]
    assert told[1] == []


def test_only_the_own_brands_manager_takes_a_list_back_and_once(
    session: Session, cast: Cast, audience: Audience, store: FolderStore
) -> None:
    for actor, error in (
        (cast.cedar.manager, NotFound), (cast.birch.manager, NotFound), (cast.alder.viewer, NotAllowed),
    ):  # fmt: skip
        with pytest.raises(error):
            revoke_audience(session, actor, store, audience.id, "why", NOW)
    with pytest.raises(WhyMissing):
        revoke_audience(session, cast.alder.manager, store, audience.id, " ", NOW)
    revoke_audience(session, cast.alder.manager, store, audience.id, "why", NOW)

    with pytest.raises(TokensGone):
        revoke_audience(session, cast.alder.manager, store, audience.id, "why", NOW)


def _registered(session: Session, brand: Brand, store: FolderStore) -> Audience:
    made = services.register_audience(
        session, brand.manager, store, b"t" * 32, brand.community.id, NOW.date(), EXPIRES, LawfulBasis.CONSENT,
        "joint campaigns", "members.csv", BytesIO(b"email\nana@x.com\nben@x.com\n"), NOW,
    )  # fmt: skip
    session.flush()
    return made.audience
