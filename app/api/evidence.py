"""Sending in evidence: a file as for the page, its progress, and the rows that were not taken."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from pydantic import TypeAdapter

from app import context
from app.api.answers import ImportAnswer, ReceivedAnswer
from app.api.routes import Route, answer, described, lists, reads
from app.context import actor, db, now, settings, store
from app.errors import answer_domain_error, said
from app.uploads import spooled
from partners.directory.policy import Action
from partners.referrals import queries, services
from partners.referrals.services import SentBefore

_RECEIVED: TypeAdapter[Any] = TypeAdapter(ReceivedAnswer)

_SENDING = Route(
    "POST", "/imports", "send_import", "Send a CSV file of conversions or refunds; it is read in the background.",
    Action.REPORT_EVIDENCE, 202, _RECEIVED, sends="text/csv", asks=(("name", "Name of the file."),),
)  # fmt: skip

_FAILED = Route(
    "GET", "/imports/<import_id>/failed-rows", "failed_rows",
    "Return the rows that were not taken, each with its reason, to be mended and sent again.",
    Action.READ, 200, None, gives="text/csv",
)  # fmt: skip


@described(_SENDING)
def send_import() -> Any:
    """Take a file. The same bytes sent twice are taken once: the second answer says where the first went."""
    name, content = request.args.get("name", "") or "upload.csv", spooled(request.stream)
    try:
        row = services.receive_import(db(), actor(), store(), name, content, now(), settings().token_key)
    except SentBefore as error:
        refused = answer_domain_error(error)
        refused.headers["Location"] = url_for("api.imported", import_id=error.fields["import_id"])
        return refused
    context.commit()
    received = ReceivedAnswer(row.id, row.kind.value, row.rows_total)
    taken = answer(_RECEIVED.dump_python(received, mode="json"), 202)
    taken.headers["Location"] = url_for("api.imported", import_id=row.id)
    return taken


@lists("/imports", ImportAnswer)
def imports() -> Any:
    """List the files that the brand has sent, newest first."""
    return [ImportAnswer.of(card) for card in queries.imports(db(), actor())]


@reads("/imports/<import_id>", ImportAnswer)
def imported(import_id: str) -> Any:
    """Return how far a file is read and what became of its rows."""
    return ImportAnswer.of(queries.import_page(db(), actor(), import_id).card)


@described(_FAILED)
def failed_rows(import_id: str) -> Response:
    """Return the rejected rows."""
    return Response(b"".join(queries.failed_rows(db(), actor(), import_id, said)), mimetype="text/csv")
