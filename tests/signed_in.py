"""Clients that are signed in by a real row, without going through the form."""

from __future__ import annotations

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import Engine

from partners.database import writing
from partners.directory.accounts.models import Factor, SignIn
from partners.directory.policy import Actor


def sign_in_row(engine: Engine, actor: Actor, now: datetime, agent: str = "Firefox · Linux") -> str:
    """Write a sign-in of the actor, as the form would, and return its id."""
    with writing(engine) as session:
        sign_in = SignIn(
            user_id=actor.user_id, seat_id=actor.seat_id, factor=Factor.PASSWORD, agent=agent, network="203.0.113.9",
            began_at=now, seen_at=now, confirmed_at=now,
        )  # fmt: skip
        session.add(sign_in)
        session.commit()
        return sign_in.id


def hold_cookie(client: FlaskClient, sign_in_id: str) -> FlaskClient:
    """Let a client hold the cookie of a sign-in."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = sign_in_id
        cookie["_fresh"] = True
        cookie.permanent = True
    return client


def signed_in_client(client: FlaskClient, actor: Actor) -> FlaskClient:
    """Sign a client in as an actor, at the present of its application."""
    place = client.application.extensions["tandem"]
    return hold_cookie(client, sign_in_row(place.engine, actor, place.now()))
