"""What a form brought before it was asked who is there: it waits in the page, to be sent again once that is known.

Nothing of it is stored here. It goes out in hidden fields under names of their own, so that a field ``code`` of a form
that waits is never taken for a code of a second factor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from app.security import local_path

PREFIX = "kept-"
_NOT_KEPT = ("csrf_token",)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a form goes, and its fields in their order; a name may come more than once."""

    sent_to: str
    fields: tuple[tuple[str, str], ...]


def kept_first() -> Kept | None:
    """Return the form that was sent here instead of being carried out; None where it names no page of this site."""
    fields = ((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT)
    return _kept(request.args.get("sent_to"), fields)


def kept_further() -> Kept | None:
    """Return the form that waits in the page which was sent; None where none waits."""
    fields = (
        (name.removeprefix(PREFIX), value)
        for name, value in request.form.items(multi=True) if name.startswith(PREFIX)
    )  # fmt: skip
    return _kept(request.form.get("sent_to"), fields)


def _kept(sent_to: str | None, fields: Iterable[tuple[str, str]]) -> Kept | None:
    path = local_path(sent_to)
    return Kept(path, tuple(fields)) if path else None
