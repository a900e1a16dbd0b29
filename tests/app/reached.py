"""What an actor reaches: one request, told apart as reached, refused by role, not there, or sent to sign in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse


class Reached(StrEnum):
    YES = "yes"
    REFUSED = "refused"
    NOTHING = "nothing"
    SIGN_IN = "sign in"


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method. ``name`` is how the table of access calls it."""

    rule: Rule
    method: str

    @property
    def name(self) -> str:
        """Endpoint and method, such as ``campaigns.sign POST``."""
        return f"{self.rule.endpoint} {self.method}"

    @property
    def words(self) -> set[str]:
        """The ids in the address."""
        return {argument for argument in self.rule.arguments if argument.endswith("_id")}

    def address(self, ids: Mapping[str, str]) -> str:
        """Return the address of these things; what is no id is a kind of file or a language."""
        values = {word: ids.get(word, {"kind": "conversions"}.get(word, "en")) for word in self.rule.arguments}
        if self.rule.endpoint in BRAND_INVITATIONS:
            values["invitation_id"] = ids["brand_invitation_id"]
        built = self.rule.build(values)
        assert built is not None
        return built[1]


BRAND_INVITATIONS = ("partners.invite_brand_again", "partners.withdraw_brand")
"""Where an invitation is one of a brand, not of a person."""

FORMS: dict[str, dict[str, Any]] = {
    "audiences.overlap_settings POST": {"floor": "60", "rounding": "10", "epsilon": "0.25", "budget": "2"},
    "audiences.withdraw POST": {"file": b"token\n"},
    "campaigns.goals POST": {
        "kpi": "orders", "baseline": "1", "target": "2", "due_on": "2026-04-01", "owner": "",
    },
    "campaigns.move POST": {"to_stage": "paused", "reason": "to see"},
    "partners.move POST": {"from_stage": "value", "to_stage": "working", "why": "to see"},
    "referrals.receive POST": {"file": b"order_id,line_no,occurred_at,campaign,currency,gross\n"},
    "revenue.record_payout POST": {"amount": "0.01", "paid_on": "2026-03-01", "reference": "to see"},
}  # fmt: skip
"""What must be in a form before the role is asked: without it the page comes back, which every role may read."""


def routes(app: Flask) -> Iterator[Route]:
    """Yield every address and method that needs a sign-in; programs have none (``test_api``)."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint != "static" and not rule.rule.startswith("/api/") and not getattr(view, "is_public", False):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(rule, method)


def ask(client: FlaskClient, route: Route, ids: Mapping[str, str]) -> Reached:
    """Send one request and say what was reached."""
    form = {
        name: (BytesIO(value), "to-see.csv") if isinstance(value, bytes) else value or ids["partner_id"]
        for name, value in FORMS.get(route.name, {}).items()
    }
    with client.open(route.address(ids), method=route.method, data=form or None) as answer:
        return reached(answer)


def reached(answer: TestResponse) -> Reached:
    """Tell an answer; anything that is neither a refusal nor a fault means that the thing was there."""
    assert answer.status_code < 500, answer.request.path
    if answer.status_code == 401 or (answer.location or "").startswith("/session/sign-in"):
        return Reached.SIGN_IN
    return {403: Reached.REFUSED, 404: Reached.NOTHING}.get(answer.status_code, Reached.YES)
