"""Blind counts from end to end: two brands' command lines against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from app.cli import main
from app.cli.platform import NotEncrypted, Platform, PlatformRefused
from app.installation import Installation
from app.worker import begin_day, reap, run_job
from partners.audiences.blind import counting_services, services
from partners.audiences.models import BlindCount, BlindStep, CountMethod, Overlap
from partners.database import EVERY_TENANT, reading, writing
from tests.app.blind_world import Home, homes_of, propose, served
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.audiences.blind.world import exactly

COMMON = 150
"""Members of both lists."""


@pytest.fixture
def homes(place: Installation, world: Cast, tmp_path: Path) -> tuple[Home, Home]:
    """Alder's machine and Birch's."""
    return homes_of(place, world, tmp_path)


@pytest.fixture
def count_id(place: Installation, world: Cast, homes: tuple[Home, Home]) -> str:
    """A count that Alder proposed."""
    return propose(place, world, homes[0])


@pytest.fixture
def url(guarded_app: Flask) -> Iterator[str]:
    """The platform, served."""
    with served(guarded_app) as address:
        yield address


def joined(place: Installation, world: Cast, home: Home, count_id: str) -> None:
    with writing(place.engine, EVERY_TENANT) as session:
        services.join_blind_count(session, world.birch.manager, count_id, home.audience_id, place.now())
        session.commit()


def do_jobs(place: Installation) -> None:
    for job_id in reap(place):
        run_job(place, job_id)


def step_of(place: Installation, count_id: str) -> BlindStep:
    with reading(place.engine, EVERY_TENANT) as session:
        return session.get_one(BlindCount, count_id).step


def test_two_command_lines_count_what_sets_count(
    url: str, place: Installation, homes: tuple[Home, Home], count_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting_services.record_blind_count, "__defaults__", (exactly,))
    alder, birch = homes

    said = [
        birch.run(url, "--count", count_id, "--audience", birch.audience_id),
        alder.run(url), birch.run(url),
    ]  # fmt: skip
    assert step_of(place, count_id) == BlindStep.COUNTING
    do_jobs(place)
    after = [home.run(url, "--count", count_id) for home in homes]

    assert [one.exit_code for one in (*said, *after)] == [0] * 5
    assert "1,100 members, 0 repeated, 1 dropped" in said[1].output
    assert "Your part is done; its secret is deleted." in said[1].output
    assert all("The count is done" in one.output for one in after)
    with reading(place.engine, EVERY_TENANT) as session:
        overlap = session.scalars(select(Overlap)).one()
        assert (overlap.noisy, overlap.method) == (COMMON, CountMethod.BLIND)
    assert [path for path in place.store.path("blind").rglob("*") if path.is_file()] == []
    for home in homes:
        assert [path.name for path in (home.folder / "blind" / count_id).iterdir()] == ["ended"]


def test_no_identifier_reaches_the_platform(
    url: str, place: Installation, homes: tuple[Home, Home], count_id: str
) -> None:
    alder, birch = homes
    birch.run(url, "--count", count_id, "--audience", birch.audience_id)
    alder.run(url)
    birch.run(url)

    kept = [path.read_bytes() for path in place.settings.var.rglob("*") if path.is_file()]

    assert len(kept) > 3
    assert not any(b"member1050" in content or b"ember1050" in content for content in kept)


def test_with_wait_a_command_goes_on_by_itself(
    url: str, place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """While it waits, the partner does what is next, then the platform."""
    alder, birch = homes
    joined(place, world, birch, count_id)

    def elsewhere(_seconds: float) -> None:
        if step_of(place, count_id) == BlindStep.COUNTING:
            do_jobs(place)
        else:
            birch.run(url)

    monkeypatch.setattr("app.cli.blind_count.time.sleep", elsewhere)

    answer = alder.run(url, "--wait")

    assert answer.exit_code == 0, answer.output
    assert "The count waits for Birch Dairy to blind its list." in answer.output
    assert "The count is done" in answer.output


def test_a_command_says_what_waits(url: str, homes: tuple[Home, Home], count_id: str) -> None:
    token = str(homes[1].folder / "token")

    listed = CliRunner().invoke(main, ["blind-count", "list", "--url", url, "--token-file", token])
    size = CliRunner().invoke(main, ["blind-count", "size", str(homes[0].folder / "members.csv")])

    assert listed.output.startswith(f"{count_id}  Alder with Birch: waits for you to join it on the platform")
    assert size.output.splitlines()[-1] == "1,100 members to declare"


def test_a_list_of_another_length_and_another_key_are_refused(
    url: str, place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str
) -> None:
    alder, birch = homes
    joined(place, world, birch, count_id)
    (alder.folder / "brand.key").write_text((birch.folder / "brand.key").read_text())
    with (birch.folder / "members.csv").open("a") as out:
        out.write("one.more@example.com\n")

    other_key, longer = alder.run(url), birch.run(url)

    assert (other_key.exit_code, longer.exit_code) == (1, 1)
    assert "not the key that your brand has published" in other_key.output
    assert "1051 different members, but 1050 were declared" in longer.output
    assert step_of(place, count_id) == BlindStep.OPENING


def test_a_list_that_is_no_longer_the_declared_size_never_leaves(
    place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str, url: str
) -> None:
    alder, birch = homes
    joined(place, world, birch, count_id)
    platform = Platform(url, (alder.folder / "token").read_text().strip())

    for content in (b"", bytes(100), bytes(64_071), bytes(64_073), bytes(2_000_000)):
        with pytest.raises(PlatformRefused) as refused:
            platform.send(count_id, "once", content)
        assert refused.value.fields["status"] in (413, 422)
    with pytest.raises(PlatformRefused) as early:
        platform.send(count_id, "twice", bytes(64_000))

    assert early.value.fields["status"] == 409
    assert [path for path in place.store.path("blind").rglob("*") if path.is_file()] == []


def test_a_step_cannot_be_sent_again(
    url: str, place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str
) -> None:
    alder, birch = homes
    joined(place, world, birch, count_id)
    platform = Platform(url, (alder.folder / "token").read_text().strip())
    platform.send(count_id, "once", bytes(64_072))

    with pytest.raises(PlatformRefused) as refused:
        platform.send(count_id, "once", bytes(64_072))

    assert refused.value.fields["status"] == 409


def test_points_that_are_there_twice_are_not_counted(
    place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str, url: str
) -> None:
    joined(place, world, homes[1], count_id)
    both = [Platform(url, (home.folder / "token").read_text().strip()) for home in homes]
    for platform in both:
        platform.send(count_id, "once", bytes(64_072))
    for platform in both:
        platform.send(count_id, "twice", bytes(64_000))

    do_jobs(place)

    assert step_of(place, count_id) == BlindStep.STOPPED
    assert [path for path in place.store.path("blind").rglob("*") if path.is_file()] == []


def test_a_redirect_and_an_open_line_are_refused(place: Installation, tmp_path: Path) -> None:
    elsewhere = Flask("elsewhere")

    @elsewhere.get("/api/v1/blind-counts")
    def moved() -> tuple[str, int, dict[str, str]]:
        return "", 302, {"Location": "https://elsewhere.example/"}

    with served(elsewhere) as url, pytest.raises(PlatformRefused) as refused:
        Platform(url, "tandem_x").counts()
    assert refused.value.fields["status"] == 302
    for address in ("http://tandem.example", "ftp://localhost", "localhost:8000", "http://localhost.example"):
        with pytest.raises(NotEncrypted):
            Platform(address, "tandem_x")


def test_what_a_crash_left_goes_with_the_next_day(
    place: Installation, world: Cast, homes: tuple[Home, Home], count_id: str
) -> None:
    joined(place, world, homes[1], count_id)
    with writing(place.engine, EVERY_TENANT) as session:
        services.stop_blind_count(session, world.alder.manager, place.store, count_id, NOW)
        session.commit()
    place.store.put(f"blind/{count_id}/left", b"points")
    place.store.put("blind/zzzzzzzzzzzzzzzz/foreign", b"points")

    begin_day(place)
    do_jobs(place)

    assert not place.store.has(f"blind/{count_id}/left")
