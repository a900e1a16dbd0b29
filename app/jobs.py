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
    "regions.asked": ("count_regions",),
    "period.closed": ("draft_statements",),
    "drafts.approved": ("issue_statements",),
    "statement.issued": ("render_statement",),
    "campaign.ended": ("render_outcome",),
    "invitation.sent": ("mail_invitation",),
    "password_reset.asked": ("mail_reset",),
    "partner.registered": ("mail_registration",),
    "partner.approved": ("mail_approval",),
    "partner.suspended": ("mail_suspension",),
    "partnership.invited": ("mail_partnership",),
    "partnership.resumed": ("count_partnership",),
    "bank_account.proposed": ("mail_bank_account",),
    "blind_count.ready": ("compare_blinded",),
    "release_settings.changed": ("count_partnership",),
    "day.began": ("apply_retention", "count_waiting", "end_blind_counts"),
}

MODULES: dict[str, str] = {
    "count_overlaps": "app.audiences.jobs",
    "count_partnership": "app.audiences.jobs",
    "count_waiting": "app.audiences.jobs",
    "compare_blinded": "app.audiences.blind_jobs",
    "end_blind_counts": "app.audiences.blind_jobs",
    "count_regions": "app.audiences.regions_jobs",
    "read_import": "app.referrals.jobs",
    "draft_statements": "app.revenue.jobs",
    "issue_statements": "app.revenue.jobs",
    "render_statement": "app.revenue.jobs",
    "render_outcome": "app.campaigns.jobs",
    "mail_invitation": "app.letters",
    "mail_reset": "app.letters",
    "mail_registration": "app.letters",
    "mail_approval": "app.letters",
    "mail_suspension": "app.letters",
    "mail_partnership": "app.letters",
    "mail_bank_account": "app.letters",
    "apply_retention": "app.admin.jobs",
}


def handler_named(name: str) -> Callable[[Work], None]:
    """Return the function that does the work of that name, imported now."""
    return cast("Callable[[Work], None]", getattr(import_module(MODULES[name]), name))
