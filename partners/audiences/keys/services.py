"""Verbs of keys: publish the public half of a brand's key pair, relay sealed copies of a partnership's key, erase them.

The platform never sees a key that opens anything, and cannot look into a sealed copy: it checks shapes, and that no
side is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from partners import audit
from partners.audiences.keys import queries
from partners.audiences.keys.models import BrandKey, PartnershipKey, SealedKey
from partners.audiences.keys.sealed import KEY_BYTES, is_key_name, seal_key
from partners.database import locked
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.models import Footing, Partner, Partnership
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS, PartnershipOver
from partners.errors import Conflict, Invalid

COPY_BYTES = 96
"""A sealed box around a key of 32 bytes and an id of 16: 48 bytes more (libsodium, crypto_box_SEALBYTES)."""

_ANY_ID = "-" * 16


class KeyPublishedBefore(Conflict):
    """Your brand published this public key before. Make a new key pair."""


class NotAccepted(Conflict):
    """Not every side has accepted this partnership yet, so it has no key."""


class PublicKeyMissing(Conflict):
    """This partnership waits for {brands} to publish a public key."""


class NotAKeyName(Invalid):
    """“{name}” is not the name of a key: it has 12 digits or letters from a to f."""


class NotOneCopyEach(Invalid):
    """Every side needs its own copy of the key: {expected} of them, and {found} were sent. Make them anew."""


class NotASealedCopy(Invalid):
    """A copy of a sealed key has 96 bytes; one of these has {found}. Make them anew."""


class KeyUsedBefore(Conflict):
    """The key {name} has been used before. Every partnership needs a new one of its own."""


class KeyReplaced(Conflict):
    """{name} is not the key of this partnership now. Load the page again and look."""


def publish_brand_key(session: Session, actor: Actor, public_key: bytes, now: datetime) -> BrandKey:
    """Publish a public key of the actor's brand; it takes the place of the one before.

    Copies that were sealed to the one before stay, and open with the private half of that one only.

    Raises:
        NotAPublicKey, KeyPublishedBefore.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    seal_key(bytes(KEY_BYTES), _ANY_ID, public_key)  # refuses what nothing can be sealed to
    locked(session)(Partner, actor.partner_id)
    published = session.scalars(select(BrandKey).where(BrandKey.partner_id == actor.partner_id)).all()
    if public_key.hex() in {each.public_key for each in published}:
        raise KeyPublishedBefore()
    for each in published:
        each.retired_at = each.retired_at or now
    made = BrandKey(partner_id=actor.partner_id, public_key=public_key.hex(), made_by=actor.user_id, made_at=now)
    session.add(made)
    audit.record(session, actor, "publish_brand_key", made, now, after={"public_key": made.public_key})
    return made


def share_key(
    session: Session, actor: Actor, partnership_id: str, name: str, sealed: Mapping[str, bytes], now: datetime
) -> PartnershipKey:
    """Give a partnership a new key by a sealed copy for each side; the key before it ends.

    Copies of the key before stay until no list is kept that was keyed with it: withdrawals need it.

    Args:
        name: of the key, see ``sealed.key_name``.
        sealed: partner id -> the key sealed to the public key of that side.
    """
    partnership = _held_open(session, actor, partnership_id)
    brand_keys = _brand_keys_of_all(session, partnership.id)
    _require_copies(name, sealed)
    if set(sealed) != set(brand_keys):
        raise NotOneCopyEach(expected=len(brand_keys), found=len(sealed))
    if session.scalar(select(PartnershipKey.id).where(PartnershipKey.name == name).limit(1)):
        raise KeyUsedBefore(name=name)
    former = queries.current_key(session, partnership.id)
    if former is not None:
        former.ended_at = now
    made = PartnershipKey(
        partnership_id=partnership.id, name=name, partner_id=actor.partner_id, made_by=actor.user_id, made_at=now
    )
    session.add(made)
    session.flush()  # for its id
    _keep_copies(session, made, brand_keys, sealed)
    audit.record(session, actor, "share_key", made, now, after={"name": partnership.name, "key": name})
    return made


