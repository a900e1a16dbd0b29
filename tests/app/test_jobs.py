"""Background jobs: from event to result, whatever is lost or dies on the way, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import context, jobs, worker
from app.installation import Installation
from app.progress.subjects import SUBJECT_PAGES
from partners import outbox
from partners.database import reading, writing
from partners.directory.policy import Actor
from partners.outbox import Job, JobState
from tests.app import job_handlers
from tests.cast import Cast
from tests.conftest import NOW

ClientFor = Callable[[Actor], FlaskClient]


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def start(place: Installation, world: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give what makes a job of Alder's manager whose handler is one of ``job_handlers``; returns the job's id."""

    def started(name: str) -> str:
        monkeypatch.setitem(jobs.MODULES, name, job_handlers.__name__)
        monkeypatch.setitem(jobs.HANDLERS, "import.received", (name,))
        with writing(place.engine) as session:
            outbox.emit(session, "import.received", world.partnership, world.alder.manager, NOW)
            session.commit()
        return worker.reap(place)[0]

    return started


def job(place: Installation, job_id: str) -> Job:
    with reading(place.engine) as session:
        return session.get_one(Job, job_id)


def test_every_handler_exists() -> None:
    names = {name for names in jobs.HANDLERS.values() for name in names}

    assert names == set(jobs.MODULES)
    assert all(callable(jobs.handler_named(name)) for name in names)


def test_every_job_leads_to_a_page_that_exists(app: Flask) -> None:
    for endpoint, name in SUBJECT_PAGES.values():
        rules = app.url_map.iter_rules(endpoint)
        assert any(rule.arguments == {name} for rule in rules), endpoint


def test_commit_of_a_view_makes_the_job_and_wakes_the_worker(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor
) -> None:
    def emit() -> str:
        outbox.emit(context.db(), "import.received", world.partnership, context.actor(), context.now())
        context.commit()
        return "done"

    app.add_url_rule("/emit", view_func=emit, methods=["POST"])
    client_for(world.alder.manager).post("/emit")

    with reading(place.engine) as session:
        found = outbox.newest_job(session, world.alder.manager, world.partnership.id, "read_import")
    assert found is not None
    assert place.queue.waiting() == 1


def test_view_that_does_not_commit_leaves_nothing(
    app: Flask, place: Installation, world: Cast, client_for: ClientFor
) -> None:
    def emit() -> str:
        outbox.emit(context.db(), "import.received", world.partnership, context.actor(), context.now())
        return "not committed"

    app.add_url_rule("/emit", view_func=emit, methods=["POST"])
    client_for(world.alder.manager).post("/emit")

    assert worker.reap(place) == []


def test_job_runs_once_however_often_it_is_queued(place: Installation, start: Callable[[str], str]) -> None:
    job_handlers.beaten.clear()
    job_id = start("count_to_three")

    worker.run_job(place, job_id)
    worker.run_job(place, job_id)

    done = job(place, job_id)
    assert job_handlers.beaten == [(1, 3), (2, 3), (3, 3)]
    assert (done.state, done.progress, done.total, done.result) == (JobState.DONE, 3, 3, {"rows": 3})


def test_what_a_job_starts_is_queued_at_once(
    place: Installation, start: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.HANDLERS, "test.more", ("count_to_three",))
    job_id = start("ask_for_more")
    before = place.queue.waiting()

    worker.run_job(place, job_id)

    assert job(place, job_id).state == JobState.DONE
    assert place.queue.waiting() == before + 1


def test_broken_rule_fails_the_job_for_good(place: Installation, start: Callable[[str], str]) -> None:
    job_id = start("break_a_rule")

    worker.run_job(place, job_id)

    failed = job(place, job_id)
    assert failed.state == JobState.FAILED
    assert failed.error == "The file {name} cannot be read."
    assert failed.result == {"fields": {"name": "sales.csv"}}


