"""Whether a password or a code is right: every try is claimed and committed first, then compared, then forgotten.

Opens short sessions of its own and holds none while it computes, so that no try keeps writers waiting. A view that asks
here must not have used its own session before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import context
from app.passwords import digest_password, is_outdated, is_password
from partners.database import reading, writing
from partners.directory.accounts import attempt_services, factor_services
from partners.directory.accounts import queries as account_queries
from partners.directory.accounts import services as account_services
from partners.directory.accounts.attempt_services import Held, Source
from partners.directory.accounts.credentials import Account
from partners.directory.accounts.models import Factor


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one try: who it is and by which factor, or when to try again, or neither where it was wrong."""

    account: Account | None = None
    factor: Factor | None = None
    held: Held | None = None


def check_password(email: str, password: str, code: str, source_of: Callable[[str | None], Source]) -> Checked:
    """Try an e-mail address with its password, and where a code is given with that, which is checked first."""
    with reading(context.engine()) as rows:
        account = account_queries.user_by_email(rows, email)
    source = source_of(account.user_id if account else None)
    held = _claimed(lambda rows: attempt_services.claim_password(rows, email, source, bool(code), context.now()))
    if held:
        return Checked(held=held)
    factor = Factor.PASSWORD
    if code:
        by_code = check_code(account, email, code, source, is_alone=False)
        if by_code.factor is None:
            return by_code
        factor = by_code.factor
    if not is_password(account.password_digest if account else None, password) or account is None:
        return Checked()
    _was_right(account, email, password, source, bool(code))
    return Checked(account, factor)


def check_own_password(account: Account, password: str, source: Source) -> Checked:
    """Try the password of somebody who is signed in already."""
    name = account.user_id
    held = _claimed(lambda rows: attempt_services.claim_password(rows, name, source, False, context.now()))
    if held:
        return Checked(held=held)
    if not is_password(account.password_digest, password):
        return Checked()
    _was_right(account, name, password, source, False)
    return Checked(account, Factor.PASSWORD)


def check_code(account: Account | None, name: str, code: str, source: Source, is_alone: bool = True) -> Checked:
    """Try a code of an app or a recovery code, and use it up.

    Args:
        name: what tries are counted by: the e-mail address that was given, or the user's id.
        is_alone: whether the password was right already.
    """
    held = _claimed(lambda rows: attempt_services.claim_code(rows, name, source, context.now(), is_alone))
    if held:
        return Checked(held=held)
    if account is None:
        return Checked()
    with writing(context.engine()) as rows:
        factor = factor_services.use_code(rows, account.user_id, code, context.settings().seal_key, context.now())
        rows.commit()
    if factor is None:
        return Checked()
    with writing(context.engine()) as rows:
        attempt_services.forget_codes(rows, name, source, is_alone)
        rows.commit()
    return Checked(account, factor)


def _claimed(claim: Callable[[Session], Held | None]) -> Held | None:
    """Commit a claim that was granted; one that was refused leaves nothing behind."""
    with writing(context.engine()) as rows:
        held = claim(rows)
        if held is None:
            rows.commit()
        return held


def _was_right(account: Account, name: str, password: str, source: Source, has_code: bool) -> None:
    fresh = digest_password(password) if is_outdated(account.password_digest) else ""
    with writing(context.engine()) as rows:
        attempt_services.forget_tries(rows, name, source, has_code, context.now())
        rows.commit()
    if fresh:
        with writing(context.engine()) as rows:
            account_services.renew_digest(rows, account.user_id, fresh)
            rows.commit()
