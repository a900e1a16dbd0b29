"""Months: the board, one month with its drafts, closing, approving, opening again; and the ledger."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now
from app.filters import period as month_name
from app.revenue import bp, lists
from app.security import confirmed
from partners import outbox
from partners.revenue import queries, services
from partners.revenue.cards import MonthState, PeriodPage


@bp.get("")
def index() -> Any:
    """List the months of every partnership, and what each waits for."""
    months = queries.periods(db(), actor(), now())
    listing = lists.months(months)
    if "csv" in request.args:
        return listing.as_csv("months.csv")
    return render_template("revenue/index.html", listing=listing, has_months=bool(months))


@bp.get("/periods/<period_id>")
def period(period_id: str) -> str:
    """Show one month: what is in it, what it comes to, what waits for whom."""
    page = queries.period_page(db(), actor(), period_id, now())
    shows_pending = page.state in (MonthState.OPEN, MonthState.CLOSABLE, MonthState.WAITING)
    pending = queries.pending(db(), actor(), page.partnership_id, now()) if shows_pending else None
    return render_template(
        "revenue/period.html", page=page, rungs=lists.rungs(page), waits=lists.waits_for(page), pending=pending,
        jobs=_jobs(page), partner_id=actor().partner_id, lists=lists, today=now().date(),
    )  # fmt: skip


@bp.post("/periods/<period_id>/close")
def close(period_id: str) -> Any:
    """Close a month; its statements are drafted in the background."""
    page = queries.period_page(db(), actor(), period_id, now())
    closed = services.close_period(db(), actor(), page.partnership_id, page.label, now())
    context.commit()
    flash(_("%(month)s is closed. Its statements are being drafted.", month=month_name(page.label)))
    return redirect(url_for(".period", period_id=closed.id), 303)


@bp.post("/periods/<period_id>/reopen")
def reopen(period_id: str) -> Any:
    """Open a month again and drop its drafts."""
    services.reopen_period(db(), actor(), period_id, now())
    context.commit()
    flash(_("The month is open again, its drafts are gone."), "wait")
    return redirect(url_for(".period", period_id=period_id), 303)


@bp.post("/periods/<period_id>/approve")
@confirmed
def approve(period_id: str) -> Any:
    """Approve the drafts whose digest the reader has seen; the statements are issued in the background."""
    services.approve_drafts(db(), actor(), period_id, request.form.get("digest", ""), now())
    context.commit()
    flash(_("Approved. The statements are being issued."))
    return redirect(url_for(".period", period_id=period_id), 303)


@bp.get("/ledger/<partnership_id>")
def ledger(partnership_id: str) -> str:
    """Show the accounts and journal entries of a partnership over a month."""
    page = queries.ledger(db(), actor(), partnership_id, request.args.get("month", ""), now())
    return render_template("revenue/ledger.html", page=page)


def _jobs(page: PeriodPage) -> list[outbox.JobView]:
    """Return the jobs of the reader's brand that are still at work on a month, or have failed."""
    mine = [approval.id for approval in page.approvals if approval.payer.id == actor().partner_id]
    wanted = [(page.id, "draft_statements"), *((approval_id, "issue_statements") for approval_id in mine)]
    found = [outbox.newest_job(db(), actor(), subject, handler) for subject, handler in wanted]
    return [job for job in found if job is not None and job.state != "done"]
