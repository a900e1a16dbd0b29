"""Blinding lists at a brand, beside bare loops that do the least for the same tokens, and Polars, which only parses."""

from __future__ import annotations

import csv
import hmac
import random
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from tests.benchmarks.results import HEADS, Report, at_least, row
from tests.benchmarks.timing import in_turn

KEYS = [(f"{number:012x}", sha256(bytes([number])).digest()) for number in range(3)]
EMAILS = 500_000
PHONES = 50_000
LEAST = 120_000
"""Addresses a second of processor time under one key."""

Tokens = tuple[int, int]
"""How many there are, and the sum of them."""


def run(folder: Path, is_full: bool) -> Report:
    """Measure a list of addresses under one key and under three, and a list of telephone numbers."""
    emails, phones = EMAILS * (10 if is_full else 1), PHONES * (10 if is_full else 1)
    addresses, numbers = folder / "addresses.csv", folder / "numbers.csv"
    write_addresses(addresses, emails)
    write_numbers(numbers, phones)
    timed = in_turn(
        (prepare_tandem, addresses, 1), (prepare_tandem, addresses, len(KEYS)), (prepare_bare_emails, addresses),
        (prepare_polars, addresses), (prepare_tandem, numbers, 1), (prepare_bare_phones, numbers),
    )  # fmt: skip
    names = (
        f"Tandem, {emails:,} e-mail addresses, one key", "Tandem, the same, three keys",
        "csv, strip, lower, hmac.digest, set", "polars.read_csv, same file", f"Tandem, {phones:,} telephone numbers",
        "csv, phonenumbers, hmac.digest, set",
    )  # fmt: skip
    one, _, bare, _, ours, peer = timed
    assert one.result == bare.result
    assert ours.result == peer.result
    return Report(
        "Blinding lists of members at a brand",
        f"{emails:,} addresses ({addresses.stat().st_size / 1e6:.0f} MB; 2 % twice, 1 % bad) and {phones:,} numbers of "
        "four countries as people write them; the result is written as a token file.",
        HEADS, [row(name, each) for name, each in zip(names, timed, strict=True)],
        [at_least("addresses a second of CPU, one key", emails / one.cpu, LEAST, "")],
        [f"{emails / one.cpu:,.0f} addresses and {phones / ours.cpu:,.0f} telephone numbers a second of CPU.",
         "The bare loops make the same tokens of these lists, in one column: no IDNA, no rules of Gmail, no role "
         "accounts, no rows given back, nothing sorted. Polars only parses.",
         "A telephone number costs what phonenumbers takes to parse and to check it."],
    )  # fmt: skip


def write_addresses(path: Path, count: int) -> None:
    """Write addresses, 2 % of them there before and 1 % bad, as lists of customers are."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8") as out:
        out.write("email\n")
        for number in range(count):
            known = dice.randrange(number) if number and dice.random() < 0.02 else number
            at = "@" if dice.random() < 0.99 else " at "
            out.write(f"ana.garcia{known}{at}mail{known % 97}.example\n")


def write_numbers(path: Path, count: int) -> None:
    """Write numbers of Germany, China, Britain and the United States; one in ten is too short."""
    dice = random.Random(8)
    ways = ("0151 2{7}", "+49 (0)151 2{7}", "+86 138-0{7}", "0086 1380{7}", "+44 7400 {6}", "+1 212 2{6}")
    with path.open("w", encoding="utf-8") as out:
        out.write("phone\n")
        for number in range(count):
            digits = f"{number * 7919 % 10**7:07}"
            way = "1{4}" if dice.random() < 0.1 else dice.choice(ways)
            out.write(way.format(*(digits[:length] for length in range(8))) + "\n")


def prepare_tandem(path: Path, keys: int) -> Callable[[], Tokens]:
    """Blind and write with our own code."""
    from partners.audiences.blinding.members import blind_list, write_tokens

    def blind() -> Tokens:
        with path.open("rb") as stream:
            blinded = blind_list(stream, KEYS[:keys], "DE")
        write_tokens(blinded, BytesIO())
        return blinded.accepted, sum(blinded.tokens[:, 0].tolist())

    return blind


def prepare_bare_emails(path: Path) -> Callable[[], Tokens]:
    """Do the least that makes the same tokens of plain addresses."""

    def blind() -> Tokens:
        key, tokens = KEYS[0][1], set()
        with path.open(newline="", encoding="utf-8") as stream:
            for line in csv.DictReader(stream):
                value = line["email"].strip().lower()
                if " " not in value:
                    tokens.add(hmac.digest(key, b"email:v1:" + value.encode(), "sha256")[:8])
        return _summed(tokens)

    return blind


def prepare_bare_phones(path: Path) -> Callable[[], Tokens]:
    """Do the least that makes the same tokens of telephone numbers."""
    import phonenumbers

    def blind() -> Tokens:
        key, tokens = KEYS[0][1], set()
        with path.open(newline="", encoding="utf-8") as stream:
            for line in csv.DictReader(stream):
                number = phonenumbers.parse(line["phone"], "DE")
                if phonenumbers.is_valid_number(number):
                    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    tokens.add(hmac.digest(key, b"phone:v1:" + value.encode(), "sha256")[:8])
        return _summed(tokens)

    return blind


def prepare_polars(path: Path) -> Callable[[], int]:
    """Parse with Polars; returns the number of rows."""
    import polars

    return lambda: len(polars.read_csv(path))


def _summed(tokens: set[bytes]) -> Tokens:
    return len(tokens), sum(int.from_bytes(token, "big") for token in tokens)
