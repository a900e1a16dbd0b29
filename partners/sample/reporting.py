"""How the merchants of the sample world report: a file of conversions a month and one of refunds, like any upload."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from partners import money
from partners.campaigns.models import Campaign
from partners.referrals import services as referrals
from partners.sample.campaigns import BONDS, SHELVES, SKETCHES, Side, Sketch
from partners.sample.shopping import Sale, as_csv, major, orders, refunds
from partners.sample.world import World, first_of

REFERRED_SHARE = 0.35
"""Orders that come from a community of another party: an assumption of this world, not a measurement."""

BIG_ORDER_TIMES = 300
"""One line of the last closed month is so many times a usual one: worth asking about."""


def report_month(world: World, sketch: Sketch, side: Side, month: int) -> None:
    """Send what one merchant sold and took back in one month of one campaign; the current month so far."""
    start, end = _span(world, sketch, month)
    label = f"{first_of(world.now.date(), month):%Y-%m}"
    sales = _conversions(world, sketch, side, month, (start, end), label)
    due = world.refunds_due.setdefault(f"{sketch.name}/{side.brand}", [])
    due += refunds(world.random, world.ordinals, side.brand[:3].upper(), sales)
    now_due = sorted((row for row in due if row[0] < end), key=lambda row: row[0])
    due[:] = [row for row in due if row[0] >= end]
    if now_due:
        digits = money.exponent(sketch.currency)
        rows = [
            {**row, "amount": major(int(str(row["amount"])), digits), "currency": sketch.currency} for _, row in now_due
        ]
        _send(world, side.brand, f"refunds-{sketch.name.lower().replace(' ', '-')}-{label}.csv", as_csv(rows), end)


def _span(world: World, sketch: Sketch, month: int) -> tuple[datetime, datetime]:
    """Return [first instant, end) of a month in the partnership's time zone, cut off at now."""
    zone = ZoneInfo(next(bond.timezone for bond in BONDS if bond.key == sketch.bond))
    first, following = (first_of(world.now.date(), each) for each in (month, month + 1))
    start = datetime.combine(first, time.min, zone).astimezone(UTC)
    return start, min(datetime.combine(following, time.min, zone).astimezone(UTC), world.now)


def _conversions(
    world: World, sketch: Sketch, side: Side, month: int, span: tuple[datetime, datetime], label: str
) -> list[Sale]:
    start, end = span
    baskets = side.baskets * max(1, (end - start).days) // 30 + 1
    drawn = orders(
        world.random, world.ordinals, side.brand[:3].upper(), SHELVES[side.shelf], start, end, baskets
    )  # fmt: skip
    if sketch is SKETCHES[0] and month == -1:
        sale, row = drawn[len(drawn) // 2]
        sale.gross = row["gross"] = SHELVES[side.shelf].price_minor * BIG_ORDER_TIMES
    code = world.session.get_one(Campaign, world.campaign_ids[sketch.name]).code
    senders = [club for club in sketch.communities if not club.startswith(side.brand)]
    digits = money.exponent(sketch.currency)
    referred = {sale.order_id: _sender(world, senders) for sale, _ in drawn}
    rows = [
        {
            **row, **{name: major(int(str(row[name])), digits) for name in ("gross", "tax", "shipping")},
            "campaign": code, "currency": sketch.currency, "referred_by": referred[sale.order_id],
        }
        for sale, row in drawn
    ]  # fmt: skip
    if sketch is SKETCHES[0] and month == 0 and side is sketch.sides[0]:
        rows += _slips(rows[-1])
    _send(world, side.brand, f"{code}-{label}.csv", as_csv(rows), end)
    return [sale for sale, _ in drawn]


def _slips(row: dict[str, object]) -> list[dict[str, object]]:
    """Return rows as they go wrong in practice: a comma for a point, another currency, an unknown community."""
    return [
        {**row, "order_id": "MOR-SLIP-1", "gross": "12,50"},
        {**row, "order_id": "MOR-SLIP-2", "currency": "USD"},
        {**row, "order_id": "MOR-SLIP-3", "referred_by": "morning-club"},
    ]


def _sender(world: World, senders: list[str]) -> str:
    is_referred = bool(senders) and world.random.random() < REFERRED_SHARE
    return world.random.choice(senders) if is_referred else ""


def _send(world: World, brand: str, name: str, content: bytes, end: datetime) -> None:
    at = min(end + timedelta(hours=2), world.now)
    received = referrals.receive_import(
        world.session, world.actors[brand, "finance"], world.store, name, BytesIO(content), at, world.key
    )
    world.session.flush()
    opened = referrals.open_import(world.session, world.store, received.id)
    while not referrals.read_chunk(world.session, opened, at).is_finished:
        pass
