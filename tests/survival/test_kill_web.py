"""``kill -9`` of the web process while a period is closed and approved, again and again at other moments.

After every restart either all of a step has happened or nothing; in the end the period is issued once, the numbers have
no gap, and the ledger balances.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

from sqlalchemy import Engine, select

from partners import audit
from partners.database import open_engine, reading
from partners.directory.models import Partnership
from partners.ledger.queries import check_ledger
from partners.revenue.models import Period, PeriodState, Statement
from tests.sample_world import SampleWorld
from tests.survival.processes import answers, forget_waiting_jobs, free_port, kill, running, until
from tests.survival.visitor import Visitor

MOMENTS = (0.003, 0.02, 0.1, None)
"""Seconds between sending a form and killing the server; None lets it answer first."""

LABEL = "2026-03"
MERCHANTS = ("morgenrot", "chenguang", "nordkorn")


def test_a_close_interrupted_at_any_moment_happens_once(sample_world: SampleWorld, tmp_path: Path) -> None:
    world = sample_world.copied(tmp_path / "var")
    engine = open_engine(world.settings().database_url)
    forget_waiting_jobs(engine)
    partnership = _partnership(engine)

    for moment in MOMENTS:
        _send_and_kill(world, "finance@morgenrot.example", f"/revenue/periods/{partnership}-{LABEL}", "close", moment)
        assert _state(engine) in (None, PeriodState.CLOSING)
    _work_until(world, lambda: _state(engine) == PeriodState.DRAFTED)
    page = f"/revenue/periods/{_period_id(engine)}"
    for code in MERCHANTS:
        for moment in MOMENTS if code == MERCHANTS[0] else MOMENTS[-1:]:
            _send_and_kill(world, f"finance2@{code}.example", page, "approve", moment)
    _work_until(world, lambda: _state(engine) == PeriodState.ISSUED)

    with reading(engine) as session:
        statements = session.scalars(select(Statement).order_by(Statement.legal_entity_id, Statement.ordinal)).all()
        issued = [row for row in statements if row.period_id == _period_id(engine)]
        assert len(issued) == len({(row.payer_id, row.payee_id, row.currency) for row in issued}) == 6
        _assert_no_gap(list(statements))
        assert check_ledger(session) == []
        assert audit.first_break(session) is None
    engine.dispose()


def _send_and_kill(world: SampleWorld, email: str, page: str, step: str, moment: float | None) -> None:
    """Start a server, send one form, kill the server after a moment."""
    port = free_port()
    with running(world.var, "serve", "--processes", "1", port=port) as server:
        until(lambda: answers(port), "the server answers")
        visitor = Visitor(port, email)
        digest = re.search(r'name="digest" value="([0-9a-f]{64})"', visitor.page(page))
        if step == "approve" and digest is None:
            return  # approved by an earlier round
        fields = {"digest": digest.group(1)} if digest else {}
        sender = threading.Thread(target=visitor.post, args=(f"{page}/{step}", fields))
        sender.start()
        sender.join(moment)
        kill(server)
        sender.join()


def _work_until(world: SampleWorld, is_so: object) -> None:
    with running(world.var, "worker"):
        until(is_so, "the worker ends its jobs")  # type: ignore[arg-type]


def _partnership(engine: Engine) -> str:
    with reading(engine) as session:
        return session.scalars(select(Partnership.id).where(Partnership.name == "Breakfast table")).one()


def _period(engine: Engine) -> Period | None:
    with reading(engine) as session:
        return session.scalar(
            select(Period).join(Partnership, Partnership.id == Period.partnership_id)
            .where(Partnership.name == "Breakfast table", Period.label == LABEL)
        )  # fmt: skip


def _state(engine: Engine) -> PeriodState | None:
    found = _period(engine)
    return found.state if found else None


def _period_id(engine: Engine) -> str:
    found = _period(engine)
    assert found is not None
    return found.id


def _assert_no_gap(statements: list[Statement]) -> None:
    by_series: dict[tuple[str, int], list[int]] = {}
    for row in statements:
        by_series.setdefault((row.legal_entity_id, row.year), []).append(row.ordinal)
    for ordinals in by_series.values():
        assert sorted(ordinals) == list(range(1, len(ordinals) + 1))
