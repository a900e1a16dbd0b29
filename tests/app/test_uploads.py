"""Uploads that cannot hurt: sealed where they wait, bounded in memory, refused before they are read."""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO, UnsupportedOperation
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app import create_app, uploads
from app.uploads import CHUNK, IN_MEMORY, SealedSpool, spooled
from config import Settings
from partners.database import writing
from partners.directory.policy import Actor
from tests.app.conftest import PASSWORD_DIGEST
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.keys import give_key, token_csv
from tests.signed_in import signed_in_client
from tests.survival.processes import answers, free_port, running, until

MB = 1024 * 1024
BOUNDARY = "b0undary"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that take larger files than other tests need."""
    return replace(settings, upload_mb=64)


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Let temporary files keep a name, to look into them."""
    path = tmp_path / "temporary"
    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", lambda: path.open("w+b", buffering=0))
    return path


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 12 * MB + 345])
def test_what_was_written_is_read_again_and_again(size: int) -> None:
    data = Random(size).randbytes(size)
    spool = spooled(BytesIO(data))

    with spool:
        assert spool.read() == data
        assert (spool.seek(0, 2), spool.tell(), spool.read()) == (size, size, b"")
        for begins, length in ((0, 10), (CHUNK - 5, 10), (size // 2, 3 * CHUNK), (max(size - 4, 0), 100)):
            spool.seek(begins)
            assert spool.read(length) == data[begins : begins + length]


def test_only_the_end_is_written() -> None:
    with SealedSpool() as spool:
        spool.write(b"abc")
        spool.seek(1)
        with pytest.raises(UnsupportedOperation):
            spool.write(b"d")


def test_nothing_lies_on_the_disk_in_the_clear(on_disk: Path) -> None:
    line = b"ana.secret@x.com\n"
    spool = spooled(BytesIO(line * (10 * MB // len(line))))

    sealed = on_disk.read_bytes()

    assert len(sealed) > 9 * MB
    assert b"secret" not in sealed
    assert spool.read(len(line)) == line
    spool.close()


def test_another_chunk_cannot_take_a_chunks_place(on_disk: Path) -> None:
    spool = spooled(BytesIO(bytes(CHUNK) + b"1" * CHUNK * 9))
    sealed = on_disk.read_bytes()
    half = len(sealed) // 10
    on_disk.write_bytes(sealed[half : 2 * half] + sealed[:half] + sealed[2 * half :])

    with pytest.raises(Exception, match=r"(?i)decrypt"):
        spool.read(1)
    spool.close()


def test_the_temporary_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with spooled(BytesIO(bytes(10 * MB))) as spool:
        assert spool.seek(0, 2) == 10 * MB
        assert list(tmp_path.iterdir()) == []


def test_an_uploaded_file_waits_sealed(app: Flask) -> None:
    data = {"file": (BytesIO(token_csv(["ana@x.com"])), "members.csv")}
    with app.test_request_context(method="POST", data=data):
        assert isinstance(request.files["file"].stream, SealedSpool)


def test_a_file_above_the_limit_is_refused(client_for: Callable[[Actor], FlaskClient], world: Cast) -> None:
    client = client_for(world.alder.manager)

    sent = client.post(
        "/audiences/register", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(5 << 30)},
    )  # fmt: skip

    assert sent.status_code == 413
    assert "The file is too large" in sent.text


@dataclass(frozen=True, slots=True)
class Place:
    """A running server, and a manager who is signed in there."""

    port: int
    pid: int
    cookie: str
    csrf_token: str
    community_id: str

    def head(self, length: int | None) -> bytes:
        """Return the head of a request that sends a list."""
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        return (
            f"POST /audiences/register HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: tandem={self.cookie}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{size}\r\nConnection: close\r\n\r\n"
        ).encode()

    def form(self, data: bytes) -> bytes:
        """Return the body of that request."""
        today = datetime.now(UTC).date()
        fields: dict[str, Any] = {
            "csrf_token": self.csrf_token, "community_id": self.community_id, "as_of": today, "expires_on": today,
            "lawful_basis": "consent", "consent_text": "3", "collected_from": today, "collected_to": today,
            "purpose": "joint", "uses": "overlap", "region": "DE",
        }  # fmt: skip
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
        parts = "".join(f'{part}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        head = f'{parts}{part}file"; filename="members.csv"\r\nContent-Type: text/csv\r\n\r\n'
        return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()

    def peak_mb(self) -> float:
        """Return the most memory that the server's processes ever had."""
        group = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _group(path) == self.pid]
        peaks = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in group]
        return sum(int(peak[1]) for peak in peaks if peak) / 1024


@pytest.fixture
def served(settings: Settings) -> Iterator[Place]:
    """The real server, started as a user starts it, with one web process."""
    port = free_port()
    here = create_app(settings)
    (settings.var / "secret_key").write_text(settings.secret_key)
    with writing(here.extensions["tandem"].engine) as session:
        cast = build_cast(session, NOW, PASSWORD_DIGEST)
        give_key(session, cast.alder.manager, cast.partnership.id, NOW)
        session.commit()
    client = signed_in_client(here.test_client(), cast.alder.manager)
    page = client.get("/audiences/register").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    cookie = client.get_cookie("tandem")
    here.extensions["tandem"].engine.dispose()
    assert token is not None
    assert cookie is not None
    with running(settings.var, "serve", "--processes", "1", port=port) as process:
        until(lambda: answers(port), "the server answers")
        yield Place(port, process.pid, cookie.value, token[1], cast.alder.community.id)


def test_the_real_server_takes_a_list_and_refuses_what_cannot_be_one(served: Place) -> None:
    """One server for all, because starting it takes longest."""
    body = served.form(token_csv(f"person{number}@x.com" for number in range(1_000)))
    assert _answer(served, iter([served.head(len(body)), body])).status == 303

    for data, sentence in (
        (b"PK\x03\x04" + bytes(42_000), "zip or Excel"),
        (b"a," * 1_000_000 + b"a\n", "1000 is the most that is read"),
        (token_csv(["ana@x.com"]) + bytes(MB), "NUL bytes"),
        (token_csv(["ana@x.com"]).decode().encode("utf-16"), "UTF-16"),
        (b"email\n" + b"ana.secret@x.com\n" * 1_000_000, "This file holds addresses"),
    ):
        body = served.form(data)
        refused = _answer(served, iter([served.head(len(body)), body]))
        assert (refused.status, sentence in refused.text) == (422, True)

    announced = _answer(served, _endless(served.head(5 << 30), served.form(b""), b"%s"))
    unannounced = _answer(served, _endless(served.head(None), b"", b"100000\r\n%s\r\n"))

    assert (announced.status, "The file is too large" in announced.text) == (413, True)
    assert (unannounced.status, "The length of what is sent must be known" in unannounced.text) == (411, True)
    assert max(announced.sent, unannounced.sent) < 32 * MB
    assert served.peak_mb() < 512


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server said, and how many bytes it let be sent before."""

    status: int
    text: str
    sent: int


def _answer(place: Place, chunks: Iterator[bytes]) -> Answered:
    """Send until everything is sent or the server has had enough, and return what it says."""
    sent, received = 0, b""
    with socket.create_connection(("127.0.0.1", place.port), timeout=60) as connection:
        try:
            for chunk in chunks:
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
        while block := connection.recv(65536):
            received += block
    return Answered(int(received[9:12]), received.decode(), sent)


def _endless(head: bytes, begins: bytes, framed: bytes) -> Iterator[bytes]:
    """Yield a request whose body has 5 GB."""
    yield head + begins.removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode())
    chunk = framed % (b"a" * MB)
    for _ in range(5 * 1024):
        yield chunk


def _group(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return 0
