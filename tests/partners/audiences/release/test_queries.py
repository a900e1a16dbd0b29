"""Who reads what of audiences and overlaps: own lists exactly, partners' only as released, strangers' not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences import queries
from partners.audiences.counting.queries import pairings_of_partnership
from partners.audiences.models import Overlap
from partners.audiences.release.pair_queries import overlap_matrix, overlaps_of_campaign, released_overlaps
from partners.audiences.release.release import Band, ReleaseKind, SizeBand
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.errors import NotFound
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.release.world import TODAY, World


def test_signed_partners_read_a_rounded_count_alike(session: Session, cast: Cast, world: World) -> None:
    world.count_both()

    ours, theirs = (released_overlaps(session, brand.manager, NOW)[0] for brand in (cast.alder, cast.birch))

    assert ours.released.count == theirs.released.count == 770
    assert ours.released.jaccard == theirs.released.jaccard
    assert (ours.own_size, ours.other_size, theirs.own_size, theirs.other_size) == (2_000, 7_770, 7_766, 2_000)
    assert (ours.other_community_id, ours.other_partner_id) == (cast.birch.community.id, cast.birch.partner.id)


def test_while_exploring_only_bands_are_read(session: Session, cast: Cast, world: World) -> None:
    world.count_both()
    world.stand_on(Footing.EXPLORING)

    found = released_overlaps(session, cast.alder.viewer, NOW)[0]
    matrix = overlap_matrix(session, cast.alder.viewer, cast.partnership.id, NOW)

    assert (found.released.kind, found.released.band) == (ReleaseKind.BAND, Band.FROM_20)
    assert (found.other_size, found.other_size_band) == (None, SizeBand.FROM_1K)
    assert matrix.cells[0][0] == found.released
    assert (matrix.rows[0].size, matrix.columns[0].size) == (2_000, None)


def test_below_the_larger_floor_nothing_is_read(session: Session, cast: Cast, world: World) -> None:
    world.count_both()
    side = session.get_one(PartnershipPartner, (cast.partnership.id, cast.birch.partner.id))
    side.floor = 800

    found = released_overlaps(session, cast.alder.manager, NOW)[0].released

    assert (found.kind, found.floor, found.count) == (ReleaseKind.HIDDEN, 800, None)


@pytest.mark.parametrize("footing", [Footing.INVITED, Footing.ENDED])
def test_outside_an_open_partnership_nothing_of_the_partner_is_read(
    session: Session, cast: Cast, world: World, footing: Footing
) -> None:
    world.count_both()
    world.stand_on(footing)

    matrix = overlap_matrix(session, cast.alder.manager, cast.partnership.id, NOW)

    assert (matrix.columns, matrix.cells, matrix.is_open) == ((), ((),), False)
    assert released_overlaps(session, cast.alder.manager, NOW) == []
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []


def test_a_stranger_reads_nothing(session: Session, cast: Cast, world: World) -> None:
    world.count_both()
    audience = world.register(cast.alder, range(3_000), as_of=date(2026, 10, 2))

    for read in (
        lambda: overlap_matrix(session, cast.cedar.manager, cast.partnership.id, NOW),
        lambda: queries.audience_page(session, cast.cedar.manager, audience.id, NOW),
        lambda: queries.audience_page(session, cast.birch.manager, audience.id, NOW),
        lambda: released_overlaps(session, cast.birch.manager, NOW, audience.id),
    ):
        with pytest.raises(NotFound):
            read()
    both = [cast.alder.community.id, cast.birch.community.id]
    assert released_overlaps(session, cast.cedar.manager, NOW) == []
    assert queries.audiences(session, cast.cedar.manager, NOW) == []
    assert overlaps_of_campaign(session, cast.cedar.manager, both, NOW) == []
    assert queries.latest_sizes(session, cast.birch.manager, both, NOW).keys() == {cast.birch.community.id}


def test_the_signed_partnership_counts_where_a_pair_has_two(session: Session, cast: Cast, world: World) -> None:
    other = Partnership(name="Second", footing=Footing.EXPLORING, timezone="UTC", created_at=NOW)
    session.add(other)
    session.flush()
    for brand in (cast.alder, cast.birch):
        session.add(PartnershipPartner(partnership_id=other.id, partner_id=brand.partner.id, accepted_at=NOW))
    world.count_both()
    (row,) = session.scalars(select(Overlap)).all()
    kept = {name: getattr(row, name) for name in ("audience_a_id", "audience_b_id", "size_a", "size_b", "noisy")}
    session.add(Overlap(partnership_id=other.id, epsilon_milli=250, computed_at=NOW, **kept))
    session.flush()

    found = released_overlaps(session, cast.alder.manager, NOW)

    assert [(one.partnership_id, one.released.kind) for one in found] == [(cast.partnership.id, ReleaseKind.COUNT)]
    matrix = overlap_matrix(session, cast.alder.manager, other.id, NOW)
    assert matrix.cells[0][0] is not None
    assert matrix.cells[0][0].kind is ReleaseKind.BAND


def test_all_parties_of_a_campaign_read_the_same(session: Session, cast: Cast, world: World) -> None:
    world.count_both()
    both = [cast.birch.community.id, cast.alder.community.id]

    ours, theirs = (overlaps_of_campaign(session, brand.viewer, both, NOW) for brand in (cast.alder, cast.birch))

    assert ours == theirs
    assert (ours[0].community_a_id, ours[0].community_b_id) == tuple(sorted(both))
    assert {ours[0].size_a, ours[0].size_b} == {2_000, 7_770}
    assert overlaps_of_campaign(session, cast.alder.viewer, both[:1], NOW) == []


def test_the_matrix_says_how_many_pairs_wait(session: Session, cast: Cast, world: World) -> None:
    world.register(cast.alder, range(1_000))
    before = overlap_matrix(session, cast.alder.manager, cast.partnership.id, NOW)
    world.register(cast.birch, range(1_000))

    waiting = overlap_matrix(session, cast.alder.manager, cast.partnership.id, NOW)

    assert (before.waiting, before.columns[0].as_of) == (0, None)
    assert (waiting.waiting, waiting.cells) == (1, ((None,),))


def test_the_list_tells_age_and_standing(session: Session, cast: Cast, world: World) -> None:
    world.register(cast.alder, range(10), as_of=date(2026, 9, 1))
    world.register(cast.alder, range(20), as_of=date(2026, 9, 20))
    world.register(cast.alder, range(30), as_of=date(2026, 9, 30), expires_on=TODAY)

    tomorrow = queries.audiences(session, cast.alder.viewer, NOW + timedelta(days=1))

    assert [(card.age_days, card.standing) for card in tomorrow] == [(6, "expired"), (16, "newest"), (35, "replaced")]
    assert queries.audiences(session, cast.alder.viewer, NOW, "none") == []


def test_an_audience_page_tells_everything_but_members(session: Session, cast: Cast, world: World) -> None:
    audience = world.register(cast.alder, range(10))

    page = queries.audience_page(session, cast.alder.viewer, audience.id, NOW)

    assert (page.card.accepted, page.lawful_basis, page.reasons) == (10, "consent", ())
    assert page.created_by == "Alder Coffee manager"


def test_an_audience_that_expires_soon_waits_for_its_successor(session: Session, cast: Cast, world: World) -> None:
    audience = world.register(cast.alder, range(10), expires_on=TODAY + timedelta(days=30))

    waiting = queries.waiting_for(session, cast.alder.manager, NOW)

    assert [(one.kind, one.thing_id) for one in waiting] == [("renew_audience", audience.id)]
    assert queries.waiting_for(session, cast.alder.viewer, NOW) == []
    world.register(cast.alder, range(20), as_of=TODAY)
    assert queries.waiting_for(session, cast.alder.manager, NOW) == []


def test_the_larger_rounding_counts(session: Session, cast: Cast, world: World) -> None:
    world.count_both()
    session.get_one(PartnershipPartner, (cast.partnership.id, cast.birch.partner.id)).rounding = 100

    found = released_overlaps(session, cast.alder.viewer, NOW)[0]

    assert (found.released.count, found.released.size_b, found.other_size) == (800, 7_800, 7_800)


def test_the_own_list_is_the_first_on_both_sides(session: Session, cast: Cast, world: World) -> None:
    world.count_both()

    ours, theirs = (
        overlap_matrix(session, brand.viewer, cast.partnership.id, NOW).cells[0][0]
        for brand in (cast.alder, cast.birch)
    )

    assert ours is not None
    assert theirs is not None
    assert (ours.size_a, ours.unique_a, ours.unique_b) == (2_000, 1_230, 7_000)
    assert ours == theirs.turned()
