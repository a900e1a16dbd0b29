"""Writing blind counts: propose and join one, take in what the brands blinded, count, stop.

The platform holds no scalar and cannot open what is sealed. It hands on once-blinded lists, compares twice-blinded ones
and forgets both. What it counts goes through the same guards and noise as every count. One guard of them cannot work
here: two lists that nearly are the same look different under fresh scalars, so only the time between two counts, the
budget and the noise stand against asking for a list with and without one person.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from partners import audit, outbox
from partners.audiences.blind.curve import POINT_BYTES, padded
from partners.audiences.blind.ending_services import close_blind_count, delete_points, folder_of, name_of
from partners.audiences.blind.queries import (
    OVER,
    answer_now,
    is_proposer,
    own_blind_count,
)
from partners.audiences.blind.sealed import sealed_size
from partners.audiences.ground import Use
from partners.audiences.keys.queries import brand_keys
from partners.audiences.models import Audience, BlindCount, BlindStep
from partners.audiences.queries import own_audience
from partners.audiences.release.evaluating import Answer
from partners.database import locked
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.policy import Action, Actor
from partners.directory.relationship import OPEN_FOOTINGS, PartnershipOver
from partners.errors import Conflict, Invalid, NotFound
from partners.store import FolderStore


class NoBrandKey(Conflict):
    """Your brand has published no key yet, and lists are sealed with it. Publish one first, then come back."""


class ListNotUsable(Conflict):
    """A list has expired, was taken back, or must not be compared. Propose a new count with another one."""


class JoinedAlready(Conflict):
    """Somebody has joined this count already."""


class OwnCount(Conflict):
    """Your brand proposed this count itself; a partner has to join it."""


class NotCountable(Conflict):
    """These two lists would not be counted now: {answer}. Nobody has to blind them."""


class NotYourTurn(Conflict):
    """This step is not open: it was taken before, the other side comes first, or the count is over."""


class WrongSize(Invalid):
    """These points have {found} bytes; {expected} were expected, for the number of members that was declared."""


def propose_blind_count(
    session: Session, actor: Actor, partnership_id: str, audience_id: str, now: datetime
) -> BlindCount:
    """Propose to count an own audience blindly with a partner's; any other side of the partnership may join.

    Raises:
        NoBrandKey, ListNotUsable, PartnershipOver.
    """
    policy.require(actor, Action.REGISTER_AUDIENCES)
    _require_open(session, actor, partnership_id)
    require_usable(own_audience(session, actor, audience_id), now.date())
    _require_key(session, actor)
    row = BlindCount(
        partnership_id=partnership_id, audience_a_id=audience_id, proposed_by=actor.user_id, proposed_at=now
    )
    session.add(row)
    after: dict[str, object] = {"name": name_of(session, row), "audience": audience_id}
    audit.record(session, actor, "propose_blind_count", row, now, after=after)
    return row


def join_blind_count(
    session: Session, actor: Actor, blind_count_id: str, audience_id: str, now: datetime
) -> BlindCount:
    """Join a blind count with an own audience. Both sides can then begin to blind.

    Raises:
        JoinedAlready, OwnCount, NoBrandKey, ListNotUsable, NotCountable, PartnershipOver.
    """
    policy.require(actor, Action.COUNT_BLIND)
    row = _locked(session, actor, blind_count_id)
    if row.audience_b_id is not None or row.step != BlindStep.OPENING:
        raise JoinedAlready()
    audience = own_audience(session, actor, audience_id)
    proposed = session.get_one(Audience, row.audience_a_id)
    if proposed.partner_id == actor.partner_id:
        raise OwnCount()
    _require_open(session, actor, row.partnership_id)
    require_usable(audience, now.date())
    require_usable(proposed, now.date())
    _require_key(session, actor)
    answer = answer_now(session, row.partnership_id, proposed, audience, now)
    if answer is not Answer.COUNTED:
        raise NotCountable(answer=answer)
    row.audience_b_id = audience.id
    after: dict[str, object] = {"name": name_of(session, row), "audience": audience_id}
    audit.record(session, actor, "join_blind_count", row, now, after=after)
    return row


def once_size(session: Session, actor: Actor, blind_count_id: str, now: datetime) -> int:
    """Return how many bytes the own sealed list must have; raises NotYourTurn where none is waited for."""
    row = _open_for_once(session, actor, blind_count_id, now)
    return sealed_size(_points_of(session, row, is_proposer(session, actor, row)))


def twice_size(session: Session, actor: Actor, blind_count_id: str, now: datetime) -> int:
    """Return how many bytes the partner's twice-blinded list must have; NotYourTurn where none is waited for."""
    row = _open_for_twice(session, actor, blind_count_id, now)
    return POINT_BYTES * _points_of(session, row, not is_proposer(session, actor, row))


def keep_points(store: FolderStore, blind_count_id: str, chunks: Iterable[bytes], expected: int) -> str:
    """Put points into the store under a new key and return it; nothing is kept unless there are as many bytes.

    Takes no session, so that nobody waits for the database while they arrive.
    """
    key = f"{folder_of(blind_count_id)}/{secrets.token_hex(8)}"
    store.put(key, _of_size(chunks, expected))
    return key


