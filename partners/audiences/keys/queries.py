"""Reads of keys: public halves and names for every side of a partnership, sealed copies each side its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from partners.audiences.keys.models import BrandKey, PartnershipKey, SealedKey
from partners.audiences.keys.sealed import KeyRequest, SealedCopy, public_name
from partners.audiences.models import Audience, TokenFile
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.accounts.queries import names_of_users
from partners.directory.cards import PartnerName
from partners.directory.models import Footing, Partner, Partnership, PartnershipPartner
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS, PartnershipOver

RENEW_AFTER = timedelta(days=90)
"""For so long one key is used (domain specification D3)."""


@dataclass(frozen=True, slots=True)
class BrandKeyCard:
    """The actor's own public key in hex, and the name of it, for reading aloud."""

    public_key: str
    public_name: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KeySide:
    """One side of a partnership. ``public_key`` in hex and its name are empty until the brand publishes one.

    ``has_copy``: whether it has a copy of the present key that is sealed to its present public key.
    """

    partner: PartnerName
    is_own: bool
    public_key: str
    public_name: str
    has_copy: bool


@dataclass(frozen=True, slots=True)
class KeyCard:
    """The present key of a partnership: its name, where and when it was made, and from when on it should be renewed."""

    name: str
    made_at_brand: PartnerName
    made_by: str
    made_at: datetime
    renew_on: datetime
    is_due: bool


@dataclass(frozen=True, slots=True)
class PartnershipKeys:
    """One open partnership of the actor. ``key`` is None until one is made; ``has_copy``: whether the actor has it."""

    id: str
    name: str
    sides: tuple[KeySide, ...]
    key: KeyCard | None
    has_copy: bool

    @property
    def public_keys(self) -> dict[str, str]:
        """Return the public key of each side, by its id."""
        return {side.partner.id: side.public_key for side in self.sides if side.public_key}

    @property
    def waits_for(self) -> tuple[PartnerName, ...]:
        """Brands that must publish a public key first."""
        return tuple(side.partner for side in self.sides if not side.public_key)

    @property
    def lack_copies(self) -> tuple[PartnerName, ...]:
        """Brands whose copy of the present key is sealed to another public key than their present one."""
        return tuple(side.partner for side in self.sides if self.key and side.public_key and not side.has_copy)

    @property
    def lacking_keys(self) -> dict[str, str]:
        """Return the public key of each of those brands, by its id."""
        lacking = {partner.id for partner in self.lack_copies}
        return {side.partner.id: side.public_key for side in self.sides if side.partner.id in lacking}


@dataclass(frozen=True, slots=True)
class KeysPage:
    """What the page of keys shows. ``own`` is None until the actor's brand publishes a public key."""

    brand: str
    code: str
    own: BrandKeyCard | None
    partnerships: tuple[PartnershipKeys, ...]
    may_make: bool


def brand_keys(session: Session, partner_ids: Iterable[str]) -> dict[str, BrandKey]:
    """Return the present public key of each partner that has one, by its id. For rows that the caller may see."""
    chosen = BrandKey.partner_id.in_(list(partner_ids))
    rows = session.scalars(select(BrandKey).where(chosen, BrandKey.retired_at.is_(None)))
    return {row.partner_id: row for row in rows}


def current_key(session: Session, partnership_id: str) -> PartnershipKey | None:
    """Return a partnership's present key; None until one is made. For a partnership that the caller may see."""
    wanted = select(PartnershipKey).where(PartnershipKey.partnership_id == partnership_id)
    return session.scalar(wanted.where(PartnershipKey.ended_at.is_(None)))


def current_key_names(session: Session, actor: Actor, to: Action = Action.READ) -> dict[str, str]:
    """Return name -> partnership id of the keys with which the actor's lists may be keyed now."""
    policy.require(actor, to)
    rows = session.execute(_own_open(actor).with_only_columns(PartnershipKey.name, Partnership.id))
    return dict(rows.all())


