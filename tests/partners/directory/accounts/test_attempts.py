"""Counting of tries: exact under many workers, apart for each source, given back to whoever was right."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners.database import EVERY_TENANT, reading, writing
from partners.directory.accounts import attempt_services
from partners.directory.accounts.attempt_services import Limit, Source
from partners.directory.accounts.models import SignInGuard
from tests.conftest import NOW

EMAIL = "manager@alder.example"
HERE, THERE = Source("203.0.113.1"), Source("203.0.113.2")
DEVICE = Source("203.0.113.1", "d1")


def test_workers_at_once_are_granted_no_more_than_the_limit(engine: Engine) -> None:
    def claim(_: int) -> bool:
        with writing(engine, EVERY_TENANT) as session:
            is_granted = attempt_services.claim_password(session, EMAIL, HERE, False, NOW) is None
            if is_granted:
                session.commit()
            return is_granted

    with ThreadPoolExecutor(8) as workers:
        granted = list(workers.map(claim, range(60)))

    assert sum(granted) == 10


def test_workers_that_are_right_and_wrong_at_once_never_wait_for_each_other(engine: Engine) -> None:
    def attempt(n: int) -> None:
        source = Source(f"203.0.113.{n % 3}")
        with writing(engine, EVERY_TENANT) as session:
            if attempt_services.claim_password(session, EMAIL, source, False, NOW) is None:
                session.commit()
        with writing(engine, EVERY_TENANT) as session:
            attempt_services.forget_tries(session, EMAIL, source, False, NOW)
            session.commit()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(attempt, range(48)))

    with reading(engine, EVERY_TENANT) as session:
        assert session.scalar(select(func.max(SignInGuard.failures))) == 0


def test_a_refused_try_takes_nothing_of_wider_limits(session: Session) -> None:
    for _ in range(10):
        assert attempt_services.claim_password(session, EMAIL, HERE, False, NOW) is None
    session.commit()

    held = attempt_services.claim_password(session, EMAIL, HERE, False, NOW)
    session.rollback()

    assert held is not None
    assert (held.limit, held.until) == (Limit.PAIR, NOW + timedelta(minutes=15))
    assert {row.failures for row in session.scalars(select(SignInGuard))} == {10}


def test_sources_are_counted_apart_and_case_and_spaces_are_not(session: Session) -> None:
    for _ in range(10):
        attempt_services.claim_password(session, f" {EMAIL.upper()} ", HERE, False, NOW)

    assert attempt_services.claim_password(session, EMAIL, HERE, False, NOW) is not None
    assert attempt_services.claim_password(session, EMAIL, THERE, False, NOW) is None
    assert attempt_services.claim_password(session, EMAIL, DEVICE, False, NOW) is None


def test_a_known_device_takes_nothing_of_wider_limits(session: Session) -> None:
    for n in range(50):
        attempt_services.claim_password(session, EMAIL, Source(f"198.51.100.{n}"), False, NOW)

    assert attempt_services.claim_password(session, EMAIL, HERE, False, NOW) is not None
    assert attempt_services.claim_password(session, EMAIL, DEVICE, False, NOW) is None
    assert attempt_services.claim_password(session, EMAIL, HERE, True, NOW) is None


def test_a_challenge_is_taken_once(session: Session) -> None:
    assert attempt_services.claim_once(session, "challenge", NOW)
    assert not attempt_services.claim_once(session, "challenge", NOW)
    assert attempt_services.claim_once(session, "another", NOW)


@pytest.mark.parametrize(("address", "counted"), [("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::5", "2001:db8::/64"),
                                                 ("192.0.2.1", "192.0.2.1"), ("", "")])  # fmt: skip
def test_addresses_count_by_who_can_have_them(address: str, counted: str) -> None:
    assert attempt_services.network_of(address) == counted


def test_no_address_is_kept_and_old_counts_are_swept(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        attempt_services.claim_password(session, EMAIL, HERE, False, NOW - timedelta(days=2))
        session.commit()
        assert all(len(row.key) == 64 for row in session.scalars(select(SignInGuard)))

        attempt_services.claim_password(session, "other@alder.example", THERE, False, NOW)
        attempt_services.forget_tries(session, "other@alder.example", THERE, False, NOW)
        session.commit()

        assert {row.since for row in session.scalars(select(SignInGuard))} == {NOW}
