"""The description of the API as OpenAPI 3.1, made of the routes and of the dataclasses that they answer with."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from app.api.routes import MOST, ROUTES, USUAL, Route

_ID = re.compile(r"<(\w+)>")

_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}  # fmt: skip

_REFUSALS = {
    "401": "No valid token was sent.", "403": "The token's scopes do not allow this.",
    "404": "There is nothing here, or it is not shared with you.",
    "409": "It was sent before, see Location; or it is not its turn.",
    "411": "The length of the body is not known before it is read.", "413": "The file is too large.",
    "415": "The body is not text/csv.", "422": "What was sent cannot be used.",
    "429": "Too many requests with wrong tokens.",
}  # fmt: skip

_PLAIN = {"text/csv": {"type": "string"}, "application/octet-stream": {"type": "string", "format": "binary"}}
"""Media type -> schema of what is no JSON."""

_OF_FILES = ("409", "411", "413", "415")


@cache
def document(base_url: str) -> dict[str, Any]:
    """Return the whole description."""
    adapters = [(route.name, "serialization", route.answers) for route in ROUTES if route.answers]
    found, shared = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas = {name: schema for (name, _mode), schema in found.items()}
    paths: dict[str, Any] = {}
    for route in ROUTES:
        address = "/api/v1" + _ID.sub(r"{\1}", route.rule)
        paths.setdefault(address, {})[route.method.lower()] = _operation(route, schemas.get(route.name))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tandem", "version": "1", "description": (
            "What a brand's programs may read and send. Amounts are integers in minor units with their currency; "
            "instants are UTC. A list answers a page: ask again with “after” set to “next” until that is null."
        )},
        "servers": [{"url": base_url.rstrip("/")}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **shared.get("$defs", {})},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "tandem_…"}},
        },
    }  # fmt: skip


def _operation(route: Route, schema: Any) -> dict[str, Any]:
    is_open = route.name == "description"
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": {str(route.status): _answer(route, schema)} | ({} if is_open else _refusals(route)),
    }
    if is_open:
        return made | {"security": []}
    made["description"] = f"Needs the scope {route.scope.value}."
    if route.sends:
        made["requestBody"] = {"required": True, "content": {route.sends: {"schema": _PLAIN[route.sends]}}}
    return made


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    made: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in _ID.findall(route.rule)
    ]
    if route.is_list:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        made += [{"name": "limit", "in": "query", "schema": limit}, {"name": "after", "in": "query", "schema": text}]
    made += [{"name": name, "in": "query", "schema": text, "description": means} for name, means in route.asks]
    return made


def _answer(route: Route, schema: Any) -> dict[str, Any]:
    if route.is_list:
        schema = {
            "type": "object", "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}},
        }  # fmt: skip
    schema = schema or _PLAIN.get(route.gives, {"type": "object"})
    made: dict[str, Any] = {"description": route.summary, "content": {route.gives: {"schema": schema}}}
    if route.status == 202:
        made["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where its progress is told."}}
    return made


def _refusals(route: Route) -> dict[str, Any]:
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    wanted = [status for status in _REFUSALS if status not in _OF_FILES or route.method != "GET"]
    return {status: {"description": _REFUSALS[status], "content": told} for status in wanted}
