"""Retention: chosen by admins, counted on the page, carried out once a day, with real files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from app.installation import Installation
from app.worker import begin_day, reap, run_job
from partners import outbox
from partners.audiences.keys.models import PartnershipKey
from partners.audiences.models import Audience, TokenFile
from partners.audiences.register_services import confirm_audience
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.accounts.models import Factor, SignIn
from partners.directory.policy import Actor
from partners.outbox import Job, JobState, OutboxEvent
from partners.referrals.models import Import, ImportState
from partners.referrals.services import receive_import
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv
from tests.partners.audiences.registering import preview

SignedIn = Callable[[Actor], FlaskClient]

CHOICE = {"audience_days": "7", "upload_days": "120", "sign_in_days": "14"}
SALES = b"order_id,line_no,occurred_at,campaign,currency,gross\nO-1,1,2026-09-03T10:00:00,none,EUR,10.00\n"


def test_an_admin_chooses_and_everybody_can_look_it_up(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.admin)

    assert client.post("/admin/retention", data=CHOICE).status_code == 303
    page = client.get("/admin/retention").text

    assert 'value="7"' in page
    assert "What is kept for ever, and why" in page
    assert "changed for how long things are kept" in client.get("/admin/audit").text


@pytest.mark.parametrize("wrong", [{"audience_days": "31"}, {"upload_days": "0"}, {"sign_in_days": "many"}])
def test_a_choice_beyond_the_limits_is_refused(client_for: SignedIn, world: Cast, wrong: dict[str, str]) -> None:
    assert client_for(world.alder.admin).post("/admin/retention", data=CHOICE | wrong).status_code == 422


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_choose(client_for: SignedIn, world: Cast, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    assert client.get("/admin/retention").status_code == 403
    assert client.post("/admin/retention", data=CHOICE).status_code == 403


def test_the_job_deletes_what_is_due_and_nothing_else(client_for: SignedIn, world: Cast, place: Installation) -> None:
    old, new = _audience(place, world.alder.manager, world, 1), _audience(place, world.birch.manager, world, 300)
    _audience(place, world.alder.manager, world, 299, is_confirmed=False)
    read, unread = _upload(place, world.alder.finance, 100), _upload(place, world.birch.finance, None)
    _sign_in(place, world.alder.viewer, 91)
    kept = _sign_in(place, world.alder.viewer, 89)
    page = client_for(world.alder.admin).get("/admin/retention").text
    assert page.count('<td class="n">1</td>') == 3

    job = _run(place)

    assert job.result == {"audiences": 1, "previews": 1, "uploads": 1, "sign_ins": 1, "strays": 0, "keys": 0}
    assert [place.store.has(key) for key in (old, new, read, unread)] == [False, True, False, True]
    with reading(place.engine, EVERY_TENANT) as session:
        assert session.get(SignIn, kept) is not None
        assert session.scalar(select(func.count(Audience.id)).where(Audience.tokens_deleted_at.is_not(None))) == 1
    log = client_for(world.alder.admin).get("/admin/audit").text
    assert "The tokens of the audience list.csv were deleted" in log
    assert "deleted" not in client_for(world.birch.admin).get("/admin/audit").text


def test_the_audience_page_says_that_its_tokens_are_gone(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    key = _audience(place, world.alder.manager, world, 1)
    _run(place)

    page = client_for(world.alder.manager).get(f"/audiences/{Path(key).parent.name}").text

    assert "Its tokens were deleted on" in page
    assert "tokens deleted" in page


def test_doing_it_again_changes_nothing(world: Cast, place: Installation) -> None:
    _audience(place, world.alder.manager, world, 1)
    _run(place)
    with writing(place.engine) as session:
        job = session.scalars(select(Job).where(Job.handler == "apply_retention")).one()
        job.state = JobState.QUEUED
        session.commit()

    run_job(place, job.id)

    with reading(place.engine) as session:
        again = session.get_one(Job, job.id)
        assert (again.state, again.result) == (JobState.DONE, dict.fromkeys(job.result, 0))


def test_a_day_begins_once_however_many_workers_look(place: Installation, world: Cast) -> None:
    for _worker in range(3):
        begin_day(place)
        reap(place)

    with reading(place.engine) as session:
        assert session.scalar(select(func.count(OutboxEvent.id)).where(OutboxEvent.kind == "day.began")) == 1
        assert session.scalar(select(func.count(Job.id)).where(Job.handler == "apply_retention")) == 1


def test_the_database_itself_holds_a_day_to_one_event(engine: Engine) -> None:
    """Two workers that both saw no event: the second one's is dropped by the index, not by looking first."""
    with writing(engine, EVERY_TENANT) as session:
        outbox.begin_day(session, NOW)
        outbox.begin_day(session, NOW + timedelta(hours=20))
        session.commit()
        session.add(OutboxEvent(kind="day.began", subject_id="2026-10-05", at=NOW))
        with pytest.raises(Exception, match=r"(?i)unique"):
            session.flush()
        session.rollback()
        assert session.scalar(select(func.count(OutboxEvent.id))) == 2


def _run(place: Installation) -> Job:
    begin_day(place)
    reap(place)
    with reading(place.engine) as session:
        job = session.scalars(select(Job).where(Job.handler == "apply_retention")).one()
    run_job(place, job.id)
    with reading(place.engine) as session:
        done = session.get_one(Job, job.id)
        assert done.state == JobState.DONE, done.error
        return done


def _audience(place: Installation, actor: Actor, world: Cast, days_left: int, is_confirmed: bool = True) -> str:
    """Send a list two months ago that has so many days left; return where its tokens lie."""
    brand = next(one for one in (world.alder, world.birch) if one.partner.id == actor.partner_id)
    at = NOW - timedelta(days=60)
    days = {"as_of": at.date(), "collected_to": at.date(), "expires_on": at.date() + timedelta(days=days_left)}
    with writing(place.engine, EVERY_TENANT) as session:
        if session.scalar(select(func.count(PartnershipKey.id))) == 0:
            give_key(session, actor, world.partnership.id, at)
        data = token_csv([f"{number}@x.com" for number in range(days_left)])
        sent = preview(session, brand, place.store, data, at, source_name="list.csv", **days)
        if is_confirmed:
            confirm_audience(session, actor, sent.audience.id, at)
        session.commit()
        return session.scalars(select(TokenFile.store_key).where(TokenFile.audience_id == sent.audience.id)).one()


def _upload(place: Installation, actor: Actor, read_days_ago: int | None) -> str:
    with writing(place.engine, EVERY_TENANT) as session:
        row = receive_import(session, actor, place.store, "sales.csv", BytesIO(SALES), NOW, b"t" * 32)
        session.flush()
        if read_days_ago is not None:
            row.state, row.finished_at = ImportState.DONE, NOW - timedelta(days=read_days_ago)
            row.rows_read = row.rejected = row.rows_total
        session.commit()
        return session.get_one(Import, row.id).source_key


def _sign_in(place: Installation, actor: Actor, ended_days_ago: int) -> str:
    at = NOW - timedelta(days=ended_days_ago, seconds=1)
    with writing(place.engine, EVERY_TENANT) as session:
        row = SignIn(
            user_id=actor.user_id, seat_id=actor.seat_id, factor=Factor.PASSWORD, began_at=at, seen_at=at,
            confirmed_at=at, ended_at=at,
        )  # fmt: skip
        session.add(row)
        session.commit()
        return row.id
