"""Where the newest lists have no count: the last one stays, says why and until when, or nothing is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences.models import Audience, Overlap
from partners.audiences.release.evaluating import Answer
from partners.audiences.release.pair_queries import overlap_matrix, released_overlaps
from partners.audiences.release.release import ReleaseKind
from partners.directory.models import PartnershipPartner
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.release.world import WEEK, World


def test_where_the_newest_lists_were_not_counted_the_last_count_stays_and_says_why(
    session: Session, cast: Cast, world: World
) -> None:
    world.count_both()
    later = NOW + timedelta(days=2)
    world.register(cast.birch, range(1_000, 9_000), as_of=later.date(), now=later)
    world.count(now=later)

    matrix = overlap_matrix(session, cast.alder.viewer, cast.partnership.id, later)
    (cell,), (note,) = matrix.cells[0], matrix.notes[0]

    assert cell is not None
    assert note is not None
    assert (cell.count, matrix.columns[0].size, matrix.waiting) == (770, 8_000, 0)
    assert (note.why, note.until) == (Answer.TOO_SOON, NOW + WEEK)
    assert released_overlaps(session, cast.alder.viewer, later)[0].other_size == 7_770


def test_without_budget_the_last_count_stays_and_says_until_when(session: Session, cast: Cast, world: World) -> None:
    session.get_one(PartnershipPartner, (cast.partnership.id, cast.birch.partner.id)).budget_milli = 250
    world.register(cast.alder, range(2_000), now=NOW - WEEK)
    world.register(cast.birch, range(1_234, 9_000))
    world.count(766)
    later = NOW + WEEK
    world.register(cast.birch, range(1_000, 9_000), as_of=later.date(), now=later)
    world.count(now=later)

    for brand in (cast.alder, cast.birch):
        matrix = overlap_matrix(session, brand.viewer, cast.partnership.id, later)
        assert matrix.cells[0][0] is not None
        assert matrix.notes[0][0] is not None
        assert matrix.cells[0][0].count == 770
        assert (matrix.notes[0][0].why, matrix.notes[0][0].until) == (
            Answer.BUDGET_USED, NOW + timedelta(days=365),
        )  # fmt: skip


def test_what_was_never_counted_says_why(session: Session, cast: Cast, world: World) -> None:
    world.register(cast.alder, range(999))
    world.register(cast.birch, range(2_000))
    world.count()

    matrix = overlap_matrix(session, cast.birch.viewer, cast.partnership.id, NOW)

    assert (matrix.cells, matrix.waiting) == (((None,),), 0)
    assert matrix.notes[0][0] is not None
    assert (matrix.notes[0][0].why, matrix.notes[0][0].until) == (Answer.TOO_SMALL, None)


def test_a_result_of_a_list_that_was_taken_back_says_so_and_an_older_one_takes_its_place(
    session: Session, cast: Cast, world: World
) -> None:
    world.count_both()
    later = NOW + WEEK
    newer = world.register(cast.birch, range(1_000, 9_000), as_of=later.date(), now=later)
    world.count(1_000, now=later)

    def take_back(row: Overlap, audience: Audience) -> None:
        row.noisy, row.taken_back_at, audience.tokens_deleted_at = None, later, later
        session.flush()

    first, second = session.scalars(select(Overlap).order_by(Overlap.computed_at)).all()
    take_back(second, newer)
    older = overlap_matrix(session, cast.alder.viewer, cast.partnership.id, later)
    (replaced,) = {first.audience_a_id, first.audience_b_id} - {second.audience_a_id, second.audience_b_id}
    take_back(first, session.get_one(Audience, replaced))
    none = overlap_matrix(session, cast.alder.viewer, cast.partnership.id, later)

    assert older.cells[0][0] is not None
    assert older.notes[0][0] is not None
    assert (older.cells[0][0].count, older.notes[0][0].why) == (770, "taken_back")
    assert none.cells[0][0] is not None
    assert none.cells[0][0].kind is ReleaseKind.TAKEN_BACK


def test_lists_that_expired_show_nothing(session: Session, cast: Cast, world: World) -> None:
    world.count_both()

    assert released_overlaps(session, cast.alder.viewer, datetime(2027, 10, 2, tzinfo=NOW.tzinfo)) == []
