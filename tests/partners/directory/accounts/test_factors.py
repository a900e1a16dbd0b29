"""Second factors: codes of an app, recovery codes, passkeys; whose they are, and that each works once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, writing
from partners.directory.accounts import factor_queries, factor_services, one_time
from partners.directory.accounts.factor_services import NewPasskey
from partners.directory.accounts.models import Factor, RecoveryCode, User
from partners.directory.policy import Actor
from partners.errors import NotFound
from tests.cast import Cast, build_cast
from tests.conftest import NOW

SEAL_KEY = b"s" * 32
KEY, OTHER_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Fixed, because random keys have equal codes once in a million times."""
LATER = NOW + timedelta(minutes=5)


def test_the_first_right_code_switches_codes_on_and_gives_recovery_codes(session: Session, cast: Cast) -> None:
    codes = _switch_on(session, cast.alder.manager)

    page = factor_queries.own_factors(session, cast.alder.manager)
    assert (page.has_codes, page.recovery_codes, len(set(codes))) == (True, 10, 10)
    assert {len(one_time.plain(code)) for code in codes} == {16}


def test_a_wrong_code_switches_nothing_on(session: Session, cast: Cast) -> None:
    wrong = pyotp.TOTP(OTHER_KEY).at(NOW)

    with pytest.raises(factor_services.CodeWrong):
        factor_services.switch_codes_on(session, cast.alder.manager, KEY, wrong, SEAL_KEY, NOW)

    assert not factor_queries.own_factors(session, cast.alder.manager).has_codes


def test_codes_are_not_switched_on_twice(session: Session, cast: Cast) -> None:
    _switch_on(session, cast.alder.manager)

    with pytest.raises(factor_services.CodesOnAlready):
        _switch_on(session, cast.alder.manager)


@pytest.mark.parametrize(("seconds", "factor"), [(-30, Factor.CODE), (0, Factor.CODE), (30, Factor.CODE), (60, None),
                                                (-60, None)])  # fmt: skip
def test_a_code_may_be_one_step_early_or_late(session: Session, cast: Cast, seconds: int, factor: Factor) -> None:
    _switch_on(session, cast.alder.manager)
    code = pyotp.TOTP(KEY).at(LATER + timedelta(seconds=seconds))

    assert factor_services.use_code(session, cast.alder.manager.user_id, code, SEAL_KEY, LATER) == factor


def test_a_code_works_once_and_older_ones_not_after_it(session: Session, cast: Cast) -> None:
    _switch_on(session, cast.alder.manager)
    user_id, codes = cast.alder.manager.user_id, pyotp.TOTP(KEY)

    def use(code: str) -> Factor | None:
        return factor_services.use_code(session, user_id, code, SEAL_KEY, LATER)

    assert use(codes.at(LATER)) == Factor.CODE
    assert use(codes.at(LATER)) is None
    assert use(codes.at(LATER - timedelta(seconds=30))) is None


def test_the_code_that_switched_codes_on_signs_in_nobody(session: Session, cast: Cast) -> None:
    _switch_on(session, cast.alder.manager)

    code = pyotp.TOTP(KEY).at(NOW)

    assert factor_services.use_code(session, cast.alder.manager.user_id, code, SEAL_KEY, NOW) is None


def test_a_recovery_code_works_once_however_it_is_typed(session: Session, cast: Cast) -> None:
    code = _switch_on(session, cast.alder.manager)[3].upper().replace("-", " ")
    user_id = cast.alder.manager.user_id

    first = factor_services.use_code(session, user_id, code, SEAL_KEY, NOW)
    again = factor_services.use_code(session, user_id, code, SEAL_KEY, NOW)

    assert (first, again) == (Factor.RECOVERY, None)
    assert factor_queries.own_factors(session, cast.alder.manager).recovery_codes == 9


