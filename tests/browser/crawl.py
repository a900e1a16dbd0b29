"""Which pages there are for somebody: every address without an id, and one of each kind that links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from tests.app.access import ACCESS

TRIED = 4
"""Pages of one kind that are compared."""

_NOT_PAGES = re.compile(r"\.(pdf|csv|json|pyz)$|/pdf/|^/(static|health|jobs|session)\b|/example")
_ID = re.compile(r"/[0-9a-z]{16,}(?=[/-]|$)")
_MONTH = re.compile(r"-\d{4}-\d{2}(?=/|$)")
_MAIN = re.compile(r"<main.*</main>", re.DOTALL)
_LINK = re.compile(r'href="(/[^"]*)"')


def pages(app: Flask, client: FlaskClient, role: str) -> dict[str, str]:
    """Return kind -> address of every page that a role can reach: of a kind the fullest among the first that are found.

    A kind is an address whose ids are left out.
    """
    waiting = list(_plain(app, role))
    sizes: dict[str, dict[str, int]] = {kind_of(path): {} for path in waiting}
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, path
        sizes[kind_of(path)][path] = len(answer.text)
        for address in filter(kind_of, _links(answer.text)):
            seen = sizes.setdefault(kind_of(address), {})
            if address not in seen and len(seen) < TRIED:
                seen[address] = 0
                waiting.append(address)
    return {kind: max(seen, key=seen.__getitem__) for kind, seen in sorted(sizes.items())}


def kind_of(address: str) -> str:
    """Return what kind of page an address leads to; nothing for files and for choices within a page."""
    parts = urlsplit(address.replace("&amp;", "&"))
    if _NOT_PAGES.search(parts.path):
        return ""
    names = [name for name, _ in parse_qsl(parts.query)]
    if names not in ([], ["partnership"]):
        return ""
    path = _MONTH.sub("-<month>", _ID.sub("/<id>", parts.path))
    return path + "".join(f"?{name}" for name in names)


def _plain(app: Flask, role: str) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        access = ACCESS.get(f"{rule.endpoint} GET")
        if access and role[0] in access.own and not rule.arguments and kind_of(rule.rule):
            yield rule.rule


def _links(page: str) -> list[str]:
    main = _MAIN.search(page)
    return _LINK.findall(main.group()) if main else []
