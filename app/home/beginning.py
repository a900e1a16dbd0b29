"""The first steps of a brand on the platform by role, until they are taken: what an empty first page leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from partners.audiences import queries as audiences
from partners.campaigns import queries as campaigns
from partners.communities import queries as communities
from partners.directory import bank_queries, entity_queries, policy, seat_queries
from partners.directory import queries as directory
from partners.directory.policy import Action, Actor
from partners.revenue import queries as revenue


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, why, where it is taken, and whether it has been."""

    text: Any
    why: Any
    href: str
    is_done: bool


def steps(session: Session, actor: Actor, now: datetime) -> list[Step]:
    """Return the first steps while one of them is open; nothing once all are taken, or where none may be taken."""
    if actor.standing != "approved":
        return _meanwhile(session, actor)
    found = {"manager": _of_manager, "finance": _of_finance, "admin": _of_admin}.get(actor.role, _of_reader)(
        session, actor, now
    )
    return found if any(not step.is_done for step in found) else []


def _of_manager(session: Session, actor: Actor, now: datetime) -> list[Step]:
    return [
        Step(
            _("Say which communities you have"), _("They are what partners look for and what overlaps are counted of."),
            url_for("communities.index"), bool(communities.communities(session, actor)),
        ),
        Step(
            _("Register an audience"), _("A list of members goes in, only counts come out."),
            url_for("audiences.index"), bool(audiences.audiences(session, actor, now)),
        ),
        Step(
            _("Begin a partnership"), _("Overlaps are counted only between partners that have both agreed to it."),
            url_for("partners.index"), bool(directory.accepted_partnership_ids(session, actor.partner_id)),
        ),
        Step(
            _("Propose a campaign"), _("Its terms are signed by every party; revenue is shared as they say."),
            url_for("campaigns.index"), bool(campaigns.campaigns(session, actor)),
        ),
    ]  # fmt: skip


def _of_finance(session: Session, actor: Actor, now: datetime) -> list[Step]:
    return [
        Step(
            _("Say where your brand is paid"),
            _("A second person approves the bank account; it is used three days later."),
            url_for("admin.accounts"), bool(bank_queries.accounts(session, actor, now)),
        ),
        Step(
            _("Close the first month"), _("Statements are made of what was sold in it, once a second person approves."),
            url_for("revenue.index"), bool(revenue.statements(session, actor)),
        ),
    ]  # fmt: skip


def _of_admin(session: Session, actor: Actor, _now: datetime) -> list[Step]:
    return [
        *_meanwhile(session, actor),
        Step(
            _("Protect your sign-in with a second factor"), _("Whoever has your password alone then gets nowhere."),
            url_for("account.second_factor"), seat_queries.has_second_factor(session, actor.user_id),
        ),
    ]  # fmt: skip


def _of_reader(_session: Session, _actor: Actor, _now: datetime) -> list[Step]:
    return []


def _meanwhile(session: Session, actor: Actor) -> list[Step]:
    """Return what the admin of a brand that waits for approval can do until then."""
    if not policy.may(actor, Action.ADMINISTER):
        return []
    return [
        Step(
            _("Add your legal entity"), _("The company that signs, invoices and is paid."),
            url_for("admin.entities"), bool(entity_queries.own_legal_entities(session, actor)),
        ),
        Step(
            _("Invite your people to seats"),
            _("Partner managers, finance, viewers: each sees and does what the role allows."),
            url_for("admin.index"), len(seat_queries.seats(session, actor)) > 1,
        ),
    ]  # fmt: skip
