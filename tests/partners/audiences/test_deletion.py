"""When the tokens of an audience go: some days after it ended, the files first; and what was counted from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from partners.audiences import queries
from partners.audiences.activity_queries import shared_things
from partners.audiences.deletion_services import (
    TokensGone,
    audiences_due,
    delete_tokens,
    revoke_audience,
    sweep_files,
)
from partners.audiences.models import Audience, BlindCount, BlindStep, Overlap, Regions, TokenFile
from partners.audit import AuditEvent
from partners.directory.activity_queries import partners_activity
from partners.directory.models import Footing, PartnershipPartner, Standing
from partners.directory.relationship import WhyMissing
from partners.errors import NotAllowed, NotFound
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv
from tests.partners.audiences.registering import people, preview, register

EXPIRES = date(2026, 12, 31)
OVER = datetime(2027, 1, 1, tzinfo=UTC)
"""The instant at which that day is over."""

HOUR = timedelta(hours=1)


@pytest.fixture
def audience(session: Session, cast: Cast, store: FolderStore) -> Audience:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)
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
    session: Session, cast: Cast, audience: Audience
) -> None:
    session.execute(delete(PartnershipPartner).where(PartnershipPartner.partner_id == cast.alder.partner.id))

    assert audiences_due(session, cast.alder.partner.id, 0, OVER - HOUR) == []
    assert audiences_due(session, cast.alder.partner.id, 0, OVER + HOUR) == [audience.id]


def test_deleting_removes_the_file_and_keeps_the_counts(
    session: Session, cast: Cast, store: FolderStore, audience: Audience
) -> None:
    assert len(_files(store)) == 2
    overlap = _counted(session, cast, audience)

    assert delete_tokens(session, store, audience.id, OVER)
    assert not delete_tokens(session, store, audience.id, OVER + HOUR)

    assert _files(store) == []
    assert {row.store_key + row.digest for row in session.scalars(select(TokenFile))} == {""}
    assert (overlap.noisy, overlap.taken_back_at) == (60, None)
    card = queries.audience_page(session, cast.alder.manager, audience.id, OVER).card
    assert (card.accepted, card.standing, card.tokens_deleted_at) == (2, "tokens_deleted", OVER)
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "delete_tokens")).one()
    assert (noted.partner_id, noted.user_id, noted.thing_id) == (cast.alder.partner.id, None, audience.id)


def test_a_death_between_file_and_row_is_made_good(session: Session, store: FolderStore, audience: Audience) -> None:
    for path in _files(store):
        path.unlink()

    assert delete_tokens(session, store, audience.id, OVER)


def test_an_audience_without_tokens_is_not_counted(session: Session, store: FolderStore, audience: Audience) -> None:
    assert queries.newest_audiences(session, [audience.community_id], NOW.date()) == [audience]

    delete_tokens(session, store, audience.id, NOW)

    assert queries.newest_audiences(session, [audience.community_id], NOW.date()) == []


def test_what_was_counted_from_a_list_goes_with_it(
    session: Session, cast: Cast, audience: Audience, store: FolderStore
) -> None:
    overlap = _counted(session, cast, audience)
    regions = [
        Regions(
            partnership_id=cast.partnership.id, asker_id=cast.birch.partner.id, asked_by=cast.birch.manager.user_id,
            asked_at=NOW, audience_ids=[one, "b", "c"], sizes=[2, 2, 2], cells=[1] * 7, epsilon_milli=250,
        )
        for one in (audience.id, "a")
    ]  # fmt: skip
    blind = BlindCount(
        partnership_id=cast.partnership.id, audience_a_id=audience.id, once_a="blind/x/a.points",
        proposed_by=cast.alder.manager.user_id, proposed_at=NOW,
    )  # fmt: skip
    session.add_all([*regions, blind])
    session.flush()

    revoke_audience(session, cast.alder.manager, store, audience.id, " shared by mistake ", NOW)

    assert _files(store) == []
    assert (overlap.noisy, overlap.band, overlap.taken_back_at) == (None, "", NOW)
    assert [(row.cells, row.taken_back_at) for row in regions] == [([], NOW), ([1] * 7, None)]
    assert (blind.step, blind.once_a, blind.ended_at) == (BlindStep.STOPPED, "", NOW)
    assert queries.newest_audiences(session, [audience.community_id], NOW.date()) == []


def test_a_preview_is_not_taken_back(session: Session, cast: Cast, store: FolderStore, audience: Audience) -> None:
    previewed = preview(session, cast.alder, store, token_csv(people(0, 99)))

    with pytest.raises(NotFound):
        revoke_audience(session, cast.alder.manager, store, previewed.audience.id, "why", NOW)


def test_files_that_no_row_names_are_swept(session: Session, store: FolderStore, audience: Audience) -> None:
    kept = _files(store)
    name = session.scalars(select(TokenFile.key_name)).first()
    for key in (f"audiences/{audience.id}/lost", "withdrawals/p.0123456789ab", f"withdrawals/p.{name}"):
        store.put(f"{key}.tokens", b"12345678")

    assert sweep_files(session, store, datetime.now(UTC)) == 1
    assert sweep_files(session, store, datetime.now(UTC) + timedelta(days=2)) == 1

    assert _files(store) == kept
    assert store.has(f"withdrawals/p.{name}.tokens")


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
    return register(
        session, brand, store, ["ana@x.com", "ben@x.com"], {"ana@x.com": "gold"}, as_of=NOW.date(), expires_on=EXPIRES
    )


def _counted(session: Session, cast: Cast, audience: Audience) -> Overlap:
    """Return an overlap of an audience with another list of the cast, as counting would leave it."""
    other = Audience(
        community_id=cast.birch.community.id, partner_id=cast.birch.partner.id, as_of=NOW.date(), expires_on=EXPIRES,
        lawful_basis=audience.lawful_basis, purpose="joint", uses=["overlap"], source_name="b", source_digest="b" * 64,
        accepted=900, duplicates=0, rejected=0, reasons={}, created_by=cast.birch.manager.user_id, created_at=NOW,
        confirmed_at=NOW,
    )  # fmt: skip
    session.add(other)
    session.flush()
    a, b = sorted((audience.id, other.id))
    overlap = Overlap(
        partnership_id=cast.partnership.id, audience_a_id=a, audience_b_id=b, size_a=900, size_b=900, noisy=60,
        epsilon_milli=250, band="from_5", computed_at=NOW,
    )  # fmt: skip
    session.add(overlap)
    session.flush()
    return overlap


def _files(store: FolderStore) -> list[Path]:
    return sorted(path for path in store.path("audiences").rglob("*") if path.is_file())
