"""Registering a list: what is refused, what is kept, and that nothing is half stored or kept in the clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences import queries, register_services
from partners.audiences.deletion_services import delete_preview, previews_due
from partners.audiences.ground import CollectedLater, ExpiresTooEarly, GroundMissing, KeptTooLong, OfTheFuture
from partners.audiences.intake.lines import HoldsAddresses, NotBlinded
from partners.audiences.intake.reading import NoMembers
from partners.audiences.models import Audience, TokenFile
from partners.audiences.register_services import NoPreview, Previewed, SameFile, UnknownKey
from partners.audit import AuditEvent
from partners.database import writing
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from partners.store import FolderStore
from partners.tabular import EmptyFile
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import TEST_KEY, give_key, key_name, token_csv
from tests.partners.audiences.registering import people, preview, register

LIST = token_csv(["ana.secret@x.com", "ben.secret@x.com"]) + b"12ab\n"
RAW = b"email,name\nana.secret@x.com,Ana Secret\nben.secret@x.com,Ben\n"


@pytest.fixture
def sent(session: Session, cast: Cast, store: FolderStore) -> Callable[..., Previewed]:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)
    session.commit()
    return lambda data=LIST, **other: preview(session, other.pop("brand", cast.alder), store, data, **other)


def test_a_list_is_looked_at_before_it_becomes_an_audience(
    session: Session, cast: Cast, store: FolderStore, sent: Any
) -> None:
    previewed = sent()
    session.commit()

    (card,) = queries.audiences(session, cast.alder.viewer, NOW)
    assert (card.accepted, card.duplicates, card.rejected, card.standing) == (2, 0, 1, "preview")
    assert [(one.partnership, one.members, one.is_current) for one in card.recipients] == [
        ("Alder with Birch", 2, True)
    ]  # fmt: skip
    assert [failure.row_no for failure in previewed.failures] == [4]
    assert queries.newest_audiences(session, [cast.alder.community.id], NOW.date()) == []
    assert session.scalars(select(OutboxEvent)).all() == []


def test_confirming_announces_it_and_writes_it_down(session: Session, cast: Cast, sent: Any) -> None:
    previewed = sent()

    audience = register_services.confirm_audience(session, cast.alder.manager, previewed.audience.id, NOW)
    session.flush()

    happened = session.scalars(select(OutboxEvent)).one()
    written = session.scalars(select(AuditEvent)).one()
    assert (happened.kind, happened.subject_id) == ("audience.registered", audience.id)
    assert (written.action, written.after["accepted"]) == ("register_audience", 2)
    assert queries.newest_audiences(session, [cast.alder.community.id], NOW.date()) == [audience]
    with pytest.raises(NoPreview):
        register_services.confirm_audience(session, cast.alder.manager, audience.id, NOW)


def test_every_partnership_and_segment_has_its_file(session: Session, cast: Cast, store: FolderStore) -> None:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)

    audience = register(session, cast.alder, store, people(0, 9), {"person1@x.com": "gold", "person2@x.com": "new"})
    session.commit()

    rows = session.scalars(select(TokenFile).order_by(TokenFile.segment)).all()
    assert [(row.segment, row.members, row.key_name) for row in rows] == [
        ("", 9, key_name(TEST_KEY)), ("gold", 1, key_name(TEST_KEY)), ("new", 1, key_name(TEST_KEY)),
    ]  # fmt: skip
    assert [len(store.get(row.store_key)) for row in rows] == [72, 8, 8]
    assert rows[0].store_key == f"audiences/{audience.id}/{cast.partnership.id}.tokens"


def test_a_discarded_list_leaves_nothing(session: Session, cast: Cast, store: FolderStore, sent: Any) -> None:
    previewed = sent()
    session.commit()

    register_services.discard_audience(session, cast.alder.manager, store, previewed.audience.id, NOW)
    assert _files(store) != []
    session.commit()

    assert _files(store) == []
    assert session.scalars(select(TokenFile)).all() == session.scalars(select(Audience)).all() == []
    assert sent().audience.id != previewed.audience.id


def test_a_preview_goes_after_a_day(session: Session, cast: Cast, store: FolderStore, sent: Any) -> None:
    previewed = sent()
    later = NOW + timedelta(days=1)

    assert previews_due(session, cast.alder.partner.id, later - timedelta(hours=1)) == []
    assert previews_due(session, cast.alder.partner.id, later) == [previewed.audience.id]
    assert delete_preview(session, store, previewed.audience.id, later)
    assert not delete_preview(session, store, previewed.audience.id, later)


def test_an_address_refuses_the_file_and_is_kept_nowhere(session: Session, tmp_path: Path, sent: Any) -> None:
    with pytest.raises(HoldsAddresses) as refusal:
        sent(RAW)
    sent()
    session.commit()

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert not [path for path in files if b"secret" in path.read_bytes().lower()]
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("data", "error"), [(b"", EmptyFile), (b"name\nAna\n", NotBlinded), (b"token_aa1916ecd637\n12ab\n", NoMembers)]
)
def test_a_useless_file_leaves_nothing(
    session: Session, store: FolderStore, sent: Any, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        sent(data)

    assert session.scalars(select(Audience)).all() == _files(store) == []


def test_a_key_that_is_not_ones_own_is_refused(session: Session, cast: Cast, sent: Any) -> None:
    for other in (b"k" * 32, b"l" * 32):
        with pytest.raises(UnknownKey):
            sent(token_csv(["ana@x.com"], [TEST_KEY, other]))
    with pytest.raises(UnknownKey):
        sent(brand=cast.cedar)


def test_the_same_file_is_refused_and_says_when_it_came(session: Session, store: FolderStore, sent: Any) -> None:
    sent()
    session.commit()

    with pytest.raises(SameFile) as refusal:
        sent()

    assert "2026-10-05" in str(refusal.value)
    assert len(_files(store)) == 1


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"as_of": date(2026, 10, 6)}, OfTheFuture),
        ({"expires_on": date(2026, 9, 30)}, ExpiresTooEarly),
        ({"expires_on": date(2026, 10, 4)}, ExpiresTooEarly),
        ({"expires_on": date(2028, 10, 4)}, KeptTooLong),
        ({"collected_from": date(2026, 10, 1)}, CollectedLater),
        ({"collected_to": date(2026, 10, 2)}, CollectedLater),
        ({"purpose": ""}, GroundMissing),
        ({"consent_text": ""}, GroundMissing),
        ({"region": ""}, GroundMissing),
        ({"uses": ()}, GroundMissing),
    ],
)
def test_an_impossible_ground_is_refused(sent: Any, other: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        sent(**other)


def test_a_stranger_and_a_partner_find_no_community_and_no_preview(
    session: Session, cast: Cast, store: FolderStore, sent: Any
) -> None:
    previewed = sent()
    for actor in (cast.cedar.manager, cast.birch.manager):
        with pytest.raises(NotFound):
            sent(LIST + b"12ac\n", actor=actor)
        with pytest.raises(NotFound):
            register_services.confirm_audience(session, actor, previewed.audience.id, NOW)
        with pytest.raises(NotFound):
            register_services.discard_audience(session, actor, store, previewed.audience.id, NOW)


def test_a_viewer_may_not_register(session: Session, cast: Cast, sent: Any) -> None:
    previewed = sent()

    with pytest.raises(NotAllowed):
        sent(actor=cast.alder.viewer)
    with pytest.raises(NotAllowed):
        register_services.confirm_audience(session, cast.alder.viewer, previewed.audience.id, NOW)


def test_without_a_commit_no_file_stays(session: Session, store: FolderStore, sent: Any) -> None:
    sent()
    assert len(_files(store)) == 1

    session.rollback()

    assert _files(store) == []


def test_a_session_that_is_only_closed_leaves_no_file_either(
    sqlite_engine: Engine, session: Session, cast: Cast, store: FolderStore, sent: Any
) -> None:
    with writing(sqlite_engine) as other:
        preview(other, cast.alder, store, LIST)

    assert _files(store) == []


def test_after_a_commit_the_file_stays_whatever_follows(session: Session, store: FolderStore, sent: Any) -> None:
    sent()
    session.commit()
    session.scalars(select(Audience)).all()
    session.rollback()

    assert len(_files(store)) == 1


def test_a_path_in_the_name_of_the_file_is_dropped(sent: Any) -> None:
    assert sent(source_name="C:/Users/ana/" + "x" * 200 + ".csv").audience.source_name == "x" * 120


@pytest.mark.parametrize(("changed", "is_counted"), [(0, True), (1, False), (49, False), (50, True)])
def test_a_list_that_differs_in_too_few_people_is_not_counted(
    session: Session, cast: Cast, store: FolderStore, changed: int, is_counted: bool
) -> None:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)
    first = register(session, cast.alder, store, people(0, 1000))

    again, later = {"person1@x.com": "gold"}, NOW + timedelta(hours=1)
    second = register(session, cast.alder, store, people(0, 1000 + changed), again, now=later)

    assert second.similar_to_id == (None if is_counted else first.id)
    (counted,) = queries.newest_audiences(session, [cast.alder.community.id], NOW.date())
    assert (counted.id == first.id) is not is_counted
    page = queries.audience_page(session, cast.alder.viewer, second.id, NOW)
    assert (page.card.standing, page.similar_to is None) == ("newest" if is_counted else "similar", is_counted)


def test_of_lists_left_uncounted_for_a_discarded_one_only_the_first_is_counted(
    session: Session, cast: Cast, store: FolderStore
) -> None:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)
    first = preview(session, cast.alder, store, token_csv(people(0, 1000)))
    second = register(session, cast.alder, store, people(0, 1001))
    third = register(session, cast.alder, store, people(0, 1002), now=NOW + timedelta(hours=1))
    session.commit()
    assert second.similar_to_id == third.similar_to_id == first.audience.id

    register_services.discard_audience(session, cast.alder.manager, store, first.audience.id, NOW)
    session.commit()

    assert (second.similar_to_id, third.similar_to_id) == (None, second.id)
    assert queries.newest_audiences(session, [cast.alder.community.id], NOW.date()) == [second]
    kinds = [(happened.kind, happened.subject_id) for happened in session.scalars(select(OutboxEvent))]
    assert kinds.count(("audience.registered", second.id)) == 2


def _files(store: FolderStore) -> list[Path]:
    return sorted(path for path in store.path("audiences").rglob("*") if path.is_file())
