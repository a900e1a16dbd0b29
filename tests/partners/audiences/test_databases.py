"""What the databases do differently: the same rooms on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from threading import Barrier, Thread

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners.audiences import queries, services
from partners.audiences.counting_queries import pairings_of_partnership
from partners.audiences.models import Audience, LawfulBasis, Overlap
from partners.audiences.pair_queries import overlap_matrix
from partners.audiences.services import SameFile
from partners.database import EVERY_TENANT, reading, writing
from partners.store import FolderStore
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW


def register(session: Session, store: FolderStore, brand: Brand, members: range) -> Audience:
    rows = "\n".join(f"member{number}@x.com" for number in members)
    return services.register_audience(
        session, brand.manager, store, bytes(32), brand.community.id, date(2026, 10, 1), date(2027, 10, 1),
        LawfulBasis.CONSENT, "joint campaigns", "members.csv", BytesIO(f"email\n{rows}\n".encode()), NOW,
    ).audience  # fmt: skip


def world(engine: Engine, store: FolderStore) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        register(session, store, cast.alder, range(1_000))
        register(session, store, cast.birch, range(500, 2_000))
        session.commit()
        return cast


def test_overlaps_are_kept_once_on_either_database(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    with writing(engine, EVERY_TENANT) as session:
        pairings = pairings_of_partnership(session, cast.partnership.id, NOW.date())
        kept = [services.record_overlaps(session, dict.fromkeys(pairings, 500), NOW) for _ in range(2)]
        session.commit()

    with reading(engine, EVERY_TENANT) as session:
        matrix = overlap_matrix(session, cast.birch.viewer, cast.partnership.id, NOW)
        assert session.scalar(select(func.count()).select_from(Overlap)) == 1
        assert len(queries.audiences(session, cast.birch.viewer, NOW)) == 1

    assert kept == [1, 0]
    assert matrix.cells[0][0] is not None
    assert matrix.cells[0][0].count == 500


def test_the_same_file_sent_twice_at_once_is_kept_once(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    both_ready, refused = Barrier(2), []

    def send() -> None:
        both_ready.wait()
        try:
            with writing(engine, EVERY_TENANT) as session:
                register(session, store, cast.alder, range(77))
                session.commit()
        except SameFile as refusal:
            refused.append(refusal)

    senders = [Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    with reading(engine, EVERY_TENANT) as session:
        kept = session.scalars(select(Audience).where(Audience.accepted == 77)).all()
    assert (len(kept), len(refused)) == (1, 1)
    assert len(list(store.path("audiences").iterdir())) == 3
