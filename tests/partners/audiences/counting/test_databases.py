"""What the databases do differently: the same rooms on SQLite and PostgreSQL."""

from __future__ import annotations

from io import BytesIO
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from partners.audiences import queries
from partners.audiences.deletion_services import revoke_audience
from partners.audiences.models import Audience
from partners.audiences.register_services import SameFile
from partners.audiences.withdrawal_queries import withdrawal_lines
from partners.audiences.withdrawal_services import withdraw_members
from partners.database import EVERY_TENANT, reading, writing
from partners.store import FolderStore
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv
from tests.partners.audiences.registering import people, preview, register


def world(engine: Engine, store: FolderStore) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        give_key(session, cast.alder.manager, cast.partnership.id, NOW)
        register(session, cast.alder, store, people(0, 1_000))
        register(session, cast.birch, store, people(500, 2_000), {"person600@x.com": "gold"})
        session.commit()
        return cast


def test_each_side_reads_and_takes_out_its_own(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    with writing(engine, cast.birch.partner.id) as session:
        gone = BytesIO(token_csv(people(590, 610)))
        withdraw_members(session, cast.birch.manager, store, "gone.csv", gone, NOW)
        session.commit()

    members, lines = {}, {}
    for brand in (cast.alder, cast.birch, cast.cedar):
        with reading(engine, brand.partner.id) as session:
            cards = queries.audiences(session, brand.viewer, NOW)
            members[brand.partner.code] = [(card.members, len(card.recipients)) for card in cards]
            found = withdrawal_lines(session, brand.viewer)
            lines[brand.partner.code] = [(line.before, line.after) for line in found]

    assert members == {"alder": [(1_000, 1)], "birch": [(1_480, 1)], "cedar": []}
    assert lines == {"alder": [], "birch": [(1_500, 1_480)], "cedar": []}


def test_a_withdrawal_is_never_rewritten(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    with writing(engine, EVERY_TENANT) as session:
        row = withdraw_members(session, cast.alder.manager, store, "a.csv", BytesIO(token_csv(people(0, 2))), NOW)
        session.commit()
        row.members = 1
        with pytest.raises(DBAPIError):
            session.flush()


def test_taking_back_reaches_what_both_sides_read(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    with writing(engine, cast.alder.partner.id) as session:
        (card,) = queries.audiences(session, cast.alder.viewer, NOW)
        revoke_audience(session, cast.alder.manager, store, card.id, "by mistake", NOW)
        session.commit()

    with reading(engine, cast.birch.partner.id) as session:
        communities = [cast.alder.community.id, cast.birch.community.id]
        left = queries.newest_audiences(session, communities, NOW.date())
    assert [audience.partner_id for audience in left] == [cast.birch.partner.id]


def test_the_same_file_sent_twice_at_once_is_kept_once(engine: Engine, store: FolderStore) -> None:
    cast = world(engine, store)
    both_ready, refused = Barrier(2), []

    def send() -> None:
        both_ready.wait()
        try:
            with writing(engine, EVERY_TENANT) as session:
                preview(session, cast.alder, store, token_csv(people(0, 77)))
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
