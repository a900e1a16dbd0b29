"""The command line: it acts as somebody with a seat, says what was refused, and looks after the chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.installation import Installation
from partners.database import reading, writing
from partners.directory import services
from tests.cast import Cast
from tests.conftest import NOW

Run = Callable[..., Result]


@pytest.fixture
def run(place: Installation, world: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command against the installation of this test."""
    monkeypatch.setenv("TANDEM_VAR", str(place.settings.var))
    return lambda *arguments: CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_a_list_goes_in_and_its_failed_rows_come_back(run: Run, tmp_path: Path) -> None:
    members, failed = tmp_path / "members.csv", tmp_path / "failed.csv"
    members.write_text("email\n" + "".join(f"member{n}@example.com\n" for n in range(60)) + "nobody\n")

    answer = run("audience", "register", str(members), "--as", "manager@alder.example", "--community", "alder-club",
                 "--as-of", "2026-10-01", "--expires", "2099-10-01", "--basis", "consent", "--purpose", "campaigns",
                 "--failed", str(failed))  # fmt: skip

    assert (answer.exit_code, answer.output.splitlines()[0]) == (0, "60 members, 0 repeated, 1 not taken")
    assert "nobody" in failed.read_text()


def test_another_brands_community_is_not_there(run: Run, tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text("email\na@example.com\n")

    answer = run("audience", "register", str(members), "--as", "manager@cedar.example", "--community", "alder-club",
                 "--as-of", "2026-10-01", "--expires", "2099-10-01", "--basis", "consent",
                 "--purpose", "campaigns")  # fmt: skip

    assert answer.exit_code == 1
    assert "There is nothing here, or it is not shared with you" in answer.output


def test_who_has_no_such_seat_is_told(run: Run) -> None:
    answer = run("period", "close", "2026-09", "--partnership", "Alder with Birch", "--as", "nobody@alder.example")

    assert answer.exit_code == 1
    assert "nobody@alder.example has no such seat" in answer.output


def test_the_audit_log_holds_and_a_changed_event_is_named(run: Run, place: Installation, world: Cast) -> None:
    with writing(place.engine) as session:
        for floor in (60, 70, 80):
            at = NOW + timedelta(minutes=floor)
            services.set_floor(session, world.alder.manager, world.partnership.id, floor, at)
        session.commit()

    before = run("audit", "verify")
    with writing(place.engine) as session:
        session.execute(text("DROP TRIGGER append_only_audit_event_update"))
        session.execute(text("UPDATE audit_event SET after = replace(after, '70', '71') WHERE seq = 2"))
        session.commit()
    after = run("audit", "verify")

    assert (before.exit_code, before.output[:13]) == (0, "3 events hold")
    assert (after.exit_code, after.output[:19]) == (1, "event 2 was changed")
    with reading(place.engine) as session:
        assert session.execute(text("SELECT count(*) FROM audit_event")).scalar() == 3
