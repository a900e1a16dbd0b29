"""Declaring a route of the API once: its address, what it answers, how it is described."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, abort, request
from pydantic import TypeAdapter

from app.api import bp
from app.context import actor
from app.security import public
from partners.directory import policy
from partners.directory.policy import Action
from partners.errors import Invalid

MOST, USUAL = 200, 50
"""Things of one page: at most, and where nothing is asked for."""


class LimitUnusable(Invalid):
    """“limit” is a whole number between 1 and {most}."""


class PlaceUnknown(Invalid):
    """“after” names nothing in this list any more. Begin again without it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address: how it is called and what it answers. ``answers`` is a frozen dataclass, None for other than JSON.

    ``sends`` and ``gives`` are media types; ``sends`` is empty where nothing is sent. ``asks``: name and meaning of
    what may stand in the query.
    """

    method: str
    rule: str
    name: str
    summary: str
    scope: Action
    status: int
    answers: TypeAdapter[Any] | None
    is_list: bool = False
    sends: str = ""
    gives: str = "application/json"
    asks: tuple[tuple[str, str], ...] = ()


ROUTES: list[Route] = []
"""Every address in the order of the code; the description is made of it."""

View = Callable[..., Any]


def reads(rule: str, answers: type) -> Callable[[View], View]:
    """Register a view that returns one thing."""
    adapter: TypeAdapter[Any] = TypeAdapter(answers)
    return _registering(rule, adapter, False, lambda found: adapter.dump_python(found, mode="json"))


def lists(rule: str, answers: type) -> Callable[[View], View]:
    """Register a view that returns a whole list of things with an ``id``; a page of it is answered."""
    adapter: TypeAdapter[Any] = TypeAdapter(answers)

    def paged(found: Sequence[Any]) -> dict[str, Any]:
        items, following = _page(found)
        return {"items": [adapter.dump_python(each, mode="json") for each in items], "next": following}

    return _registering(rule, adapter, True, paged)


def described(route: Route) -> Callable[[View], View]:
    """Register a view that answers with a response of its own."""

    def register(view: View) -> View:
        ROUTES.append(route)
        told = _refusing_early(route, view) if route.sends else view
        bp.add_url_rule(route.rule, route.name, public(told), methods=[route.method])
        return view

    return register


def answer(found: Any, status: int = 200) -> Response:
    """Return something as JSON."""
    return Response(json.dumps(found, ensure_ascii=False), status, mimetype="application/json")


def _refusing_early(route: Route, view: View) -> View:
    """Refuse who may not send, and what is no CSV where one is wanted, before anything that is sent is read.

    The service asks again who may, as for everyone.
    """

    @wraps(view)
    def guarded(**ids: str) -> Any:
        policy.require(actor(), route.scope)
        if route.sends == "text/csv" and request.mimetype != route.sends:
            abort(415)
        return view(**ids)

    return guarded


def _registering(
    rule: str, adapter: TypeAdapter[Any], is_list: bool, dumped: Callable[[Any], Any]
) -> Callable[[View], View]:
    def register(view: View) -> View:
        @wraps(view)
        def told(**ids: str) -> Response:
            return answer(dumped(view(**ids)))

        summary = (view.__doc__ or "").split("\n")[0]
        route = Route("GET", rule, view.__name__, summary, Action.READ, 200, adapter, is_list)
        return described(route)(told)

    return register


def _page(found: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    """Return the things after the one that ``after`` names, and the id to go on from, None at the end."""
    asked = request.args.get("limit", str(USUAL))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= MOST):
        raise LimitUnusable(most=MOST)
    begin, after = 0, request.args.get("after", "")
    if after:
        begin = next((place for place, each in enumerate(found, 1) if each.id == after), 0)
        if not begin:
            raise PlaceUnknown()
    items = found[begin : begin + int(asked)]
    is_last = begin + len(items) >= len(found)
    return items, None if is_last else items[-1].id
