"""Blinding a file at the brand, without the platform: what the command line does, and the one file that does it alone.

Needs Python, NumPy, phonenumbers and idna, and PyNaCl where sealed keys are opened. Knows no database and no network.
The report names keys and counts, never a row: what was dropped is written only to the file that was asked for.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from partners.audiences.blinding.members import Blinded, blind_list, write_tokens
from partners.audiences.keys.sealed import SealedCopy, open_key, read_brand_key, read_sealed_keys
from partners.errors import Conflict, Invalid, TandemError
from partners.tabular import failed_csv

_HERE = "partners/audiences/blinding"
_PACKED = (
    "partners/__init__.py", "partners/errors.py", "partners/lines.py", "partners/tabular.py",
    "partners/audiences/__init__.py", f"{_HERE}/__init__.py", f"{_HERE}/columns.py", f"{_HERE}/members.py",
    f"{_HERE}/portable.py", f"{_HERE}/segments.py", f"{_HERE}/tokens.py", "partners/audiences/keys/__init__.py",
    "partners/audiences/keys/sealed.py",
)  # fmt: skip
_MAIN = "from partners.audiences.blinding.portable import main\n\nmain()\n"
_SAME_DAY = (2026, 1, 1, 0, 0, 0)
"""Stands in the archive for when its files were changed, so that the same code makes the same bytes."""


class NoSuchKey(Invalid):
    """There is no sealed key for “{partnership}”. The file has keys for {found}."""


class NobodyLeft(Invalid):
    """No row of the list could be blinded ({reasons}). Look at the dropped rows, mend them and start again."""


class SameFile(Conflict):
    """{path} would be read and written at once. Choose another name for what is written."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to blind, and where the result goes; ``partnerships`` are names or ids, none means every sealed key."""

    members: Path
    key: Path
    sealed: Path
    out: Path
    failed: Path | None = None
    partnerships: tuple[str, ...] = ()
    region: str | None = None
    segment: str | None = None


def blind_file(asked: Asked, beat: Callable[[int], None]) -> list[str]:
    """Blind a file, write its tokens and the rows that were dropped, and return the lines of a report.

    Args:
        beat: is called now and then with the bytes that were read.

    Raises:
        NotAKeyFile, NotSealedForYou, NoSuchKey, SameFile, NobodyLeft, and what ``blind_list`` raises.
    """
    read, written = (asked.members, asked.key, asked.sealed), [asked.out, *([asked.failed] if asked.failed else [])]
    _require_different(read, written)
    copies = _wanted(read_sealed_keys(text_of(asked.sealed)), asked.partnerships)
    pair = read_brand_key(text_of(asked.key))
    keys = {copy.key_name: open_key(pair, copy) for copy in copies}
    with asked.members.open("rb") as stream:
        blinded = blind_list(stream, list(keys.items()), asked.region, beat, asked.segment)
    if asked.failed and blinded.failures:
        write_privately(asked.failed, b"".join(failed_csv(blinded.header, blinded.failures)))
    if not blinded.accepted:
        raise NobodyLeft(reasons=", ".join(f"{reason}: {times}" for reason, times in blinded.reasons.items()) or "0")
    with asked.out.open("wb") as out:
        write_tokens(blinded, out)
    return _report(asked, copies, blinded)


def text_of(path: Path) -> str:
    """Return the text of a key file; what is no UTF-8 in it becomes what no key file has."""
    return path.read_text("utf-8", errors="replace")


def write_privately(path: Path, content: bytes, is_new: bool = False) -> None:
    """Write a file that only its owner may read; where it must be new, FileExistsError if it is not."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else os.O_TRUNC)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as out:
        if hasattr(os, "fchmod"):
            os.fchmod(out.fileno(), 0o600)
        out.write(content)


def portable() -> bytes:
    """Return one file that Python runs (a zipapp) and that does what ``tandem audience blind`` does.

    The same code gives the same bytes, so that people can compare what they downloaded.
    """
    root, packed = Path(__file__).parents[3], BytesIO(b"#!/usr/bin/env python3\n")
    packed.seek(0, os.SEEK_END)
    with ZipFile(packed, "a", ZIP_DEFLATED) as archive:
        for name in _PACKED:
            archive.writestr(ZipInfo(name, _SAME_DAY), (root / name).read_bytes(), ZIP_DEFLATED)
        archive.writestr(ZipInfo("__main__.py", _SAME_DAY), _MAIN)
    return packed.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Blind a file as the command line asks; exit codes: 0 done, 1 refused, 2 the command was not understood."""
    asked = _asked(arguments)
    size = max(asked.members.stat().st_size, 1) if asked.members.is_file() else 1

    def beat(done: int) -> None:
        if sys.stderr.isatty():
            print(f"{min(done * 100 // size, 100)} %", end="\r", file=sys.stderr, flush=True)

    try:
        report = blind_file(asked, beat)
    except (TandemError, OSError) as error:
        sys.exit(f"tandem: {error}")
    print("\n".join(report))


def _wanted(copies: Sequence[SealedCopy], partnerships: Sequence[str]) -> list[SealedCopy]:
    for one in partnerships or [""] * (not copies):
        if not any(one in (copy.partnership, copy.partnership_id) for copy in copies):
            found = ", ".join(copy.partnership for copy in copies) or "none"
            raise NoSuchKey(partnership=one, found=found)
    return [copy for copy in copies if not partnerships or {copy.partnership, copy.partnership_id} & set(partnerships)]


def _require_different(read: Sequence[Path], written: Sequence[Path]) -> None:
    for at, path in enumerate(written):
        if path.resolve() in {other.resolve() for other in (*read, *written[:at])}:
            raise SameFile(path=path)


def _report(asked: Asked, copies: Sequence[SealedCopy], blinded: Blinded) -> list[str]:
    lines = [f"{blinded.accepted:,} members, {blinded.duplicates:,} repeated, {blinded.dropped:,} dropped"]
    lines += [f"  {reason}: {times:,}" for reason, times in blinded.reasons.items()]
    lines += [f"keyed for {copy.partnership} with key {copy.key_name}" for copy in copies]
    if any(blinded.labels):
        lines.append(f"segments: {', '.join(label for label in blinded.labels if label)}")
    lines.append(f"tokens to upload: {asked.out}")
    if asked.failed and blinded.failures:
        lines.append(f"rows to mend, which stay here: {asked.failed}")
    return lines


def _asked(arguments: Sequence[str] | None) -> Asked:
    parser = argparse.ArgumentParser(
        prog="tandem-blind", description="Make tokens of a list of members, here, with the keys of your partnerships."
    )
    parser.add_argument("members", type=Path, help="CSV with a column email or phone, or both")
    parser.add_argument("--key", type=Path, required=True, help="your brand's key file; it stays here")
    parser.add_argument("--sealed", type=Path, required=True, help="file of sealed keys, from the page of keys")
    parser.add_argument("--partnership", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--region", help='country of telephone numbers without "+", such as DE')
    parser.add_argument("--segment", help="name of the column with the label of a member's segment")
    parser.add_argument("--out", type=Path, required=True, help="token file to write")
    parser.add_argument("--failed", type=Path, help="write rows that were dropped to this CSV file")
    found = parser.parse_args(arguments)
    return Asked(
        found.members, found.key, found.sealed, found.out, found.failed, tuple(found.partnership), found.region,
        found.segment,
    )  # fmt: skip


if __name__ == "__main__":
    main()
