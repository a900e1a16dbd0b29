"""``tandem blind-count``: a brand's part in a blind count, on its own machine. Needs no database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from app.cli.acting import command, existing_file
from app.cli.platform import Count, Platform, PlatformSilent
from partners.audiences.blind.rounds import Round, blind_other, blind_own, end_round, pseudonym_key
from partners.audiences.blinding.members import blind_list
from partners.audiences.blinding.portable import text_of
from partners.audiences.keys.sealed import BrandKeyPair, public_name, read_brand_key
from partners.errors import Invalid

POLL_SECONDS = 15.0
"""Between two questions whether the other side is done."""

BEAT_SECONDS = 2.0
"""Between two lines of progress."""

NEXT = {
    "blind_join": "waits for you to join it on the platform, or with --audience",
    "blind_wait_join": "waits for a partner to join",
    "blind_own": "waits for you to blind your list",
    "blind_wait_own": "waits for {partner} to blind its list",
    "blind_other": "waits for you to blind {partner}'s list",
    "blind_wait_other": "waits for {partner} to blind your list",
    "blind_counting": "is being counted",
    "blind_done": "is done; see the overlaps on the platform",
    "blind_stopped": "was stopped",
}
"""What a count waits for, in words."""

NOT_NEEDED = ("blind_wait_other", "blind_counting", "blind_done", "blind_stopped")
"""Turns after which the own scalar is of no more use."""


class NoCount(Invalid):
    """No blind count waits for your brand. Propose one on the platform, under Audiences."""


class ManyCounts(Invalid):
    """Several blind counts are open: {ids}. Choose one with --count."""


class NotTheKey(Invalid):
    """This is not the key that your brand has published. Use the key file that belongs to it ({published})."""


@dataclass(frozen=True, slots=True)
class Part:
    """What the command was told; ``region`` is None where every telephone number begins with "+"."""

    platform: Platform
    pair: BrandKeyPair
    members: Path
    work: Path
    region: str | None
    cores: int


def register(main: click.Group) -> None:
    """Add the commands of blind counts."""

    @main.group(name="blind-count")
    def blind_count() -> None:
        """Count with a partner without showing a list to anybody."""

    _register_list(blind_count)
    _register_size(blind_count)
    _register_run(blind_count)


def _register_list(group: click.Group) -> None:
    @command(group, "list")
    @click.option("--url", required=True, help="Address of the platform.")
    @click.option("--token-file", type=existing_file(), required=True, help="File with an API token.")
    def list_counts(url: str, token_file: Path) -> None:
        """List the blind counts of your brand and what each waits for.

        Example: tandem blind-count list --url https://tandem.example --token-file token
        """
        for count in Platform(url, text_of(token_file).strip()).counts():
            click.echo(f"{count.id}  {count.partnership}: {_waits_for(count)}")


def _register_size(group: click.Group) -> None:
    @command(group, "size")
    @click.argument("members", type=existing_file())
    @click.option("--region", help="Country of telephone numbers without +, such as DE.")
    def size(members: Path, region: str | None) -> None:
        """Say how many members a list has, which is the number to declare. Nothing is sent.

        Example: tandem blind-count size members.csv --region DE
        """
        click.echo(f"{len(_read(members, 'size', region)):,} members to declare")


def _register_run(group: click.Group) -> None:
    @command(group, "run")
    @click.argument("members", type=existing_file())
    @click.option("--url", required=True, help="Address of the platform.")
    @click.option("--token-file", type=existing_file(), required=True, help="File with an API token.")
    @click.option("--key", type=existing_file(), required=True, help="Key file of your brand.")
    @click.option("--work", type=click.Path(file_okay=False, path_type=Path), required=True,
                  help="Folder for secrets and points until the count is done; keep it, keep it private.")  # fmt: skip
    @click.option("--count", "count_id", metavar="ID", help="Which count, if several are open.")
    @click.option("--audience", "audience_id", metavar="ID", help="Join with this declared list first.")
    @click.option("--region", help="Country of telephone numbers without +, such as DE.")
    @click.option("--cores", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default="all")
    @click.option("--wait", is_flag=True, help="Wait for the other side until the count is over.")
    def run(
        members: Path, url: str, token_file: Path, key: Path, work: Path, count_id: str | None,
        audience_id: str | None, region: str | None, cores: int, wait: bool,
    ) -> None:  # fmt: skip
        """Do what is next for your brand in a blind count. Run it again after an interruption: it goes on.

        Example: tandem blind-count run members.csv --url https://tandem.example --token-file token --key brand.key
        --work blind --wait
        """
        platform = Platform(url, text_of(token_file).strip())
        part = Part(platform, read_brand_key(text_of(key)), members, work, region, cores)
        count = _chosen(part, count_id)
        if audience_id and count.turn == "blind_join":
            count = platform.join(count.id, audience_id)
        _take_part(part, count, wait)


def _chosen(part: Part, count_id: str | None) -> Count:
    """Return the count to work on, and forget the secrets of all that are over."""
    counts = part.platform.counts()
    for count in counts:
        if count.is_over:
            end_round(part.work, count.id)
    if count_id:
        return part.platform.count(count_id)
    running = [count for count in counts if not count.is_over]
    if not running:
        raise NoCount()
    if len(running) > 1:
        raise ManyCounts(ids=", ".join(count.id for count in running))
    return running[0]


def _take_part(part: Part, count: Count, wait: bool) -> None:
    """Take steps while there are any; with ``wait`` until the count is over."""
    said = ""
    while True:
        count = _stepped(part, count)
        if count.turn != said:
            click.echo(f"The count {_waits_for(count)}.")
            said = count.turn
        if count.is_over or not (wait or count.turn in ("blind_own", "blind_other")):
            return
        if count.turn not in ("blind_own", "blind_other"):
            time.sleep(POLL_SECONDS)
            count = _asked_again(part, count)


def _asked_again(part: Part, count: Count) -> Count:
    try:
        return part.platform.count(count.id)
    except PlatformSilent as error:
        click.echo(f"tandem: {error} Trying again.", err=True)
        return count


def _stepped(part: Part, count: Count) -> Count:
    """Take the step that is next, if it is the own brand's."""
    if count.turn == "blind_own":
        own = _round(part, count)
        members = _read(part.members, count.id, part.region)
        points = blind_own(own, members, count.members or 0, _beating("Blinding your list"))
        return part.platform.send(count.id, "once", points)
    if count.turn == "blind_other":
        own = _round(part, count)
        sealed = part.platform.points(count.id)
        points = blind_other(own, sealed, count.points, _beating(f"Blinding the list of {count.partner}"))
        count = part.platform.send(count.id, "twice", points)
    if count.turn in NOT_NEEDED and end_round(part.work, count.id):
        click.echo("Your part is done; its secret is deleted.")
    return count


