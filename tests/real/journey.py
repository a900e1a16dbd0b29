"""The world of the grocer, built: brands and campaigns by the services, everything else by the command line."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.cli import main
from partners.database import writing
from tests.real.brands import Brand, Deal, agree, bring, join, share_key
from tests.real.grocer import CAMPAIGNS, Grocer
from tests.real.platform import Platform

MONTHS = ("2017-05", "2017-06", "2017-07", "2017-08", "2017-09", "2017-10", "2017-11", "2017-12")
COLUMNS = ("order_id", "line_no", "occurred_at", "campaign", "currency", "gross", "quantity", "product", "customer",
           "referred_by")  # fmt: skip


def build(platform: Platform, grocer: Grocer, password_digest: str, now: datetime) -> None:
    """Do everything to an empty, migrated platform: agree, register lists, report conversions, close the year."""
    with writing(platform.engine()) as session:
        brands, codes = _agreed(session, grocer, password_digest, platform.var)
        session.commit()
    _register_lists(platform, grocer, brands, now)
    _report(platform, grocer, codes, brands)
    for month in MONTHS:
        _close(platform, month, grocer.brands)


def _agreed(
    session: Session, grocer: Grocer, password_digest: str, folder: Path
) -> tuple[dict[str, Brand], dict[str, str]]:
    at = datetime(2017, 1, 2, tzinfo=UTC)
    brands = {
        code: bring(session, code, name, "US", "USD", at, password_digest) for code, name in grocer.names.items()
    }
    partnership = join(session, list(brands.values()), "The store", "UTC", at)
    share_key(session, brands, partnership, folder, at)
    codes = {}
    for number in CAMPAIGNS:
        first, last = grocer.dates[number]
        weights = dict.fromkeys(grocer.brands, 1)
        deal = Deal(f"Campaign {number}", first, last, weights, grocer.brands, "1/10", "USD")
        codes[number] = agree(session, brands, partnership, deal)
    return brands, codes


def _register_lists(platform: Platform, grocer: Grocer, brands: dict[str, Brand], now: datetime) -> None:
    expires = (now + timedelta(days=365)).date()
    for code, brand in brands.items():
        file, tokens = platform.var / f"{code}.csv", platform.var / f"{code}.tokens.csv"
        households = sorted(grocer.buyers(code))
        file.write_text("email\n" + "".join(f"household{each}@homes.example\n" for each in households))
        platform.run(
            "audience", "blind", file, "--key", platform.var / f"{code}.key", "--sealed",
            platform.var / f"{code}.sealed", "--out", tokens,
        )  # fmt: skip
        result = platform.run(
            "audience", "register", tokens, "--community", brand.community, "--as-of", now.date(), "--expires",
            expires, "--basis", "consent", "--consent-text", "1", "--collected-from", "2017-01-01", "--collected-to",
            "2017-12-31", "--purpose", "joint campaigns", "--region", "US", "--as", f"manager@{code}.example",
        )  # fmt: skip
        assert f"{len(households)} members" in result.output


def _report(platform: Platform, grocer: Grocer, codes: dict[str, str], brands: dict[str, Brand]) -> None:
    """Send one file a merchant, with the lines of all three campaigns."""
    rows: dict[str, list[list[object]]] = defaultdict(list)
    for number in CAMPAIGNS:
        homes = grocer.home_brands(grocer.dates[number][0])
        for line in grocer.conversions(number):
            home = homes.get(line.household, line.brand)
            sender = brands[home].community if home != line.brand else ""
            rows[line.brand].append(
                [line.basket, line.product, line.at.isoformat(), codes[number], "USD", f"{line.cents / 100:.2f}",
                 line.quantity, line.product, f"H{line.household}", sender]
            )  # fmt: skip
    for brand, lines in rows.items():
        file = platform.var / f"{brand}-conversions.csv"
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows(lines)
        result = platform.run("conversions", "import", file, "--as", f"finance@{brand}.example")
        assert f"{len(lines)} taken, 0 known before, 0 not taken" in result.output


def _close(platform: Platform, month: str, brands: list[str]) -> None:
    where = ("--partnership", "The store")
    platform.run("period", "close", month, *where, "--as", f"finance@{brands[0]}.example")
    for brand in brands:
        result = CliRunner().invoke(
            main, ["period", "approve", month, *where, "--as", f"finance2@{brand}.example"],
            env={"TANDEM_VAR": str(platform.var)}, catch_exceptions=False,
        )  # fmt: skip
        assert result.exit_code in (0, 1), result.output  # 1: this brand sold nothing in this month
