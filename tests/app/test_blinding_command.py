"""Keys and blinding on the command line: a key goes from brand to brand, and both make the same tokens with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from partners.audiences.keys.sealed import (
    KeyRequest,
    SealedCopy,
    read_brand_key,
    read_key_shares,
    write_key_request,
    write_sealed_keys,
)
from tests.partners.audiences.brand_folder import PEOPLE, make_folder

Run = Callable[..., Result]
BLIND = ("audience", "blind", "members.csv", "--key", "brand.key", "--sealed", "sealed.json", "--out", "tokens.csv")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of this test's own, where no installation can be opened."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATABASE_URL", "nowhere://")
    return lambda *arguments: CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_two_brands_share_a_key_and_make_the_same_tokens(run: Run, tmp_path: Path) -> None:
    for brand in ("alder", "birch"):
        assert run("key", "make", "--brand", brand, "--out", f"{brand}.key").exit_code == 0
    _ask_for_a_key(tmp_path)

    shared = run("key", "share", "request.json", "--out", "shares.json")
    _relay(tmp_path)

    name = read_key_shares(Path("shares.json").read_text()).key_name
    assert shared.output.splitlines()[0] == f"Alder with Birch: key {name}, sealed for"
    for brand, person in (("alder", "Ana.Garcia@x.com"), ("birch", "ana.garcia@X.com ")):
        Path(f"{brand}.csv").write_text(f"email\n{person}\n")
        assert run("key", "open", f"{brand}.json", "--key", f"{brand}.key").output == f"{name}  Alder with Birch\n"
        assert run("key", "name", f"{brand}.key").stdout.splitlines()[1].split(maxsplit=2)[2] in shared.output
        blinded = run("audience", "blind", f"{brand}.csv", "--key", f"{brand}.key", "--sealed", f"{brand}.json",
                      "--out", f"{brand}.tokens.csv")  # fmt: skip
        assert blinded.stdout.splitlines()[0] == "1 members, 0 repeated, 0 dropped"
    assert Path("alder.tokens.csv").read_bytes() == Path("birch.tokens.csv").read_bytes()


def test_a_key_of_another_brand_opens_nothing(run: Run, tmp_path: Path) -> None:
    for brand in ("alder", "birch"):
        run("key", "make", "--brand", brand, "--out", f"{brand}.key")
    _ask_for_a_key(tmp_path)
    run("key", "share", "request.json", "--out", "shares.json")
    _relay(tmp_path)

    answer = run("key", "open", "alder.json", "--key", "birch.key")

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "does not open with this brand key" in answer.stderr


def test_a_key_is_for_its_owner_only_and_is_never_overwritten(run: Run) -> None:
    made = run("key", "make", "--brand", "Alder", "--out", "alder.key")
    before = Path("alder.key").read_text()

    again = run("key", "make", "--brand", "Alder", "--out", "alder.key")

    assert made.stdout.splitlines()[0].split()[-1] == read_brand_key(before).public.hex()
    assert read_brand_key(before).private.hex() not in made.output
    assert Path("alder.key").stat().st_mode & 0o777 == 0o600
    assert (again.exit_code, Path("alder.key").read_text()) == (1, before)


def test_a_list_is_blinded_without_an_installation(run: Run, tmp_path: Path) -> None:
    make_folder(tmp_path)

    answer = run(*BLIND, "--partnership", "Alder with Cedar", "--segment", "Club", "--failed", "failed.csv")

    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[:3] == [
        "2 members, 1 repeated, 2 dropped", "  not_an_email: 1", "  role_account: 1",
    ]  # fmt: skip
    assert "segments: gold, silver" in answer.stdout
    assert "Alder with Birch" not in answer.stdout
    assert Path("tokens.csv").read_text().splitlines()[0].endswith(",segment")
    assert [who for who in PEOPLE if who in answer.output] == []
    assert Path("failed.csv").read_text("utf-8-sig").splitlines()[0] == "email,club,row_no,column,reason"


def test_what_is_refused_is_said_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    make_folder(tmp_path)

    answer = run(*BLIND, "--region", "Germany")

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "tandem: Germany is no country" in answer.stderr
    assert not Path("tokens.csv").exists()


def test_blinding_brings_no_database_and_no_web_along() -> None:
    code = "import sys, partners.audiences.blinding.portable; print(*{'sqlalchemy', 'flask', 'app'} & set(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "\n"


def _ask_for_a_key(folder: Path) -> None:
    publics = {brand: read_brand_key((folder / f"{brand}.key").read_text()).public for brand in ("alder", "birch")}
    (folder / "request.json").write_text(write_key_request(KeyRequest("p1", "Alder with Birch", publics)))


def _relay(folder: Path) -> None:
    """Give each brand its sealed copy, as the platform does."""
    shares = read_key_shares((folder / "shares.json").read_text())
    for brand, sealed in shares.sealed.items():
        copy = SealedCopy(shares.partnership_id, "Alder with Birch", shares.key_name, sealed)
        (folder / f"{brand}.json").write_text(write_sealed_keys([copy]))