def test_fault_is_tried_five_times(place: Installation, start: Callable[[str], str]) -> None:
    job_id = start("break_down")

    states = []
    for _ in range(outbox.MAX_ATTEMPTS):
        worker.run_job(place, job_id)
        states.append(job(place, job_id).state)

    assert states == [JobState.QUEUED] * 4 + [JobState.FAILED]


def test_handler_that_ends_without_a_result_fails(place: Installation, start: Callable[[str], str]) -> None:
    job_id = start("forget_to_finish")

    worker.run_job(place, job_id)

    assert job(place, job_id).state == JobState.FAILED


def test_job_says_that_it_lives_without_losing_its_progress(place: Installation, start: Callable[[str], str]) -> None:
    job_id = start("beat_without_progress")

    worker.run_job(place, job_id)

    assert (job(place, job_id).progress, job(place, job_id).total) == (4, 10)


def test_reaper_leaves_a_job_that_beats_and_takes_back_one_that_does_not(
    place: Installation, start: Callable[[str], str], now: Clock
) -> None:
    job_id = start("count_to_three")
    with writing(place.engine) as session:
        outbox.claim(session, job_id, NOW)
        session.commit()

    now.at = NOW + timedelta(seconds=10)
    still_running = worker.reap(place)
    now.at = NOW + timedelta(seconds=25)
    taken_back = worker.reap(place)

    assert (still_running, taken_back) == ([], [job_id])


def test_worker_that_was_thought_dead_writes_nothing(
    place: Installation, start: Callable[[str], str], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = start("forget_to_finish")

    def sleep_too_long(work: object) -> None:
        now.at = NOW + timedelta(seconds=25)
        worker.reap(place)
        with writing(place.engine) as session:
            outbox.claim(session, job_id, now.at)
            session.commit()
        job_handlers.count_to_three(work)  # type: ignore[arg-type]

    monkeypatch.setattr(job_handlers, "forget_to_finish", sleep_too_long)
    worker.run_job(place, job_id)

    assert (job(place, job_id).state, job(place, job_id).attempts) == (JobState.RUNNING, 2)


def test_queue_that_was_lost_is_filled_again(place: Installation, start: Callable[[str], str]) -> None:
    job_id = start("count_to_three")
    for path in place.settings.var.glob("queue.db*"):
        path.unlink()
    fresh = type(place.queue)(place.settings.queue_path)

    waiting = worker.reap(Installation(place.settings, place.engine, place.store, fresh, place.now))

    assert waiting == [job_id]
    assert fresh.waiting() == 1


def test_page_of_a_running_job_renews_itself(
    place: Installation, world: Cast, start: Callable[[str], str], client_for: ClientFor
) -> None:
    job_id = start("forget_to_finish")
    client = client_for(world.alder.viewer)

    page = client.get(f"/jobs/{job_id}").text
    fragment = client.get(f"/jobs/{job_id}", headers={"HX-Request": "true"}).text

    assert "<h1>" in page
    assert "<html" not in fragment
    assert f'hx-get="/jobs/{job_id}"' in page
    assert f'hx-get="/jobs/{job_id}"' in fragment


def test_page_of_a_failed_job_says_why_and_rests(
    place: Installation, world: Cast, start: Callable[[str], str], client_for: ClientFor
) -> None:
    job_id = start("break_a_rule")
    worker.run_job(place, job_id)

    page = client_for(world.alder.viewer).get(f"/jobs/{job_id}").text

    assert "The file sales.csv cannot be read." in page
    assert 'hx-get="/jobs' not in page


def test_job_of_another_brand_is_not_found(world: Cast, start: Callable[[str], str], client_for: ClientFor) -> None:
    job_id = start("count_to_three")

    assert client_for(world.cedar.manager).get(f"/jobs/{job_id}").status_code == 404
    assert client_for(world.birch.manager).get(f"/jobs/{job_id}").status_code == 404
