"""One brand's part in a blind count, in a working folder of its own, so that every step goes on after an interruption.

Runs at the brands; knows no database and no network. In the folder of a count lie its scalar (readable by its owner
only), the points blinded so far, in parts, and what says which lists they are of. A scalar belongs to one count, blinds
one list of the own members and one of the partner's, and is deleted with the parts when the brand's part is done.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from partners.audiences.blind.crew import Work, worked
from partners.audiences.blind.curve import (
    POINT_BYTES,
    blind_members,
    blind_points,
    in_order,
    new_scalar,
    padded,
    random_points,
    require_list,
)
from partners.audiences.blind.sealed import open_points, seal_points
from partners.audiences.keys.sealed import BrandKeyPair
from partners.errors import Conflict, Invalid

PART = 2_048
"""Points of one part: about half a second of one core, which is what an interruption costs at most."""

Beat = Callable[[int, int], None]
"""Is told how many points are done, and of how many."""


class NotThisMany(Invalid):
    """The list has {found} different members, but {declared} were declared for this count.

    Use the list that was declared, or stop the count and declare the list anew.
    """


class AnotherList(Conflict):
    """This count was begun with another list. Use that one, or stop the count and propose a new one."""


class AnotherPartnerList(Conflict):
    """The platform gave out two different lists of the partner for one count. Stop it and tell the operators.

    A second list is never blinded: whoever could choose lists could ask about single members.
    """


class RoundOver(Conflict):
    """Your part in this count is done and its scalar is deleted. A new count needs a new proposal."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a brand needs for its part in one count; ``other_public`` has 32 bytes."""

    folder: Path
    count_id: str
    own: BrandKeyPair
    other_public: bytes
    cores: int = 1

    @property
    def place(self) -> Path:
        """The folder of this count."""
        return self.folder / self.count_id


def pseudonym_key(count_id: str) -> bytes:
    """Return the key under which both sides number their members for one count.

    It is no secret and protects nothing: it only makes 64 bits of each normalised identifier, as for every token.
    """
    return hashlib.sha256(b"tandem blind count 1 pseudonyms " + count_id.encode()).digest()


def blind_own(own: Round, members: NDArray[np.uint64], declared: int, beat: Beat) -> bytes:
    """Return the own members, blinded once and sealed for the partner; what was done before an interruption is kept.

    Args:
        members: distinct pseudonyms that both sides make alike, in the same order on every call.

    Raises:
        NotThisMany, AnotherList, RoundOver.
    """
    if len(members) != declared:
        raise NotThisMany(found=len(members), declared=declared)
    scalar, encoded = _scalar(own), members.astype(">u8").tobytes()
    _hold(own.place / "list", hashlib.sha256(encoded).hexdigest().encode(), AnotherList)
    work = [(_blind_members_of, (part, own.count_id, scalar)) for part in _cut(encoded, 8)]
    points = _blinded(own.place / "once", work, declared, own.cores, beat)
    points += random_points(padded(declared) - declared)
    return seal_points(in_order(points), own.own, own.other_public, own.count_id)


def blind_other(own: Round, sealed: bytes, expected: int, beat: Beat) -> bytes:
    """Return the partner's members, blinded for the second time, in an order that says nothing about the first.

    Args:
        sealed: what the partner blinded once, as the platform handed it on.
        expected: points in it.

    Raises:
        NotForThisCount, InvalidPoints, AnotherPartnerList, RoundOver.
    """
    points = open_points(sealed, own.own, own.other_public, own.count_id)
    require_list(points, expected)
    scalar = _scalar(own)
    _hold(own.place / "received", hashlib.sha256(points).hexdigest().encode(), AnotherPartnerList)
    work = [(blind_points, (part, scalar)) for part in _cut(points, POINT_BYTES)]
    return in_order(_blinded(own.place / "twice", work, expected, own.cores, beat))


def end_round(folder: Path, count_id: str) -> bool:
    """Delete the scalar and all points of a count for good; say whether there was a scalar.

    That it ended is written down first, so that no scalar is made for this count again.
    """
    place = folder / count_id
    if not place.is_dir():
        return False
    _write(place / "ended", b"")
    scalar = place / "scalar"
    had_one = scalar.exists()
    if had_one:
        with scalar.open("r+b") as out:  # over the old bytes, where the file system writes in place
            out.write(secrets.token_bytes(scalar.stat().st_size))
            os.fsync(out.fileno())
        scalar.unlink()
    for path in place.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "ended":
            path.unlink()
    return had_one


def _scalar(own: Round) -> bytes:
    """Return the scalar of a count, made at its first use; raises RoundOver after its end."""
    own.place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (own.place / "ended").exists():
        raise RoundOver()
    path = own.place / "scalar"
    if not path.exists():
        text = json.dumps({"what": "tandem blind count 1 scalar", "count": own.count_id, "scalar": new_scalar().hex()})
        _write(path, text.encode(), is_first=True)
    kept = json.loads(path.read_bytes())
    if kept["count"] != own.count_id:  # somebody copied a folder
        raise RoundOver()
    return bytes.fromhex(kept["scalar"])


def _blinded(folder: Path, work: Sequence[Work], points: int, cores: int, beat: Beat) -> bytes:
    """Return all parts in order, doing those that are not in the folder yet."""
    folder.mkdir(exist_ok=True, mode=0o700)
    paths = [folder / f"{number:06}" for number in range(len(work))]
    sizes = [min(PART, points - at) * POINT_BYTES for at in range(0, points, PART)]
    missing = [at for at, path in enumerate(paths) if not path.exists() or path.stat().st_size != sizes[at]]
    done = points - sum(sizes[at] for at in missing) // POINT_BYTES
    beat(done, points)
    for at, found in zip(missing, worked([work[at] for at in missing], cores), strict=True):
        _write(paths[at], found)
        done += len(found) // POINT_BYTES
        beat(done, points)
    return b"".join(path.read_bytes() for path in paths)


def _blind_members_of(encoded: bytes, count_id: str, scalar: bytes) -> bytes:
    return blind_members((encoded[at : at + 8] for at in range(0, len(encoded), 8)), count_id, scalar)


def _cut(items: bytes, width: int) -> Iterator[bytes]:
    return (items[at : at + PART * width] for at in range(0, len(items), PART * width))


def _hold(path: Path, said: bytes, otherwise: type[Conflict]) -> None:
    """Keep what a count was begun with, and refuse to go on with anything else."""
    if not path.exists():
        _write(path, said)
    if path.read_bytes() != said:
        raise otherwise()


def _write(path: Path, content: bytes, is_first: bool = False) -> None:
    """Write a file whole or not at all, for its owner only; with ``is_first`` an existing one is kept instead."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    if not is_first:
        part.replace(path)
        return
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
