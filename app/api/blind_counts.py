"""Blind counts for a brand's own command line: what is next, the partner's sealed points, and sending in points.

Points come and go as they are, 32 bytes each, and never stay in memory here. A scalar is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask import Response, request, send_file
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from app import context
from app.api.answers import BlindCountAnswer
from app.api.routes import Route, answer, described, lists, reads
from app.context import actor, db, now, store
from partners.audiences.blind import queries, services
from partners.audiences.models import BlindCount
from partners.database import reading
from partners.directory.policy import Action, Actor
from partners.store import FolderStore

_COUNT: TypeAdapter[Any] = TypeAdapter(BlindCountAnswer)
_BYTES = "application/octet-stream"
_BLOCK = 1 << 20

Size = Callable[[Session, Actor, str, datetime], int]
Take = Callable[[Session, Actor, FolderStore, str, str, datetime], BlindCount]

_JOIN = Route(
    "POST", "/blind-counts/<blind_count_id>/join", "join_blind_count", "Join a blind count with a list of the brand.",
    Action.COUNT_BLIND, 200, _COUNT, asks=(("audience_id", "The list."),),
)  # fmt: skip

_POINTS = Route(
    "GET", "/blind-counts/<blind_count_id>/points", "partners_points",
    "Return the partner's list, blinded once and sealed for the brand.", Action.COUNT_BLIND, 200, None, gives=_BYTES,
)  # fmt: skip

_ONCE = Route(
    "PUT", "/blind-counts/<blind_count_id>/once", "send_once",
    "Send the own list, blinded once and sealed for the partner.", Action.COUNT_BLIND, 200, _COUNT, sends=_BYTES,
)  # fmt: skip

_TWICE = Route(
    "PUT", "/blind-counts/<blind_count_id>/twice", "send_twice",
    "Send the partner's list, blinded for the second time.", Action.COUNT_BLIND, 200, _COUNT, sends=_BYTES,
)  # fmt: skip


@lists("/blind-counts", BlindCountAnswer)
def blind_counts() -> Any:
    """List the blind counts that the brand is in or may join, newest first."""
    return [BlindCountAnswer.of(card) for card in queries.blind_counts(db(), actor())]


@reads("/blind-counts/<blind_count_id>", BlindCountAnswer)
def blind_count(blind_count_id: str) -> Any:
    """Return one blind count and what is next in it."""
    return BlindCountAnswer.of(queries.blind_count(db(), actor(), blind_count_id))


@described(_JOIN)
def join_blind_count(blind_count_id: str) -> Response:
    """Join a count."""
    services.join_blind_count(db(), actor(), blind_count_id, request.args.get("audience_id", ""), now())
    return _committed(blind_count_id)


@described(_POINTS)
def partners_points(blind_count_id: str) -> Response:
    """Return the points to blind."""
    key = services.partners_points(db(), actor(), blind_count_id, now())
    return send_file(store().path(key), mimetype=_BYTES)


@described(_ONCE)
def send_once(blind_count_id: str) -> Response:
    """Take the own list."""
    return _taken(blind_count_id, services.once_size, services.take_once)


@described(_TWICE)
def send_twice(blind_count_id: str) -> Response:
    """Take the partner's list."""
    return _taken(blind_count_id, services.twice_size, services.take_twice)


def _taken(blind_count_id: str, size: Size, take: Take) -> Response:
    """Stream points into the store and take them in; no lock is held while they come."""
    with reading(context.engine(), actor().partner_id) as session:
        expected = size(session, actor(), blind_count_id, now())
    request.max_content_length = expected
    key = services.keep_points(store(), blind_count_id, _sent(), expected)
    try:
        take(db(), actor(), store(), blind_count_id, key, now())
        return _committed(blind_count_id)
    except BaseException:
        store().delete(key)
        raise


def _sent() -> Iterator[bytes]:
    return iter(lambda: request.stream.read(_BLOCK), b"")


def _committed(blind_count_id: str) -> Response:
    context.commit()
    found = BlindCountAnswer.of(queries.blind_count(db(), actor(), blind_count_id))
    return answer(_COUNT.dump_python(found, mode="json"))
