"""Who calls: the token in the header decides, and nothing else that a browser would send along by itself."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, Request, abort, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import OperationalError

from app import context
from app.api import bp
from app.problems import PATH
from partners.database import EVERY_TENANT, reading, work_for, writing, writing_at_once
from partners.directory.accounts.throttle_services import may_pass
from partners.directory.accounts.token_queries import Program, TokenRefused, program_of
from partners.directory.accounts.token_services import BAD_TOKENS, note_use

OPEN = frozenset({"api.description"})
"""Addresses that need no token."""


class NoSessionForPrograms(SecureCookieSessionInterface):
    """Cookies are read and written for pages only: below the API's address every session is empty and stays so."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a page's cookie, or an empty one for a program."""
        return self.session_class() if request.path.startswith(PATH) else super().open_session(app, request)


@bp.before_request
def find_program() -> None:
    """Find who acts, before any view runs; raises TokenRefused where no valid token was sent."""
    if request.endpoint in OPEN:
        return
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise TokenRefused()
    program = _looked_up(secret.strip())
    g.program = program.actor
    if program.use_is_due:
        _note_use(program)


def _looked_up(secret: str) -> Program:
    """Return whose token it is. Read for every tenant: whose it is stands only in the row that is looked for."""
    try:
        with reading(context.engine(), EVERY_TENANT) as session:
            return program_of(session, secret, context.now())
    except TokenRefused:
        _count_failure()
        raise


def _count_failure() -> None:
    """Count a token that is none; from too many on, say that instead."""
    with writing(context.engine()) as session:
        is_within = may_pass(session, BAD_TOKENS, request.remote_addr or "", context.now())
        session.commit()
    if not is_within:
        abort(429)


def _note_use(program: Program) -> None:
    """Keep that the token is in use, unless somebody is writing just now: no program waits for that."""
    with suppress(OperationalError), writing_at_once(context.engine()) as session:
        work_for(session, program.actor.partner_id)
        note_use(session, program.actor, context.now())
        session.commit()
