"""Several readers at once, and readers that die: numbers stay without a gap, each row is taken once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from sqlalchemy import Engine, func, select

from partners import audit
from partners.database import reading, writing
from partners.directory.models import Partnership
from partners.referrals import chunk_services, services
from partners.referrals.models import CampaignDay, Evidence, Import
from partners.referrals.services import open_import, read_chunk, receive_import
from partners.store import FolderStore
from tests.cast import Brand, build_cast
from tests.partners.referrals.world import KEY, NOW, build_world, sale, sheet

ROWS = 60


def _received(engine: Engine, store: FolderStore, brand: Brand, first: int) -> str:
    rows = [sale(f"O-{n}") for n in range(first, first + ROWS)]
    with writing(engine) as session:
        found = receive_import(session, brand.finance, store, "a.csv", sheet(rows), NOW, KEY)
        session.commit()
        return found.id


def _read(engine: Engine, store: FolderStore, import_id: str) -> None:
    with reading(engine) as session:
        opened = open_import(session, store, import_id)
    is_finished = False
    while not is_finished:
        with writing(engine) as session:
            is_finished = read_chunk(session, opened, NOW, 7).is_finished
            session.commit()


def _seqs(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return list(session.scalars(select(Evidence.seq).order_by(Evidence.seq)))


def test_imports_at_once_number_without_a_gap(engine: Engine, store: FolderStore) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        build_world(session, cast)
        session.commit()
    imports = [_received(engine, store, cast.alder, 0), _received(engine, store, cast.birch, 0),
               _received(engine, store, cast.alder, ROWS // 2)]  # fmt: skip

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda import_id: _read(engine, store, import_id), imports))

    assert _seqs(engine) == list(range(1, 2 * ROWS + ROWS // 2 + 1))
    with reading(engine) as session:
        duplicates = session.scalars(select(Import.duplicates)).all()
        assert sum(duplicates) == ROWS // 2
        assert session.scalar(select(func.sum(CampaignDay.orders))) == 2 * ROWS + ROWS // 2
        assert session.get_one(Partnership, cast.partnership.id).last_seq == 2 * ROWS + ROWS // 2
        assert audit.first_break(session) is None


@pytest.mark.parametrize(
    ("room", "dies_in"),
    [
        (services, "judged"), (services, "record_accepted"), (chunk_services, "_write_evidence"),
        (chunk_services, "_add_to_days"), (services, "keep_failures"), (services, "_move_check_point"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [1, 3])
def test_a_reader_that_dies_leaves_whole_chunks(
    engine: Engine, store: FolderStore, monkeypatch: pytest.MonkeyPatch, room: ModuleType, dies_in: str, chunk: int
) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        build_world(session, cast)
        session.commit()
    import_id = _received(engine, store, cast.alder, 0)
    step, calls = getattr(room, dies_in), []

    def step_and_die(*given: object) -> object:
        calls.append(1)
        done = step(*given)
        if len(calls) == chunk:
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as dying:
        dying.setattr(room, dies_in, step_and_die)
        with pytest.raises(KeyboardInterrupt):
            _read(engine, store, import_id)
    left = _seqs(engine)
    _read(engine, store, import_id)

    assert left == list(range(1, 7 * (chunk - 1) + 1))
    assert _seqs(engine) == list(range(1, ROWS + 1))
    with reading(engine) as session:
        done = session.get_one(Import, import_id)
        assert (done.rows_read, done.accepted, done.duplicates, done.rejected) == (ROWS, ROWS, 0, 0)
        assert session.scalar(select(func.sum(CampaignDay.lines))) == ROWS
