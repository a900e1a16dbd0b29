"""After everything that can go wrong with a list of addresses, none of them is anywhere on the platform's machine."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli import main
from app.installation import Installation
from app.uploads import IN_MEMORY
from partners.database import writing
from partners.directory.policy import Actor
from tests.app.test_audiences import send
from tests.app.test_commands import GROUND
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv

PEOPLE = [f"ana.person{number}@secret-mail.example" for number in range(500)]
PHONES = [f"+49151{number:08d}" for number in range(12_345_000, 12_345_500)]
NAMES = [f"Ana Secretperson{number}" for number in range(500)]
RAW = "email,phone,name\n" + "".join(map("{},{},{}\n".format, PEOPLE, PHONES, NAMES))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files whose files keep their names, to be looked into."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    opened = tempfile.NamedTemporaryFile

    def kept(*_modes: Any, **_options: Any) -> Any:
        return opened(dir=folder, delete=False)

    monkeypatch.setattr(tempfile, "TemporaryFile", kept)
    return folder


def test_no_raw_identifier_is_anywhere(
    client_for: Callable[[Actor], FlaskClient], world: Cast, place: Installation, tmp_path: Path, temporary: Path,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    with writing(place.engine) as session:
        give_key(session, world.alder.manager, world.partnership.id, NOW)
        session.commit()
    client = client_for(world.alder.manager)
    tokens = token_csv(PEOPLE)

    answers = [
        *_sent_by_mistake(client, world, tokens),
        send(client, world.alder, tokens + b"12ab\n").text,
        client.post("/audiences/withdraw", data={"file": (BytesIO(RAW.encode()), "gone.csv")}).text,
        client.post("/audiences/withdraw", data={"file": (BytesIO(token_csv(PEOPLE[:9])), "gone.csv")}).text,
        client.get("/audiences?csv=1").text,
        client.get("/admin/audit").text,
        _typed(place, tmp_path, monkeypatch),
    ]

    kept = [path for folder in (place.settings.var, temporary) for path in folder.rglob("*") if path.is_file()]
    assert {".db", ".tokens", ".sealed"} <= {path.suffix for path in kept}
    for words in [*(path.read_bytes() for path in kept), *(text.encode() for text in answers), caplog.text.encode()]:
        found = [one for one in (*PEOPLE, *PHONES, *NAMES) if one.encode() in words]
        assert (found, b"secret" in words.lower()) == ([], False)


def _sent_by_mistake(client: FlaskClient, world: Cast, tokens: bytes) -> list[str]:
    """Send lists that are no token files, whole or in part, and return what the pages say."""
    mixed = tokens + PEOPLE[0].encode() + b"\n"
    beside = tokens.replace(b"\n", b",name\n", 1)
    lists = (RAW.encode(), RAW.encode("utf-16"), RAW.partition("\n")[2].encode(), mixed, beside)
    sent = [send(client, world.alder, data) for data in lists]
    assert [answer.status_code for answer in sent] == [422] * len(lists)
    return [answer.text for answer in sent]


def _typed(place: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Register a list of addresses from the command line by mistake, and return what it says."""
    monkeypatch.setenv("TANDEM_VAR", str(place.settings.var))
    members = tmp_path / "members.csv"
    members.write_text(RAW)
    typed = ["audience", "register", str(members), "--as", "manager@alder.example", "--community", "alder-club"]
    answer = CliRunner().invoke(main, [*typed, *GROUND], catch_exceptions=False)
    assert answer.exit_code == 1
    return str(answer.output)


def test_a_large_list_that_waits_on_the_disk_is_sealed(temporary: Path) -> None:
    from app.uploads import spooled

    spool = spooled(BytesIO(RAW.encode() * (IN_MEMORY // len(RAW) + 2)))

    (waiting,) = temporary.iterdir()
    assert waiting.stat().st_size >= IN_MEMORY
    assert b"secret" not in waiting.read_bytes()
    spool.close()
