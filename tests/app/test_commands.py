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
from tests.keys import give_key, token_csv

Run = Callable[..., Result]


@pytest.fixture
def run(place: Installation, world: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command against the installation of this test."""
    monkeypatch.setenv("TANDEM_VAR", str(place.settings.var))
    return lambda *arguments: CliRunner().invoke(main, list(arguments), catch_exceptions=False)


GROUND = (
    "--as-of", "2026-10-01", "--expires", "2027-10-01", "--basis", "consent", "--consent-text", "club terms 3",
    "--collected-from", "2025-01-01", "--collected-to", "2026-09-30", "--purpose", "campaigns", "--region", "de",
)  # fmt: skip


def test_a_list_goes_in_and_its_failed_rows_come_back(
    run: Run, place: Installation, world: Cast, tmp_path: Path
) -> None:
    members, failed = _tokens(place, world, tmp_path), tmp_path / "failed.csv"

    answer = run("audience", "register", str(members), "--as", "manager@alder.example", "--community", "alder-club",
                 *GROUND, "--failed", str(failed))  # fmt: skip

    assert (answer.exit_code, answer.output.splitlines()[0]) == (0, "60 members, 0 repeated, 1 not taken")
    assert "12ab" in failed.read_text()


def test_who_withdrew_is_taken_out(run: Run, place: Installation, world: Cast, tmp_path: Path) -> None:
    members, gone = _tokens(place, world, tmp_path), tmp_path / "gone.csv"
    gone.write_bytes(token_csv(["member0@example.com", "nobody@example.com"]))
    run("audience", "register", str(members), "--as", "manager@alder.example", "--community", "alder-club", *GROUND)

    answer = run("audience", "withdraw", str(gone), "--as", "manager@alder.example")

    assert (answer.exit_code, answer.output) == (0, "2 people are left out from now on; 1 lists changed\n")


def test_a_list_of_addresses_is_refused_with_the_way_to_blind_it(run: Run, world: Cast, tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text("email\nana@example.com\n")

    answer = run("audience", "register", str(members), "--as", "manager@alder.example", "--community", "alder-club",
                 *GROUND)  # fmt: skip

    assert answer.exit_code == 1
    assert "tandem audience blind" in answer.stderr
    assert "ana@" not in answer.stderr


def test_another_brands_community_is_not_there(run: Run, tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_bytes(token_csv(["ana@example.com"]))

    answer = run("audience", "register", str(members), "--as", "manager@cedar.example", "--community", "alder-club",
                 *GROUND)  # fmt: skip

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


def _tokens(place: Installation, world: Cast, folder: Path) -> Path:
    """Give the partnership a key and write a token file of sixty members, and one that was cut."""
    with writing(place.engine) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()
    members = folder / "members.tokens.csv"
    members.write_bytes(token_csv([f"member{number}@example.com" for number in range(60)]) + b"12ab\n")
    return members
