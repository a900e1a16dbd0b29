"""Statements: the list, one statement, its downloads, and the record of its payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now, store
from app.downloads import download
from app.errors import said
from app.revenue import bp, lists
from app.revenue.forms import PayoutForm
from partners import outbox
from partners.digest import canonical_json
from partners.errors import Invalid, NotFound
from partners.money import parse_minor, to_decimal
from partners.revenue import queries, services
from partners.revenue.cards import StatementPage
from reports import archive
from reports.language import LANGUAGES
from reports.lines import lines_csv
from reports.settlement import read_settlement


@bp.get("/statements")
def statements() -> Any:
    """List the statements that the reader's brand pays or is paid by."""
    cards = queries.statements(db(), actor())
    listing = lists.statements(cards, now().date(), actor().partner_id)
    if "csv" in request.args:
        return listing.as_csv("statements.csv")
    return render_template("revenue/statements.html", listing=listing, has_statements=bool(cards))


@bp.get("/statements/<statement_id>")
def statement(statement_id: str) -> str:
    """Show one statement: every amount with where it comes from."""
    page = queries.statement_page(db(), actor(), statement_id)
    return _page(page, _payout_form(page))


@bp.get("/statements/<statement_id>/pdf/<language>")
def statement_pdf(statement_id: str, language: str) -> Any:
    """Send the kept PDF; while it is being made, show how far it is."""
    if language not in LANGUAGES:
        raise NotFound()
    card = queries.statement_page(db(), actor(), statement_id).card
    content = archive.archived(db(), store(), statement_id, language)
    if content is not None:
        return download(content, f"{card.number}-{language}.pdf", "application/pdf")
    job = outbox.newest_job(db(), actor(), statement_id, "render_statement")
    return render_template("revenue/rendering.html", card=card, job=job), 202


@bp.get("/statements/<statement_id>/statement.json")
def statement_json(statement_id: str) -> Response:
    """Send the exact bytes that the statement's digest is of."""
    card = queries.statement_page(db(), actor(), statement_id).card
    document = queries.statement_document(db(), actor(), statement_id)
    return download(canonical_json(document), f"{card.number}.json", "application/json")


@bp.get("/statements/<statement_id>/lines.csv")
def statement_lines(statement_id: str) -> Response:
    """Send every conversion and refund of a statement."""
    card = queries.statement_page(db(), actor(), statement_id).card
    document = queries.statement_document(db(), actor(), statement_id)
    return download(lines_csv(document["settlement"]), f"{card.number}-lines.csv")


@bp.post("/statements/<statement_id>/payouts")
def record_payout(statement_id: str) -> Any:
    """Write down that the statement was paid."""
    page, form = queries.statement_page(db(), actor(), statement_id), PayoutForm()
    if form.validate_on_submit():
        try:
            amount = parse_minor(form.amount.data, page.card.currency)
            services.record_payout(
                db(), actor(), statement_id, amount, form.paid_on.data, form.reference.data, now()
            )  # fmt: skip
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The payment is recorded. The next statement shows it."))
            return redirect(url_for(".statement", statement_id=statement_id), 303)
    return _page(page, form), 422


def _page(page: StatementPage, form: PayoutForm) -> str:
    document = queries.statement_document(db(), actor(), page.card.id)
    kept = archive.archived(db(), store(), page.card.id, "en") is not None
    job = None if kept else outbox.newest_job(db(), actor(), page.card.id, "render_statement")
    prepared_at, approved_at = (datetime.fromisoformat(document[step]["at"]) for step in ("prepared", "approved"))
    return render_template(
        "revenue/statement.html", page=page, card=page.card, s=read_settlement(document["settlement"]),
        issue=document, prepared_at=prepared_at, approved_at=approved_at, form=form, job=job,
        state=lists.payment_state(page.card, now().date()), tone=lists.PAYMENT_TONES,
        lines=_dated(document["settlement"]["conversions"]), refunds=_dated(document["settlement"]["refunds"]),
    )  # fmt: skip


_LINES = 50
"""Lines of evidence on the page; all of them are in lines.csv."""


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the first lines of evidence, their instants read."""
    return [{**row, "at": datetime.fromisoformat(row["at"])} for row in rows[:_LINES]]


def _payout_form(page: StatementPage) -> PayoutForm:
    left = to_decimal(page.card.outstanding_minor, page.card.currency)
    return PayoutForm(formdata=None, amount=str(left), paid_on=now().date())