def test_two_workers_take_one_code_once(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        actor = build_cast(session, NOW).alder.manager
        recovery = _switch_on(session, actor)[0]
        session.commit()

    def use(code: str) -> bool:
        with writing(engine, EVERY_TENANT) as session:
            is_right = factor_services.use_code(session, actor.user_id, code, SEAL_KEY, LATER) is not None
            session.commit()
            return is_right

    with ThreadPoolExecutor(6) as workers:
        by_app = sum(workers.map(use, [pyotp.TOTP(KEY).at(LATER)] * 6))
        by_recovery = sum(workers.map(use, [recovery] * 6))

    assert (by_app, by_recovery) == (1, 1)


def test_codes_of_others_are_worth_nothing(session: Session, cast: Cast) -> None:
    codes = _switch_on(session, cast.alder.manager)

    for code in (codes[0], pyotp.TOTP(KEY).at(LATER)):
        assert factor_services.use_code(session, cast.cedar.manager.user_id, code, SEAL_KEY, LATER) is None


def test_new_recovery_codes_replace_the_old_ones(session: Session, cast: Cast) -> None:
    old = _switch_on(session, cast.alder.manager)[0]

    new = factor_services.renew_recovery_codes(session, cast.alder.manager, NOW)[0]

    user_id = cast.alder.manager.user_id
    assert factor_services.use_code(session, user_id, old, SEAL_KEY, NOW) is None
    assert factor_services.use_code(session, user_id, new, SEAL_KEY, NOW) == Factor.RECOVERY


def test_recovery_codes_are_for_those_who_have_a_factor(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        factor_services.renew_recovery_codes(session, cast.alder.manager, NOW)


def test_recovery_codes_go_with_the_last_factor(session: Session, cast: Cast) -> None:
    manager = cast.alder.manager
    _switch_on(session, manager)
    assert factor_services.add_passkey(session, manager, _passkey("phone"), NOW) == []

    factor_services.switch_codes_off(session, manager, NOW)
    left = factor_queries.own_factors(session, manager)
    factor_services.remove_passkey(session, manager, left.passkeys[0].id, NOW)

    assert left.recovery_codes == 10
    assert session.scalars(select(RecoveryCode)).all() == []


def test_a_passkey_is_kept_once_and_given_recovery_codes(session: Session, cast: Cast) -> None:
    codes = factor_services.add_passkey(session, cast.alder.manager, _passkey("phone"), NOW)

    assert len(codes) == 10
    with pytest.raises(factor_services.PasskeyTaken):
        factor_services.add_passkey(session, cast.cedar.manager, _passkey("phone"), NOW)


def test_a_passkey_of_somebody_else_is_not_there(session: Session, cast: Cast) -> None:
    factor_services.add_passkey(session, cast.alder.manager, _passkey("phone"), NOW)
    passkey = factor_queries.own_factors(session, cast.alder.manager).passkeys[0]

    with pytest.raises(NotFound):
        factor_services.remove_passkey(session, cast.cedar.manager, passkey.id, NOW)
    assert factor_queries.own_factors(session, cast.cedar.manager).passkeys == ()


def test_a_passkey_of_who_may_not_sign_in_leads_nowhere(session: Session, cast: Cast) -> None:
    factor_services.add_passkey(session, cast.alder.manager, _passkey("phone"), NOW)
    assert factor_queries.passkey_by_credential(session, "phone") is not None

    session.get_one(User, cast.alder.manager.user_id).is_active = False

    assert factor_queries.passkey_by_credential(session, "phone") is None


def test_secrets_are_kept_sealed_and_out_of_the_log(session: Session, cast: Cast) -> None:
    codes = _switch_on(session, cast.alder.manager)

    sealed = session.get_one(User, cast.alder.manager.user_id).code_key_sealed
    assert sealed is not None
    assert KEY.encode() not in sealed
    events = session.scalars(select(AuditEvent)).all()
    assert [event.action for event in events] == ["switch_codes_on", "renew_recovery_codes"]
    assert not any(secret in str(event.after) for event in events for secret in (KEY, *codes))


def _switch_on(session: Session, actor: Actor) -> list[str]:
    return factor_services.switch_codes_on(session, actor, KEY, pyotp.TOTP(KEY).at(NOW), SEAL_KEY, NOW)


def _passkey(name: str) -> NewPasskey:
    return NewPasskey(name, b"key", 0, name)
