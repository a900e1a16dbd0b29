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
    """Of the seat; ``program`` for an API token, whose id then stands in ``seat_id``."""
    standing: str = "approved"
    """Of the partner to the platform."""
    is_operator: bool = False
    """Whether the partner is the one that runs the platform."""
    scopes: frozenset[str] | None = None
    """Actions that an API token is held to; None for a person, who is held by the role alone."""


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
    KEEP_BANK_ACCOUNTS = "keep_bank_accounts"
    OPERATE = "operate"
    RATE_FIT = "rate_fit"
    COUNT_BLIND = "count_blind"


_ALLOWED: dict[str, frozenset[Action]] = {
    "viewer": frozenset({Action.READ, Action.RATE_FIT}),
    "manager": frozenset(
        {
            Action.READ, Action.RUN_PARTNERSHIPS, Action.RUN_COMMUNITIES, Action.REGISTER_AUDIENCES,
            Action.RUN_CAMPAIGNS, Action.SIGN_TERMS, Action.REPORT_EVIDENCE, Action.RATE_FIT, Action.COUNT_BLIND,
        }
    ),
    "finance": frozenset({Action.READ, Action.REPORT_EVIDENCE, Action.CLOSE_PERIODS, Action.RECORD_PAYOUTS,
                          Action.KEEP_BANK_ACCOUNTS}),
    "admin": frozenset({Action.READ, Action.ADMINISTER, Action.KEEP_BANK_ACCOUNTS}),
    "program": frozenset({Action.READ, Action.REPORT_EVIDENCE, Action.COUNT_BLIND, Action.REGISTER_AUDIENCES}),
}  # fmt: skip

_WHILE: dict[str, frozenset[Action]] = {
    "approved": frozenset(Action),
    "pending": frozenset({Action.READ, Action.ADMINISTER}),
    "suspended": frozenset({Action.READ}),
    "left": frozenset({Action.READ}),
}
"""What the seats of a partner may still do, by its standing: what was agreed stays readable whatever happens."""

_OPERATOR = frozenset({Action.ADMINISTER, Action.OPERATE})
"""What admins of the operator may do: run the platform, and see nothing of what partners share."""


def may(actor: Actor, action: Action) -> bool:
    """Say whether role, standing and scopes allow the action on what is the actor's own.

    >>> may(Actor("u", "s", "p", "viewer"), Action.SIGN_TERMS)
    False
    """
    if actor.is_operator:
        return actor.role == "admin" and action in _OPERATOR
    in_scope = actor.scopes is None or action.value in actor.scopes
    return in_scope and action in _ALLOWED[actor.role] & _WHILE[actor.standing]


def require(actor: Actor, action: Action) -> None:
    """Raise NotAllowed unless the actor's role allows the action."""
    if not may(actor, action):
        raise NotAllowed()
