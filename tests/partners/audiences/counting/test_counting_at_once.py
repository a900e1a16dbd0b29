"""Two workers count the same pair at the same moment, on both databases: it is drawn and paid once."""

from __future__ import annotations

from threading import Barrier, Thread

from sqlalchemy import Engine, func, select

from partners.audiences.counting.planned import count_planned, similar_lists
from partners.audiences.counting.queries import pairings_of_partnership
from partners.audiences.counting.services import record_answers
from partners.audiences.models import Evaluation, Overlap
from partners.audiences.release.evaluating import Answer
from partners.audiences.release.evaluation_queries import plan_of
from partners.audiences.release.explain_queries import explained, segment_table
from partners.audiences.release.log_queries import evaluations
from partners.audiences.release.pair_queries import overlap_matrix
from partners.audiences.release.settings_queries import release_page
from partners.database import EVERY_TENANT, reading, writing
from partners.store import FolderStore
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.partners.audiences.lists import Lists

WORKERS = 4


def committed(engine: Engine, store: FolderStore) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        lists = Lists(session, store, cast.partnership.id)
        halves = {"low": range(1_000), "high": range(1_000, 3_000)}
        lists.put(cast.alder, range(3_000), segments=halves)
        lists.put(cast.birch, range(500, 4_000), segments={"a": range(500, 2_500), "b": range(2_500, 4_000)})
        session.commit()
        return cast


def count_together(engine: Engine, store: FolderStore, partnership_id: str) -> list[int]:
    """Let all workers count first and write then; return what each of them kept."""
    all_counted, kept = Barrier(WORKERS), list[int]()

    def work() -> None:
        with reading(engine, EVERY_TENANT) as session:
            pairings = pairings_of_partnership(session, partnership_id, NOW.date())
            plan = plan_of(session, pairings, NOW)
        similar = similar_lists(plan.checks, store.path)
        counted = count_planned(plan, similar, store.path)
        all_counted.wait()
        with writing(engine, EVERY_TENANT) as session:
            kept.append(record_answers(session, pairings, counted, similar, NOW))
            session.commit()

    workers = [Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(kept)


def test_a_pair_counted_by_several_workers_is_drawn_and_paid_once(engine: Engine, store: FolderStore) -> None:
    cast = committed(engine, store)

    kept = count_together(engine, store, cast.partnership.id)

    with reading(engine, EVERY_TENANT) as session:
        answers = session.execute(select(Evaluation.answer, Evaluation.epsilon_milli)).all()
        overlaps = session.scalar(select(func.count()).select_from(Overlap))
    assert kept == [0, 0, 0, 2]
    assert [tuple(row) for row in answers] == [(Answer.COUNTED, 250)] * 2
    assert overlaps == 5


def test_each_side_reads_it_within_its_own_wall(engine: Engine, store: FolderStore) -> None:
    cast = committed(engine, store)
    count_together(engine, store, cast.partnership.id)
    ids = (cast.alder.community.id, cast.birch.community.id)

    for brand, pair in ((cast.alder, ids), (cast.birch, ids[::-1])):
        with reading(engine, brand.partner.id) as session:
            where = (session, brand.viewer, cast.partnership.id)
            assert overlap_matrix(*where, NOW).cells[0][0] is not None
            assert explained(*where, *pair, NOW).own_day == NOW.date()
            assert len(segment_table(*where, *pair, NOW).rows) == 2
            assert len(release_page(*where, NOW).budgets) == 2
            assert [line.other_as_of for line in evaluations(*where)] == [NOW.date()] * 2
