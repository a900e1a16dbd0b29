"""Who may do what: the roles of a seat and the actions they allow. Pure; knows no table.

Whether a thing belongs to the actor's brand is the query's question, answered with NotFound. Whether the actor's role
allows the action is this module's, answered with NotAllowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from partners.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in one seat: who acts, for which partner, in which role."""

    user_id: str
    seat_id: str
    partner_id: str
    role: str


class Action(StrEnum):
    READ = "read"
    ADMINISTER = "administer"
    RUN_PARTNERSHIPS = "run_partnerships"
    RUN_COMMUNITIES = "run_communities"
    REGISTER_AUDIENCES = "register_audiences"
    RUN_CAMPAIGNS = "run_campaigns"
    SIGN_TERMS = "sign_terms"
    REPORT_EVIDENCE = "report_evidence"
    CLOSE_PERIODS = "close_periods"
    RECORD_PAYOUTS = "record_payouts"


_ALLOWED: dict[str, frozenset[Action]] = {
    "viewer": frozenset({Action.READ}),
    "manager": frozenset(
        {
            Action.READ, Action.RUN_PARTNERSHIPS, Action.RUN_COMMUNITIES, Action.REGISTER_AUDIENCES,
            Action.RUN_CAMPAIGNS, Action.SIGN_TERMS, Action.REPORT_EVIDENCE,
        }
    ),
    "finance": frozenset({Action.READ, Action.REPORT_EVIDENCE, Action.CLOSE_PERIODS, Action.RECORD_PAYOUTS}),
    "admin": frozenset({Action.READ, Action.ADMINISTER}),
}  # fmt: skip


def may(actor: Actor, action: Action) -> bool:
    """Say whether the actor's role allows the action on what is its own.

    >>> may(Actor("u", "s", "p", "viewer"), Action.SIGN_TERMS)
    False
    """
    return action in _ALLOWED[actor.role]


def require(actor: Actor, action: Action) -> None:
    """Raise NotAllowed unless the actor's role allows the action."""
    if not may(actor, action):
        raise NotAllowed()
