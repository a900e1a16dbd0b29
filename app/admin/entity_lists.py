"""The lists of a brand's companies, bank accounts and API tokens."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request, url_for
from flask_babel import gettext as _

from app.filters import country, named
from app.labels import label
from app.listing import Column, Listing
from partners.directory.accounts.token_queries import TokenCard
from partners.directory.bank_queries import AccountCard
from partners.directory.cards import EntityCard

ACCOUNT_TONES = {"proposed": "wait", "cooling": "wait", "used": "good", "refused": "bad"}
"""What a bank account is at present -> its tone."""

TOKEN_TONES = {"valid": "good", "revoked": "bad"}
"""State of a token -> its tone."""


def entities(cards: Iterable[EntityCard]) -> Listing:
    """Return the companies of the brand."""
    columns = [
        Column("code", _("Code")),
        Column("name", _("Legal name")),
        Column("country", _("Country"), value=lambda card: country(card.country)),
        Column("registration_number", _("Registration number")),
        Column("tax_number", _("VAT or tax number")),
        Column("currency", _("Currency")),
    ]
    nothing = _("No legal entity yet. One is needed before your brand can sign terms.")
    return Listing.of(cards, columns, request.args, "", nothing)


def accounts(cards: Iterable[AccountCard]) -> Listing:
    """Return the bank accounts of the brand."""
    columns = [
        Column("entity", _("Legal entity"), value=entity_name,
               href=lambda card: url_for("admin.account", account_id=card.id)),
        Column("number_end", _("Bank account"), value=masked),
        Column("bank_name", _("Bank")),
        Column("currency", _("Currency")),
        Column("use", _("State"), "state", tone=account_tone, value=account_state),
        Column("proposed_at", _("Proposed"), "date"),
        Column("usable_from", _("Used from"), "date"),
    ]  # fmt: skip
    nothing = _("No bank account yet. Propose where your brand is to be paid.")
    return Listing.of(cards, columns, request.args, "", nothing)


def tokens(cards: Iterable[TokenCard]) -> Listing:
    """Return the API tokens of the brand."""
    columns = [
        Column("name", _("Name"), href=lambda card: url_for("admin.token", token_id=card.id)),
        Column("start", _("Begins with")),
        Column("scopes", _("What it may do"), value=may_do),
        Column("state", _("State"), "state", tone=token_tone),
        Column("used_at", _("Last used"), "datetime"),
        Column("expires_at", _("Valid until"), "date"),
        Column("created_by", _("Made by")),
    ]
    nothing = _("No token yet. Make one for each program, so that each can be stopped alone.")
    return Listing.of(cards, columns, request.args, "", nothing)


def entity_name(card: AccountCard) -> str:
    """Return the name of the company whose account it is."""
    return named({"name": card.entity, "name_zh": card.entity_zh})


def masked(card: AccountCard) -> str:
    """Return an account's number as pages show it: dots and its last four characters."""
    return f"···· {card.number_end}"


def account_state(card: AccountCard) -> str:
    """Return the state of an account, as it is labelled."""
    return f"account_{card.use}"


def account_tone(card: AccountCard) -> str:
    """Return whether an account is good, waits or was refused."""
    return ACCOUNT_TONES.get(card.use, "none")


def may_do(card: TokenCard) -> str:
    """Return the scopes of a token as words."""
    return str(_(", ")).join(str(label(scope)) for scope in card.scopes)


def token_tone(card: TokenCard) -> str:
    """Return whether a token works."""
    return TOKEN_TONES.get(card.state, "none")
