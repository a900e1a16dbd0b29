"""The error tree. A rule that is broken raises the subclass that names it.

Four families, four HTTP statuses, mapped in one place (``app/errors.py``). The docstring of a subclass is its message
to the user, with ``{field}`` for each field given; ``str(error)`` fills them in, a translator fills in its own.
"""

from __future__ import annotations

from typing import ClassVar


class TandemError(Exception):
    """Something went wrong."""

    is_passing: ClassVar[bool] = False
    """Whether the same may well succeed a little later, so that a background job tries again."""

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__()

    @property
    def message(self) -> str:
        """The sentence for the user before its fields are filled in."""
        return " ".join((type(self).__doc__ or "").split())

    def __str__(self) -> str:
        return self.message.format(**self.fields)


class Invalid(TandemError):
    """What was sent cannot be used. Please check the marked fields."""


class NotFound(TandemError):
    """There is nothing here, or it is not shared with you."""


class NotAllowed(TandemError):
    """Your role does not allow this. Ask an admin of your brand."""


class Conflict(TandemError):
    """Something changed in the meantime. Please look again and repeat."""