def _round(part: Part, count: Count) -> Round:
    """Return the working folder of a count, and say with which keys the lists are sealed."""
    if part.pair.public.hex() != count.own_key:
        raise NotTheKey(published=public_name(bytes.fromhex(count.own_key)) if count.own_key else "none")
    partners_key = bytes.fromhex(count.partners_key)
    click.echo(f"Key of {count.partner}: {public_name(partners_key)}. Compare it with them by telephone, once.")
    return Round(part.work, count.id, part.pair, partners_key, part.cores)


def _read(members: Path, count_id: str, region: str | None) -> NDArray[np.uint64]:
    """Return the numbers of a list's members for one count; tells what was dropped, never whom."""
    with members.open("rb") as stream:
        found = blind_list(stream, [("count", pseudonym_key(count_id))], region)
    click.echo(f"{found.accepted:,} members, {found.duplicates:,} repeated, {found.dropped:,} dropped")
    for reason, rows in sorted(found.reasons.items()):
        click.echo(f"  {reason}: {rows:,}")
    return found.tokens[:, 0]


def _beating(what: str) -> Callable[[int, int], None]:
    """Return a function that tells the progress, but not more often than people read."""
    last = float("-inf")

    def beat(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= BEAT_SECONDS:
            last = time.monotonic()
            click.echo(f"{what}: {done:,} of {total:,}", err=True)

    return beat


def _waits_for(count: Count) -> str:
    words = NEXT.get(count.turn, count.turn).format(partner=count.partner)
    return f"{words} ({count.refusal.replace('_', ' ')})" if count.refusal else words
