"""Blinding without the platform: one file, few packages, nothing of the list in what it says and writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from partners.audiences.blinding.portable import Asked, NobodyLeft, NoSuchKey, SameFile, blind_file, portable
from partners.audiences.keys.sealed import NotAKeyFile, NotSealedForYou, key_name, make_brand_key, write_brand_key
from tests.partners.audiences.brand_folder import KEYS, PEOPLE, make_folder

ROOT = Path(__file__).parents[4]
ALLOWED = {"__main__", "partners", "numpy", "phonenumbers", "idna", "nacl", "_cffi_backend"}

ALONE = f"""
import runpy, sys
allowed = sys.stdlib_module_names | {ALLOWED!r}
class Only:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Only())
sys.argv = sys.argv[1:]
RUN
print("loaded from", sys.modules["partners"].__file__)
print(*sorted({{"sqlalchemy", "flask", "app", "click"}} & set(sys.modules)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def asked(folder: Path, **changed: object) -> Asked:
    files = {"members": "members.csv", "key": "brand.key", "sealed": "sealed.json", "out": "tokens.csv"}
    return Asked(**({name: folder / file for name, file in files.items()} | changed))  # type: ignore[arg-type]


def alone(folder: Path, run: str, name: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process that can import nothing but what is allowed."""
    return subprocess.run(
        [sys.executable, "-c", ALONE.replace("RUN", run), name, "members.csv", "--key", "brand.key", "--sealed",
         "sealed.json", "--segment", "club", "--out", "tokens.csv", "--failed", "failed.csv"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_one_file_does_it_with_few_packages(folder: Path) -> None:
    (folder / "tandem-blind.pyz").write_bytes(portable())

    ran = alone(folder, "runpy.run_path(sys.argv[0], run_name='__main__')", "tandem-blind.pyz")

    assert ran.stderr == ""
    assert ran.stdout.splitlines()[0] == "2 members, 1 repeated, 2 dropped"
    assert ran.stdout.splitlines()[-2] == "loaded from tandem-blind.pyz/partners/__init__.py"
    blind_file(asked(folder, segment="club", out=folder / "here.csv"), lambda _done: None)
    assert (folder / "tokens.csv").read_bytes() == (folder / "here.csv").read_bytes()


def test_the_module_does_it_without_database_and_web(folder: Path) -> None:
    run = f"sys.path.insert(0, {str(ROOT)!r}); runpy.run_module(sys.argv[0], run_name='__main__')"

    ran = alone(folder, run, "partners.audiences.blinding.portable")

    assert ran.stdout.splitlines()[0] == "2 members, 1 repeated, 2 dropped"
    assert ran.stdout.splitlines()[-1] == ""


def test_the_same_code_makes_the_same_file() -> None:
    assert portable() == portable()


def test_no_raw_identifier_is_said_or_written_but_to_the_dropped_rows(folder: Path) -> None:
    (folder / "tandem-blind.pyz").write_bytes(portable())

    ran = alone(folder, "runpy.run_path(sys.argv[0], run_name='__main__')", "tandem-blind.pyz")

    said = (ran.stdout + ran.stderr + (folder / "tokens.csv").read_text("utf-8")).lower()
    for who in ("ana", "garcia", "ben zhou", "info@", "cy@", "例子", *PEOPLE):
        assert who.lower() not in said
    assert "ben zhou" in (folder / "failed.csv").read_text("utf-8")
    assert (folder / "failed.csv").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in folder.iterdir()} == {
        "brand.key", "failed.csv", "members.csv", "sealed.json", "tandem-blind.pyz", "tokens.csv",
    }  # fmt: skip


def test_a_list_without_a_header_is_refused_without_repeating_it(folder: Path) -> None:
    (folder / "members.csv").write_text("ana.garcia@x.com\n+49 151 23456789\n")

    ran = alone(folder, "runpy.run_module(sys.argv[0], run_name='__main__')", "partners.audiences.blinding.portable")

    assert ran.returncode == 1
    assert "The first line must name the columns email" in ran.stderr
    assert "ana" not in ran.stdout + ran.stderr


def test_each_partnership_has_a_column_of_its_own(folder: Path) -> None:
    report = blind_file(asked(folder), lambda _done: None)

    names = [key_name(key) for key in KEYS.values()]
    assert (folder / "tokens.csv").read_text().splitlines()[0] == ",".join(f"token_{name}" for name in names)
    assert [f"keyed for {of} with key {name}" for of, name in zip(KEYS, names, strict=True)] == report[3:5]


@pytest.mark.parametrize("wanted", ["Alder with Cedar", "alder with cedar"])
def test_a_partnership_is_named_by_its_name_or_id(folder: Path, wanted: str) -> None:
    blind_file(asked(folder, partnerships=(wanted,)), lambda _done: None)

    name = key_name(KEYS["Alder with Cedar"])
    assert (folder / "tokens.csv").read_text().splitlines()[0] == f"token_{name}"


def test_an_unknown_partnership_is_refused_and_the_known_ones_are_named(folder: Path) -> None:
    with pytest.raises(NoSuchKey, match="Alder with Birch, Alder with Cedar"):
        blind_file(asked(folder, partnerships=("Alder with Birch", "Elm")), lambda _done: None)


def test_a_file_without_sealed_keys_is_refused(folder: Path) -> None:
    (folder / "sealed.json").write_text('{"what": "tandem sealed keys 1", "keys": []}')

    with pytest.raises(NoSuchKey, match="none"):
        blind_file(asked(folder), lambda _done: None)


def test_the_key_of_another_brand_opens_nothing(folder: Path) -> None:
    (folder / "brand.key").write_text(write_brand_key(make_brand_key(), "Birch"))

    with pytest.raises(NotSealedForYou, match="Alder with Birch"):
        blind_file(asked(folder), lambda _done: None)


@pytest.mark.parametrize("changed", [{"out": "members.csv"}, {"failed": "brand.key"}, {"failed": "tokens.csv"}])
def test_no_file_is_read_and_written_at_once(folder: Path, changed: dict[str, str]) -> None:
    before = (folder / "members.csv").read_bytes()

    with pytest.raises(SameFile):
        blind_file(asked(folder, **{name: folder / file for name, file in changed.items()}), lambda _done: None)

    assert (folder / "members.csv").read_bytes() == before


def test_a_binary_file_is_no_key_file(folder: Path) -> None:
    (folder / "brand.key").write_bytes(b"\xff\xfe\0")

    with pytest.raises(NotAKeyFile):
        blind_file(asked(folder), lambda _done: None)


def test_a_list_of_nobody_writes_only_the_dropped_rows(folder: Path) -> None:
    (folder / "members.csv").write_text("email\nno\ninfo@x.com\n")

    with pytest.raises(NobodyLeft, match="not_an_email: 1, role_account: 1"):
        blind_file(asked(folder, failed=folder / "failed.csv"), lambda _done: None)

    assert "no,2,email,not_an_email" in (folder / "failed.csv").read_text()
    assert not (folder / "tokens.csv").exists()
