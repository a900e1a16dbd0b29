"""Every background effect at a glance: which event starts which handlers, and where each handler lives.

The names of handlers are stored in the job table; a handler is imported when its first job runs, so that a web process
never loads what only the worker needs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.work import Work

HANDLERS: dict[str, tuple[str, ...]] = {
    "audience.registered": ("count_overlaps",),
    "partnership.accepted": ("count_partnership",),
    "import.received": ("read_import",),
    "period.closed": ("draft_statements",),
    "drafts.approved": ("issue_statements",),
    "statement.issued": ("render_statement",),
    "campaign.ended": ("render_outcome",),
}

MODULES: dict[str, str] = {
    "count_overlaps": "app.audiences.jobs",
    "count_partnership": "app.audiences.jobs",
    "read_import": "app.referrals.jobs",
    "draft_statements": "app.revenue.jobs",
    "issue_statements": "app.revenue.jobs",
    "render_statement": "app.revenue.jobs",
    "render_outcome": "app.campaigns.jobs",
}


def handler_named(name: str) -> Callable[[Work], None]:
    """Return the function that does the work of that name, imported now."""
    return cast("Callable[[Work], None]", getattr(import_module(MODULES[name]), name))