def take_once(
    session: Session, actor: Actor, store: FolderStore, blind_count_id: str, key: str, now: datetime
) -> BlindCount:
    """Take in the own list, blinded once and sealed for the partner; ``key`` is where ``keep_points`` put it.

    When both sides' lists are there, each may fetch the other's: nobody chooses a list after seeing one.
    """
    row = _open_for_once(session, actor, blind_count_id, now)
    if is_proposer(session, actor, row):
        row.once_a = key
    else:
        row.once_b = key
    if row.once_a and row.once_b:
        row.step = BlindStep.ANSWERS
    audit.record(session, actor, "blind_own_list", row, now, after={"bytes": store.path(key).stat().st_size})
    return row


def partners_points(session: Session, actor: Actor, blind_count_id: str, now: datetime) -> str:
    """Return where the partner's sealed list lies, which the actor is to blind; NotYourTurn while it is not."""
    row = _open_for_twice(session, actor, blind_count_id, now)
    return row.once_b if is_proposer(session, actor, row) else row.once_a


def take_twice(
    session: Session, actor: Actor, store: FolderStore, blind_count_id: str, key: str, now: datetime
) -> BlindCount:
    """Take in the partner's list, blinded for the second time; when both are there, they are counted."""
    row = _open_for_twice(session, actor, blind_count_id, now)
    if is_proposer(session, actor, row):
        row.twice_b = key
    else:
        row.twice_a = key
    audit.record(session, actor, "blind_other_list", row, now, after={"bytes": store.path(key).stat().st_size})
    if row.twice_a and row.twice_b:
        row.step = BlindStep.COUNTING
        outbox.emit(session, "blind_count.ready", row, actor, now)
    return row


def stop_blind_count(
    session: Session, actor: Actor, store: FolderStore, blind_count_id: str, now: datetime
) -> BlindCount:
    """Stop a blind count that is not over, at once and from either side; what was sent in is deleted.

    Whoever was only asked to join leaves it open for others, and so is refused with NotYourTurn.
    """
    policy.require(actor, Action.COUNT_BLIND)
    row = _locked(session, actor, blind_count_id)
    if row.step in OVER:
        raise NotYourTurn()
    try:
        is_proposer(session, actor, row)
    except NotFound:
        raise NotYourTurn() from None
    delete_points(store, row.id)
    close_blind_count(row, BlindStep.STOPPED, now)
    audit.record(session, actor, "stop_blind_count", row, now, after={"name": name_of(session, row)})
    return row


def require_usable(audience: Audience, today: date) -> None:
    """Raise ListNotUsable where a list has expired, was taken back, is a preview, or must not be compared."""
    is_gone = audience.tokens_deleted_at is not None or audience.confirmed_at is None
    if is_gone or Use.OVERLAP not in audience.uses or audience.expires_on < today:
        raise ListNotUsable()


def _open_for_once(session: Session, actor: Actor, blind_count_id: str, now: datetime) -> BlindCount:
    """Return a count that waits for the actor's own list, its row locked."""
    row = _running(session, actor, blind_count_id, BlindStep.OPENING, now)
    if row.once_a if is_proposer(session, actor, row) else row.once_b:
        raise NotYourTurn()
    return row


def _open_for_twice(session: Session, actor: Actor, blind_count_id: str, now: datetime) -> BlindCount:
    """Return a count that waits for the partner's list blinded by the actor, its row locked."""
    row = _running(session, actor, blind_count_id, BlindStep.ANSWERS, now)
    if row.twice_b if is_proposer(session, actor, row) else row.twice_a:
        raise NotYourTurn()
    return row


def _running(session: Session, actor: Actor, blind_count_id: str, step: BlindStep, now: datetime) -> BlindCount:
    policy.require(actor, Action.COUNT_BLIND)
    row = _locked(session, actor, blind_count_id)
    if row.step != step or row.audience_b_id is None:
        raise NotYourTurn()
    is_proposer(session, actor, row)
    _require_open(session, actor, row.partnership_id)
    for audience_id in (row.audience_a_id, row.audience_b_id):
        require_usable(session.get_one(Audience, audience_id), now.date())
    return row


def _points_of(session: Session, row: BlindCount, of_proposer: bool) -> int:
    audience_id = row.audience_a_id if of_proposer else row.audience_b_id
    return padded(session.get_one(Audience, audience_id).accepted)


def _locked(session: Session, actor: Actor, blind_count_id: str) -> BlindCount:
    own_blind_count(session, actor, blind_count_id)
    row: BlindCount = locked(session)(BlindCount, blind_count_id)
    return row


def _require_open(session: Session, actor: Actor, partnership_id: str) -> None:
    if directory.own_partnership(session, actor, partnership_id).footing not in OPEN_FOOTINGS:
        raise PartnershipOver()


def _require_key(session: Session, actor: Actor) -> None:
    if actor.partner_id not in brand_keys(session, [actor.partner_id]):
        raise NoBrandKey()


def _of_size(chunks: Iterable[bytes], expected: int) -> Iterator[bytes]:
    found = 0
    for chunk in chunks:
        found += len(chunk)
        if found > expected:
            break
        yield chunk
    if found != expected:
        raise WrongSize(found=found, expected=expected)
