"""``tandem operator create``: the first thing on an empty platform."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app import links
from app.cli import main
from app.links import Purpose
from config import load

COMMAND = ["operator", "create", "--email", "olga@platform.example", "--name", "Olga Brenner"]


@pytest.fixture(autouse=True)
def empty_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)


def test_the_operator_is_made_once_and_the_link_is_printed() -> None:
    first = CliRunner().invoke(main, COMMAND)
    second = CliRunner().invoke(main, COMMAND)

    assert first.exit_code == 0
    link = first.output.strip().splitlines()[-1].rpartition("/")[2]
    assert links.invitation_of(load(), Purpose.SEAT, link)
    assert (second.exit_code, "runs this platform already" in second.output) == (1, True)


def test_an_address_that_is_none_is_refused() -> None:
    refused = CliRunner().invoke(main, [*COMMAND[:3], "nobody", *COMMAND[4:]])

    assert refused.exit_code == 1
    assert "not an email address" in refused.output
