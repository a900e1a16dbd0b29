"""Sending a file of conversions or refunds, what became of it, and the evidence of a campaign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.context import actor, db, now, settings, store
from app.downloads import download
from app.errors import said
from app.referrals import bp, examples, lists
from app.referrals.forms import ImportForm
from partners.errors import Invalid, NotFound
from partners.outbox import newest_job
from partners.referrals import queries, services
from partners.referrals.services import SentBefore

_PIECE = 1 << 16
_IN_MEMORY = 1 << 20
"""Bytes of a download beyond which it is written to a file."""


@bp.get("")
def index() -> Any:
    """List the files that were sent, and ask for another."""
    if "csv" in request.args:
        return lists.imports(queries.imports(db(), actor())).as_csv("imports.csv")
    return _index(ImportForm())


@bp.post("")
def receive() -> Any:
    """Take a file; it is read in the background."""
    form = ImportForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            received = services.receive_import(
                db(), actor(), store(), upload.filename or "", upload.stream, now(), settings().token_key
            )
        except (Invalid, SentBefore) as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            return redirect(url_for("referrals.show", import_id=received.id), 303)
    return _index(form), 422


@bp.get("/examples/<kind>.csv")
def example(kind: str) -> Response:
    """Give an example file with the codes of the reader's campaigns."""
    made = {"conversions": examples.conversions, "refunds": examples.refunds}.get(kind)
    if made is None:
        raise NotFound()
    return _spooled(made(queries.selling_campaigns(db(), actor())), f"example-{kind}.csv")


@bp.get("/<import_id>")
def show(import_id: str) -> str:
    """Show how far a file has been read and which rows were not taken."""
    page = queries.import_page(db(), actor(), import_id)
    job = newest_job(db(), actor(), import_id, "read_import")
    return render_template("referrals/show.html", page=page, job=job, lists=lists)


@bp.get("/<import_id>/failed.csv")
def failed_rows(import_id: str) -> Response:
    """Give the rows that were not taken, to be mended and sent again."""
    return _spooled(queries.failed_rows(db(), actor(), import_id, said), "failed.csv")


@bp.post("/<import_id>/set-aside")
def set_aside(import_id: str) -> Any:
    """Take the rejected rows off the list of what waits."""
    services.set_failures_aside(db(), actor(), import_id, now())
    context.commit()
    flash(_("The rejected rows no longer wait for anybody."))
    return redirect(url_for("referrals.show", import_id=import_id), 303)


@bp.get("/campaigns/<campaign_id>")
def evidence(campaign_id: str) -> Any:
    """Show the evidence of a campaign, line by line."""
    if "csv" in request.args:
        return _spooled(lists.evidence_csv(queries.every_evidence_line(db(), actor(), campaign_id)), "evidence.csv")
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    page = queries.evidence_lines(db(), actor(), campaign_id, number)
    return render_template("referrals/evidence.html", page=page, referrer=lists.referrer, tones=lists.TONES)


def _index(form: ImportForm) -> str:
    page = queries.imports_page(db(), actor())
    return render_template(
        "referrals/index.html", page=page, list=lists.imports(page.imports), form=form, columns=lists.COLUMNS,
        largest_mb=settings().upload_mb,
    )  # fmt: skip


def _spooled(lines: Iterable[bytes], filename: str) -> Response:
    """Answer with a file, written out first: a slow reader keeps no transaction open, and errors come before it."""
    with ExitStack() as unless_sent:
        file = unless_sent.enter_context(SpooledTemporaryFile(_IN_MEMORY))
        file.writelines(lines)
        file.seek(0)
        unless_sent.pop_all()
    return download(_pieces(file), filename)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
