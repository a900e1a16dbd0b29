"""Who reads what of audiences and overlaps: own lists exactly, partners' only as released, strangers' not at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from partners.audiences import queries, services
from partners.audiences.counting_queries import pairings_of_audience, pairings_of_partnership
from partners.audiences.models import Audience, LawfulBasis
from partners.audiences.overlap import count_pairs
from partners.audiences.pair_queries import overlap_matrix, overlaps_of_campaign, released_overlaps
from partners.audiences.release import Band, ReleaseKind, SizeBand
from partners.communities.models import Community
from partners.directory.models import Footing, Partnership, PartnershipPartner
from partners.errors import NotFound
from partners.store import FolderStore
from tests.cast import Brand, Cast
from tests.conftest import NOW

TODAY = NOW.date()


class World:
    """Registers lists of numbered members and counts what is to be counted."""

    def __init__(self, session: Session, cast: Cast, store: FolderStore) -> None:
        self.session, self.cast, self.store = session, cast, store

    def register(
        self, brand: Brand, members: range, as_of: date = date(2026, 10, 1), expires_on: date = date(2027, 10, 1),
        now: datetime = NOW,
    ) -> Audience:  # fmt: skip
        rows = "\n".join(f"member{number}@x.com" for number in members)
        return services.register_audience(
            self.session, brand.manager, self.store, bytes(32), brand.community.id, as_of, expires_on,
            LawfulBasis.CONSENT, "joint campaigns", "members.csv", BytesIO(f"email\n{rows}\n".encode()), now,
        ).audience  # fmt: skip

    def count(self, audience: Audience) -> int:
        self.session.flush()
        pairings = pairings_of_audience(self.session, audience.id, TODAY)
        counts = {one: count_pairs([self.store.path(one.key_a), self.store.path(one.key_b)])[0, 1] for one in pairings}
        return services.record_overlaps(self.session, counts, NOW)

    def count_both(self, alder: range = range(2_000), birch: range = range(1_234, 9_000)) -> None:
        self.register(self.cast.alder, alder)
        self.count(self.register(self.cast.birch, birch))

    def stand_on(self, footing: Footing) -> None:
        self.cast.partnership.footing = footing
        self.session.flush()


@pytest.fixture
def world(session: Session, cast: Cast, store: FolderStore) -> World:
    return World(session, cast, store)


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
    audience = world.register(cast.alder, range(3), as_of=date(2026, 10, 2))

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


def test_only_the_newest_valid_audiences_are_counted(session: Session, cast: Cast, world: World) -> None:
    old = world.register(cast.alder, range(100), as_of=date(2026, 9, 1))
    new = world.register(cast.alder, range(200), as_of=date(2026, 9, 2))
    soon_over = world.register(cast.alder, range(300), as_of=date(2026, 9, 3), expires_on=TODAY)
    birch = world.register(cast.birch, range(400))
    session.flush()

    def counted(today: date) -> set[str]:
        return {
            key.audience_a_id if key.audience_b_id == birch.id else key.audience_b_id
            for key in pairings_of_audience(session, birch.id, today)
        }

    assert counted(TODAY) == {soon_over.id}
    assert counted(TODAY + timedelta(days=1)) == {new.id}
    assert pairings_of_audience(session, old.id, TODAY) == []


def test_counting_twice_writes_once(session: Session, cast: Cast, world: World) -> None:
    world.register(cast.alder, range(500))
    birch = world.register(cast.birch, range(500))
    session.flush()
    pairings = pairings_of_audience(session, birch.id, TODAY)

    first = services.record_overlaps(session, dict.fromkeys(pairings, 500), NOW)
    second = services.record_overlaps(session, dict.fromkeys(pairings, 500), NOW)

    assert (first, second) == (1, 0)
    assert pairings_of_audience(session, birch.id, TODAY) == []
    assert services.record_overlaps(session, {}, NOW) == 0


def test_communities_of_one_partner_are_not_counted_with_each_other(session: Session, cast: Cast, world: World) -> None:
    own = world.register(cast.alder, range(500))
    second = Community(
        partner_id=cast.alder.partner.id, code="alder-two", name="Second", theme="x", channel="email", created_at=NOW
    )
    session.add(second)
    session.flush()
    services.register_audience(
        session, cast.alder.manager, world.store, bytes(32), second.id, TODAY, TODAY, LawfulBasis.CONSENT, "p", "f",
        BytesIO(b"email\nmember1@x.com\n"), NOW,
    )  # fmt: skip

    assert pairings_of_audience(session, own.id, TODAY) == []
    assert pairings_of_partnership(session, cast.partnership.id, TODAY) == []


def test_the_signed_partnership_counts_where_a_pair_has_two(session: Session, cast: Cast, world: World) -> None:
    other = Partnership(name="Second", footing=Footing.EXPLORING, timezone="UTC", created_at=NOW)
    session.add(other)
    session.flush()
    for brand in (cast.alder, cast.birch):
        session.add(PartnershipPartner(partnership_id=other.id, partner_id=brand.partner.id, accepted_at=NOW))
    world.count_both()

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
    world.register(cast.alder, range(100))
    before = overlap_matrix(session, cast.alder.manager, cast.partnership.id, NOW)
    world.register(cast.birch, range(100))

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
