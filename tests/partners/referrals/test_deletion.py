"""When an uploaded file of evidence goes: some days after it was read; the evidence stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.referrals.deletion_services import delete_upload, uploads_due
from partners.referrals.models import Evidence, Import
from partners.store import FolderStore
from tests.cast import Cast
from tests.partners.referrals.world import NOW, World, build_world, sale, send


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    return build_world(session, cast)


@pytest.fixture
def sent(session: Session, world: World, store: FolderStore) -> Import:
    return send(session, world.cast.alder, store, [sale()])


def test_a_file_goes_so_many_days_after_it_was_read(session: Session, world: World, sent: Import) -> None:
    owner, read_at = world.cast.alder.partner.id, sent.finished_at
    assert read_at is not None

    assert uploads_due(session, owner, 90, read_at + timedelta(days=90, seconds=-1)) == []
    assert uploads_due(session, owner, 90, read_at + timedelta(days=90)) == [sent.id]
    assert uploads_due(session, world.cast.birch.partner.id, 90, read_at + timedelta(days=90)) == []


def test_the_file_goes_once_and_the_evidence_stays(
    session: Session, world: World, store: FolderStore, sent: Import
) -> None:
    later = NOW + timedelta(days=400)

    assert delete_upload(session, store, sent.id, later)
    assert not delete_upload(session, store, sent.id, later)

    assert not store.has(sent.source_key)
    assert uploads_due(session, sent.partner_id, 1, later) == []
    assert session.scalar(select(func.count(Evidence.id))) == 1
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "delete_upload")).one()
    assert (noted.partner_id, noted.user_id) == (sent.partner_id, None)


def test_a_file_that_is_not_read_yet_stays(session: Session, world: World, store: FolderStore, sent: Import) -> None:
    from partners.referrals.models import ImportState

    sent.state = ImportState.READING
    session.flush()

    assert not delete_upload(session, store, sent.id, NOW)
    assert store.has(sent.source_key)