def own_copies(session: Session, actor: Actor) -> list[SealedCopy]:
    """Return the own sealed copies of present keys, by name of partnership: what a new list is blinded with."""
    policy.require(actor, Action.READ)
    return _copies(session, _own_open(actor))


def own_copies_with_former(session: Session, actor: Actor, to: Action = Action.READ) -> list[SealedCopy]:
    """Return every own sealed copy that is kept, of former keys too: what a list of withdrawals is blinded with."""
    policy.require(actor, to)
    return _copies(session, _own_kept(actor))


def partnership_to_key(session: Session, actor: Actor, partnership_id: str) -> Partnership:
    """Return one of the own partnerships for whoever may give it a key; NotFound for every other."""
    policy.require(actor, Action.REGISTER_AUDIENCES)
    return directory.own_partnership(session, actor, partnership_id)


def key_request(session: Session, actor: Actor, partnership_id: str) -> KeyRequest:
    """Return the public keys of a partnership's sides, as far as they are published; NotFound for who is not in it."""
    policy.require(actor, Action.READ)
    partnership = directory.own_partnership(session, actor, partnership_id)
    if partnership.footing not in OPEN_FOOTINGS:
        raise PartnershipOver()
    found = brand_keys(session, directory.partner_ids_in(session, partnership_id))
    public_keys = {side: bytes.fromhex(key.public_key) for side, key in sorted(found.items())}
    return KeyRequest(partnership.id, partnership.name, public_keys)


def keys_page(session: Session, actor: Actor, now: datetime) -> KeysPage:
    """Return the actor's public key, the keys of its open partnerships, and whether the actor may make any."""
    policy.require(actor, Action.READ)
    brand = session.get_one(Partner, actor.partner_id)
    row = brand_keys(session, [brand.id]).get(brand.id)
    own = None
    if row is not None:
        made_by = names_of_users(session, [row.made_by])[row.made_by]
        own = BrandKeyCard(row.public_key, _name(row), made_by, row.made_at)
    may_make = policy.may(actor, Action.REGISTER_AUDIENCES)
    return KeysPage(brand.name, brand.code, own, tuple(keys_of_partnerships(session, actor, now)), may_make)


def keys_of_partnerships(session: Session, actor: Actor, now: datetime) -> list[PartnershipKeys]:
    """Return the keys of the actor's open partnerships, by their names."""
    policy.require(actor, Action.READ)
    found = directory.accepted_partnership_ids(session, actor.partner_id)
    partnerships = session.scalars(select(Partnership).where(Partnership.id.in_(found)).order_by(Partnership.name))
    sides = _sides(session, found)
    public = brand_keys(session, {partner.id for each in sides.values() for partner in each})
    rows = session.scalars(
        select(PartnershipKey).where(PartnershipKey.partnership_id.in_(found), PartnershipKey.ended_at.is_(None))
    )
    keys = {row.partnership_id: row for row in rows}
    copies = _sealed(session, [key.id for key in keys.values()])
    makers = names_of_users(session, [key.made_by for key in keys.values()])
    cards = []
    for row in partnerships.all():
        key, partners = keys.get(row.id), sides[row.id]
        held = {side: copy for (key_id, side), copy in copies.items() if key is not None and key_id == key.id}
        cards.append(
            PartnershipKeys(
                row.id, row.name, tuple(_side(actor, one, public, held) for one in partners),
                _card(key, partners, makers[key.made_by], now) if key else None,
                actor.partner_id in held,
            )
        )  # fmt: skip
    return cards


