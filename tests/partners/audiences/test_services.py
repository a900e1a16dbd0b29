"""Registering a list: what is refused, what is kept, and that nothing is half stored or kept in the clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences import services
from partners.audiences.intake import NoMembers
from partners.audiences.models import Audience, LawfulBasis
from partners.audiences.services import ExpiresTooEarly, OfTheFuture, Registered, SameFile
from partners.audit import AuditEvent
from partners.database import writing
from partners.directory.policy import Actor
from partners.errors import NotAllowed, NotFound
from partners.outbox import OutboxEvent
from partners.store import FolderStore
from partners.tabular import EmptyFile, MissingColumns
from tests.cast import Brand, Cast
from tests.conftest import NOW

KEY = bytes(range(32))
LIST = b"email,name\nana.secret@x.com,Ana Secret\nbroken secret,Ben\nben.secret@x.com,Ben\n"


@pytest.fixture
def register(session: Session, cast: Cast, store: FolderStore) -> Callable[..., Registered]:
    def registered(
        data: bytes = LIST, actor: Actor | None = None, brand: Brand | None = None, **other: Any
    ) -> Registered:
        values: dict[str, Any] = {
            "as_of": date(2026, 10, 1), "expires_on": date(2027, 10, 1), "lawful_basis": LawfulBasis.CONSENT,
            "purpose": "joint campaigns", "source_name": "members.csv", "stream": BytesIO(data), "now": NOW, **other,
        }  # fmt: skip
        brand = brand or cast.alder
        return services.register_audience(
            session, actor or cast.alder.manager, store, KEY, brand.community.id, **values
        )

    return registered


def test_a_list_becomes_an_audience(session: Session, cast: Cast, store: FolderStore, register: Any) -> None:
    registered = register()
    session.commit()

    audience = session.scalars(select(Audience)).one()
    assert (audience.accepted, audience.duplicates, audience.rejected) == (2, 0, 1)
    assert (audience.reasons, audience.partner_id) == ({"not_an_email": 1}, cast.alder.partner.id)
    assert audience.token_key == f"audiences/{audience.id}.tokens"
    assert len(store.get(audience.token_key)) == 16
    assert [failure.row_no for failure in registered.failures] == [3]


def test_registering_is_written_down_and_announced(session: Session, register: Any) -> None:
    registered = register()
    session.flush()

    happened = session.scalars(select(OutboxEvent)).one()
    written = session.scalars(select(AuditEvent)).one()
    assert (happened.kind, happened.subject_id) == ("audience.registered", registered.audience.id)
    assert (written.action, written.after["accepted"]) == ("register_audience", 2)


def test_no_address_is_kept_anywhere(session: Session, store: FolderStore, tmp_path: Path, register: Any) -> None:
    register()
    session.commit()

    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert len(files) > 1
    assert not [path for path in files if b"secret" in path.read_bytes().lower()]


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", EmptyFile), (b"name\nAna\n", MissingColumns), (b"email\nno\n", NoMembers)],
)
def test_a_useless_file_leaves_nothing(
    session: Session, tmp_path: Path, register: Any, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        register(data)

    assert session.scalars(select(Audience)).all() == []
    assert list(tmp_path.rglob("*.tokens")) == []


def test_the_same_file_is_refused_and_says_when_it_came(session: Session, tmp_path: Path, register: Any) -> None:
    register()
    session.commit()

    with pytest.raises(SameFile) as refusal:
        register()

    assert "2026-10-05" in str(refusal.value)
    assert len(list(tmp_path.rglob("*.tokens"))) == 1


@pytest.mark.parametrize(
    ("days", "error"),
    [
        ({"as_of": date(2026, 10, 6)}, OfTheFuture),
        ({"expires_on": date(2026, 9, 30)}, ExpiresTooEarly),
        ({"expires_on": date(2026, 10, 4)}, ExpiresTooEarly),
    ],
)
def test_impossible_days_are_refused(register: Any, days: dict[str, date], error: type[Exception]) -> None:
    with pytest.raises(error):
        register(**days)


def test_a_stranger_and_a_partner_find_no_community(cast: Cast, register: Any) -> None:
    for actor in (cast.cedar.manager, cast.birch.manager):
        with pytest.raises(NotFound):
            register(actor=actor)


def test_a_viewer_may_not_register(cast: Cast, register: Any) -> None:
    with pytest.raises(NotAllowed):
        register(actor=cast.alder.viewer)


def test_without_a_commit_no_file_stays(session: Session, tmp_path: Path, register: Any) -> None:
    register()
    assert len(list(tmp_path.rglob("*.tokens"))) == 1

    session.rollback()

    assert list(tmp_path.rglob("*.tokens")) == []


def test_a_session_that_is_only_closed_leaves_no_file_either(
    sqlite_engine: Engine, session: Session, cast: Cast, store: FolderStore, tmp_path: Path
) -> None:
    session.commit()
    with writing(sqlite_engine) as other:
        services.register_audience(
            other, cast.alder.manager, store, KEY, cast.alder.community.id, date(2026, 10, 1), date(2027, 10, 1),
            LawfulBasis.CONSENT, "joint campaigns", "members.csv", BytesIO(LIST), NOW,
        )  # fmt: skip

    assert list(tmp_path.rglob("*.tokens")) == []


def test_after_a_commit_the_file_stays_whatever_follows(session: Session, tmp_path: Path, register: Any) -> None:
    register()
    session.commit()
    session.scalars(select(Audience)).all()
    session.rollback()

    assert len(list(tmp_path.rglob("*.tokens"))) == 1


def test_a_path_in_the_name_of_the_file_is_dropped(register: Any) -> None:
    assert register(source_name="C:/Users/ana/" + "x" * 200 + ".csv").audience.source_name == "x" * 120