def add_copies(
    session: Session, actor: Actor, partnership_id: str, name: str, sealed: Mapping[str, bytes], now: datetime
) -> PartnershipKey:
    """Replace the sealed copies of some sides of the present key, such as of one that published another public key."""
    partnership = _held_open(session, actor, partnership_id)
    brand_keys = _brand_keys_of_all(session, partnership.id)
    _require_copies(name, sealed)
    present = queries.current_key(session, partnership.id)
    if present is None or present.name != name:
        raise KeyReplaced(name=name)
    if not sealed or not set(sealed) <= set(brand_keys):
        raise NotOneCopyEach(expected=len(brand_keys), found=len(sealed))
    _delete_copies(session, [present.id], sealed)
    _keep_copies(session, present, brand_keys, sealed)
    after = {"name": partnership.name, "key": name, "copies": len(sealed)}
    audit.record(session, actor, "add_copies", present, now, after=after)
    return present


def erase_keys(session: Session, now: datetime) -> int:
    """Delete the sealed copies that nobody needs any more, so that nobody can make those tokens again; return how many.

    A partnership that ended has no key, and a former key goes with the last list that was keyed with it. For the job
    that deletes.
    """
    erased = 0
    for key in queries.keys_to_erase(session):
        partnership = session.get_one(Partnership, key.partnership_id)
        if partnership.footing == Footing.ENDED:
            key.ended_at = key.ended_at or now
        copies = _delete_copies(session, [key.id])
        erased += copies
        after = {"name": partnership.name, "key": key.name, "copies": copies}
        audit.record(session, audit.Platform(key.partner_id), "erase_keys", key, now, after=after)
    return erased


def _held_open(session: Session, actor: Actor, partnership_id: str) -> Partnership:
    """Return one of the actor's partnerships that every side has accepted, locked."""
    queries.partnership_to_key(session, actor, partnership_id)
    partnership: Partnership = locked(session)(Partnership, partnership_id)
    if partnership.footing == Footing.ENDED:
        raise PartnershipOver()
    if partnership.footing not in OPEN_FOOTINGS:
        raise NotAccepted()
    return partnership


def _brand_keys_of_all(session: Session, partnership_id: str) -> dict[str, BrandKey]:
    """Return partner id -> its present public key, for every side; raises PublicKeyMissing."""
    sides = directory.partner_ids_in(session, partnership_id)
    found = queries.brand_keys(session, sides)
    if missing := [partner_id for partner_id in sides if partner_id not in found]:
        names = directory.names_of(session, missing)
        raise PublicKeyMissing(brands=", ".join(sorted(names[partner_id][0] for partner_id in missing)))
    return found


def _keep_copies(
    session: Session, key: PartnershipKey, brand_keys: Mapping[str, BrandKey], sealed: Mapping[str, bytes]
) -> None:
    session.add_all(
        SealedKey(partnership_key_id=key.id, partner_id=side, brand_key_id=brand_keys[side].id, sealed=copy)
        for side, copy in sorted(sealed.items())
    )


def _delete_copies(session: Session, key_ids: Iterable[str], partner_ids: Iterable[str] | None = None) -> int:
    """Delete sealed copies of keys and return how many; ``partner_ids`` None means of every side."""
    chosen = delete(SealedKey).where(SealedKey.partnership_key_id.in_(list(key_ids)))
    if partner_ids is not None:
        chosen = chosen.where(SealedKey.partner_id.in_(list(partner_ids)))
    return len(session.scalars(chosen.returning(SealedKey.partner_id)).all())


def _require_copies(name: str, sealed: Mapping[str, bytes]) -> None:
    if not is_key_name(name):
        raise NotAKeyName(name=name[:40])
    for copy in sealed.values():
        if len(copy) != COPY_BYTES:
            raise NotASealedCopy(found=len(copy))
