"""Verbs of legal entities: the companies of a partner that sign, invoice and are paid."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners import audit, money
from partners.directory import codes, identifiers, policy
from partners.directory.models import LegalEntity
from partners.directory.policy import Action, Actor


def add_legal_entity(
    session: Session, actor: Actor, *, code: str, name: str, address: str, country: str, currency: str,
    now: datetime, name_zh: str = "", registration_number: str = "", tax_number: str = "",
) -> LegalEntity:  # fmt: skip
    """Add a company of the actor's partner; its code begins the numbers of the statements it issues.

    Raises:
        NumberUnusable: a number cannot be one of that country (``identifiers``).
    """
    policy.require(actor, Action.ADMINISTER)
    if session.scalar(select(LegalEntity.id).where(LegalEntity.code == code)):
        raise codes.CodeTaken(code=code)
    money.exponent(currency)  # refuses what is not a currency
    codes.checked_country(country)
    entity = LegalEntity(
        partner_id=actor.partner_id, code=codes.checked_series(code), name=name.strip(), name_zh=name_zh.strip(),
        address=address.strip(), country=country, currency=currency,
        registration_number=identifiers.checked_registration_number(registration_number, country),
        tax_number=identifiers.checked_tax_number(tax_number, country),
    )  # fmt: skip
    session.add(entity)
    audit.record(session, actor, "add_legal_entity", entity, now, after={"code": code, "name": entity.name})
    return entity
