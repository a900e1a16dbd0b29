"""Programs that call the API: tokens made for a test, calls with them, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Flask

from app.installation import Installation
from partners.database import EVERY_TENANT, writing
from partners.directory.accounts import token_services
from partners.directory.policy import Actor
from tests.conftest import NOW

Ask = Callable[..., Any]
BOTH = ("read", "report_evidence")
HEADER = "order_id,line_no,occurred_at,campaign,currency,gross"
SALES = f"{HEADER}\nO-1,1,2026-09-03T10:00:00,nowhere,EUR,10.00\n".encode()
GROUND = {
    "as_of": NOW.date().isoformat(), "expires_on": NOW.date().isoformat(), "lawful_basis": "consent",
    "consent_text": "club terms 3", "collected_from": "2026-01-01", "collected_to": NOW.date().isoformat(),
    "purpose": "joint campaigns", "region": "DE", "name": "members.tokens.csv",
}  # fmt: skip
NO_SUCH_ID = "zzzzzzzzzzzzzzzz"


def token_of(place: Installation, admin: Actor, scopes: Iterable[str], at: datetime) -> str:
    """Make a token and return its secret."""
    with writing(place.engine, EVERY_TENANT) as session:
        made = token_services.make_token(session, admin, "Program of the test", list(scopes), 90, at)
        session.commit()
        return made.secret


def asking(app: Flask, secret: str) -> Ask:
    """Give a function that calls the API with a token."""

    def ask(address: str, origin: str = "", **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret}"} | ({"Origin": origin} if origin else {})
        return app.test_client().open(f"/api/v1{address}", headers=headers, **sent)

    return ask


def refused(answer: Any, status: int) -> None:
    """Hold an answer to be a problem document of this status that sets no cookie."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]
    assert "Set-Cookie" not in answer.headers
