"""How often somebody may try to sign in. A try is claimed, and the claim committed, before anything is compared.

One statement counts and refuses, so no number of workers evaluates more than the limit. What is counted is an account
as seen from one source, never the account alone: whoever tries somebody else's account locks out only themselves. A
source is a device that signed in to this account before (OWASP device cookies), else the network address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from partners.directory.accounts.models import SignInGuard
from partners.directory.accounts.throttle_services import count_one, key_of

WINDOW = timedelta(minutes=15)
"""Tries are counted for so long; then the count begins anew."""

SWEPT_AFTER = timedelta(days=1)
"""Counts that old are deleted; well above every window in use."""


class Limit(StrEnum):
    """What is counted, within a window. The names are part of the stored keys."""

    PAIR = "pair"
    NETWORK = "network-of-tries"
    ACCOUNT = "account"
    CODE = "code"
    CODE_ACCOUNT = "code-account"
    ONCE = "once"


MOST = {
    Limit.PAIR: 10, Limit.NETWORK: 100, Limit.ACCOUNT: 50, Limit.CODE: 10, Limit.CODE_ACCOUNT: 50, Limit.ONCE: 1,
}  # fmt: skip
"""Passwords for one account from one source; passwords from one network address; passwords for one account from all
unknown sources; codes for one account from one source; codes from all unknown sources; things that work once."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a try comes from."""

    network: str
    """Network address."""
    device: str = ""
    """Name of a device that signed in to this account before; empty for one that did not."""

    @property
    def key(self) -> str:
        """What tries are counted by."""
        return f"device:{self.device}" if self.device else f"network:{network_of(self.network)}"


@dataclass(frozen=True, slots=True)
class Held:
    """A try that may not be made now."""

    limit: Limit
    until: datetime


def claim_password(session: Session, email: str, source: Source, has_code: bool, now: datetime) -> Held | None:
    """Claim one try of a password; None where it may be made. Commit if so, else roll back.

    Args:
        has_code: whether a code of the second factor comes with the password and is checked before it; such tries do
            not count for the account, so that its owner gets in whoever else tries.
    """
    wanted = [(Limit.PAIR, _pair(email, source))]
    if not source.device:
        wanted.append((Limit.NETWORK, network_of(source.network)))
        if not has_code:
            wanted.append((Limit.ACCOUNT, _named(email)))
    return _claim(session, wanted, now)


def claim_code(session: Session, account: str, source: Source, now: datetime, is_alone: bool = True) -> Held | None:
    """Claim one try of a code; None where it may be made. Commit if so, else roll back.

    Args:
        account: id or e-mail address.
        is_alone: whether the password was right already; then codes of all unknown sources count together too.
    """
    wanted = [(Limit.CODE, _pair(account, source))]
    if is_alone and not source.device:
        wanted.append((Limit.CODE_ACCOUNT, account))
    return _claim(session, wanted, now)


def claim_once(session: Session, what: str, now: datetime) -> bool:
    """Say whether this is used for the first time, such as the challenge of a passkey."""
    return _claim(session, [(Limit.ONCE, what)], now) is None


def forget_tries(session: Session, email: str, source: Source, has_code: bool, now: datetime) -> None:
    """Begin the count of a source anew because it was right, and give back what this try took of wider counts."""
    session.execute(delete(SignInGuard).where(SignInGuard.key == _key(Limit.PAIR, _pair(email, source))))
    if not source.device:
        _give_back(session, Limit.NETWORK, network_of(source.network))
        if not has_code:
            _give_back(session, Limit.ACCOUNT, _named(email))
    _sweep(session, now)


def forget_codes(session: Session, account: str, source: Source, is_alone: bool = True) -> None:
    """Begin the count of codes from a source anew because one was right."""
    session.execute(delete(SignInGuard).where(SignInGuard.key == _key(Limit.CODE, _pair(account, source))))
    if is_alone and not source.device:
        _give_back(session, Limit.CODE_ACCOUNT, account)


def network_of(address: str) -> str:
    """Return what a network address counts as: an IPv6 customer has at least a /64 of them.

    >>> network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2")
    True
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or f"{IPv6Address(int(found) >> 64 << 64)}/64")
    return str(found)


def _claim(session: Session, wanted: list[tuple[Limit, str]], now: datetime) -> Held | None:
    """Count one more under every limit, always in this order, so that two workers never wait for each other."""
    for limit, value in wanted:
        if not count_one(session, _key(limit, value), MOST[limit], WINDOW, now):
            since = session.scalar(select(SignInGuard.since).where(SignInGuard.key == _key(limit, value)))
            return Held(limit, (since or now) + WINDOW)
    return None


def _give_back(session: Session, limit: Limit, value: str) -> None:
    mine = and_(SignInGuard.key == _key(limit, value), SignInGuard.failures > 0)
    session.execute(update(SignInGuard).where(mine).values(failures=SignInGuard.failures - 1))


def _sweep(session: Session, now: datetime) -> None:
    """Delete old counts that nobody is counting in just now; never waits for another worker."""
    old = select(SignInGuard.key).where(SignInGuard.since <= now - SWEPT_AFTER).limit(500)
    found = list(session.scalars(old.with_for_update(skip_locked=True)))
    if found:
        session.execute(delete(SignInGuard).where(SignInGuard.key.in_(found)))


def _pair(account: str, source: Source) -> str:
    return f"{_named(account)} {source.key}"


def _named(account: str) -> str:
    return account.strip().lower()


def _key(limit: Limit, value: str) -> str:
    return key_of(limit.value, value)