def keys_to_erase(session: Session) -> Sequence[PartnershipKey]:
    """Return the keys whose sealed copies nobody needs: of ended partnerships, and former ones without any list.

    Not limited to an actor: for the job that deletes.
    """
    has_copy = exists().where(SealedKey.partnership_key_id == PartnershipKey.id)
    has_list = exists().where(
        TokenFile.partnership_id == PartnershipKey.partnership_id, TokenFile.key_name == PartnershipKey.name,
        Audience.id == TokenFile.audience_id, Audience.tokens_deleted_at.is_(None),
    )  # fmt: skip
    is_over = Partnership.footing == Footing.ENDED
    is_open_still = and_(is_over, PartnershipKey.ended_at.is_(None))
    is_unused = and_(PartnershipKey.ended_at.is_not(None), ~has_list)
    return session.scalars(
        select(PartnershipKey).join(Partnership, Partnership.id == PartnershipKey.partnership_id)
        .where(or_(is_open_still, and_(has_copy, or_(is_over, is_unused)))).order_by(PartnershipKey.id)
    ).all()  # fmt: skip


def _own_open(actor: Actor) -> Select[PartnershipKey, Partnership, SealedKey]:
    """Select present keys with the actor's own copies, in partnerships that are open."""
    return _own_kept(actor).where(PartnershipKey.ended_at.is_(None))


def _own_kept(actor: Actor) -> Select[PartnershipKey, Partnership, SealedKey]:
    side = PartnershipPartner
    return (
        select(PartnershipKey, Partnership, SealedKey)
        .join(Partnership, Partnership.id == PartnershipKey.partnership_id)
        .join(SealedKey, SealedKey.partnership_key_id == PartnershipKey.id)
        .join(side, and_(side.partnership_id == Partnership.id, side.partner_id == actor.partner_id))
        .where(SealedKey.partner_id == actor.partner_id, Partnership.footing.in_(OPEN_FOOTINGS))
        .order_by(Partnership.name, PartnershipKey.made_at, PartnershipKey.id)
    )


def _copies(session: Session, chosen: Select[PartnershipKey, Partnership, SealedKey]) -> list[SealedCopy]:
    rows = session.execute(chosen)
    return [SealedCopy(row.id, row.name, key.name, copy.sealed) for key, row, copy in rows]


def _sealed(session: Session, key_ids: list[str]) -> dict[tuple[str, str], SealedKey]:
    """Return (key id, partner id) -> sealed copy. For telling who has one; only the own may be given away."""
    rows = session.scalars(select(SealedKey).where(SealedKey.partnership_key_id.in_(key_ids)))
    return {(row.partnership_key_id, row.partner_id): row for row in rows}


def _sides(session: Session, partnership_ids: list[str]) -> dict[str, list[PartnerName]]:
    """Return the partners of each partnership, by name."""
    rows = session.execute(
        select(PartnershipPartner.partnership_id, Partner)
        .join(Partner, Partner.id == PartnershipPartner.partner_id)
        .where(PartnershipPartner.partnership_id.in_(partnership_ids)).order_by(Partner.name)
    )  # fmt: skip
    sides: dict[str, list[PartnerName]] = {partnership_id: [] for partnership_id in partnership_ids}
    for partnership_id, partner in rows:
        sides[partnership_id].append(PartnerName(partner.id, partner.name, partner.name_zh))
    return sides


def _side(actor: Actor, partner: PartnerName, public: Mapping[str, BrandKey], held: Mapping[str, SealedKey]) -> KeySide:
    key, copy = public.get(partner.id), held.get(partner.id)
    has_copy = key is not None and copy is not None and copy.brand_key_id == key.id
    return KeySide(partner, partner.id == actor.partner_id, key.public_key if key else "", _name(key), has_copy)


def _name(key: BrandKey | None) -> str:
    """Return the name of a public key; None has an empty one."""
    return public_name(bytes.fromhex(key.public_key)) if key else ""


def _card(key: PartnershipKey, partners: Iterable[PartnerName], made_by: str, now: datetime) -> KeyCard:
    brand = next(partner for partner in partners if partner.id == key.partner_id)
    renew_on = key.made_at + RENEW_AFTER
    return KeyCard(key.name, brand, made_by, key.made_at, renew_on, renew_on <= now)
