"""API tokens: made once, kept as a digest, worth nothing once expired, revoked, or when their maker is gone."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory import policy
from partners.directory.accounts import token_queries, token_services
from partners.directory.accounts.models import ApiToken, Seat, User
from partners.directory.accounts.token_queries import TokenRefused
from partners.directory.accounts.token_services import DaysOutOfRange, MadeToken, ScopesMissing, TokenNameMissing
from partners.directory.models import Standing
from partners.directory.policy import Action
from partners.errors import NotAllowed, NotFound
from tests.cast import Cast, build_cast
from tests.conftest import NOW


@pytest.fixture
def made(session: Session, cast: Cast) -> MadeToken:
    return token_services.make_token(session, cast.alder.admin, "Shop export", ["read"], 90, NOW)


def test_a_token_is_random_and_only_its_digest_is_kept(session: Session, cast: Cast, made: MadeToken) -> None:
    row = session.get_one(ApiToken, made.id)

    assert re.fullmatch(r"tandem_[A-Za-z0-9_-]{43}", made.secret)
    assert row.digest == token_services.digest_of(made.secret)
    assert row.start == made.secret[:12]
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "make_token")).one()
    assert made.secret[8:] not in repr(told.after)
    assert row.digest not in repr(told.after)


def test_a_token_acts_for_its_brand_within_its_scopes(session: Session, cast: Cast, made: MadeToken) -> None:
    actor = token_queries.program_of(session, made.secret, NOW).actor

    assert (actor.partner_id, actor.user_id, actor.seat_id, actor.role) == (
        cast.alder.partner.id, cast.alder.admin.user_id, made.id, "program",
    )  # fmt: skip
    assert policy.may(actor, Action.READ)
    assert not policy.may(actor, Action.REPORT_EVIDENCE)
    assert not policy.may(actor, Action.ADMINISTER)


@pytest.mark.parametrize("secret", ["", "tandem_", "tandem_" + "a" * 43])
def test_what_was_never_made_is_refused(session: Session, made: MadeToken, secret: str) -> None:
    with pytest.raises(TokenRefused):
        token_queries.program_of(session, secret, NOW)


def test_a_token_ends_on_its_day(session: Session, made: MadeToken) -> None:
    token_queries.program_of(session, made.secret, NOW + timedelta(days=90, seconds=-1))

    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW + timedelta(days=90))


def test_a_revoked_token_ends_at_once(session: Session, cast: Cast, made: MadeToken) -> None:
    token_services.revoke_token(session, cast.alder.admin, made.id, NOW)
    token_services.revoke_token(session, cast.alder.admin, made.id, NOW + timedelta(days=1))

    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW)
    assert session.get_one(ApiToken, made.id).revoked_at == NOW


def test_a_token_ends_with_its_makers_seat(session: Session, cast: Cast, made: MadeToken) -> None:
    seat = session.get_one(Seat, cast.alder.admin.seat_id)
    seat.suspended_at = NOW
    session.flush()
    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW)
    seat.suspended_at = None
    session.flush()
    token_queries.program_of(session, made.secret, NOW)
    session.execute(delete(Seat).where(Seat.id == seat.id))

    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW)


def test_a_token_ends_with_its_maker(session: Session, cast: Cast, made: MadeToken) -> None:
    session.get_one(User, cast.alder.admin.user_id).is_active = False
    session.flush()

    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW)


def test_standing_holds_tokens_too(session: Session, cast: Cast) -> None:
    scopes = ["read", "report_evidence"]
    made = token_services.make_token(session, cast.alder.admin, "Shop", scopes, 90, NOW)

    cast.alder.partner.standing = Standing.SUSPENDED
    session.flush()
    actor = token_queries.program_of(session, made.secret, NOW).actor
    assert policy.may(actor, Action.READ)
    assert not policy.may(actor, Action.REPORT_EVIDENCE)

    cast.alder.partner.standing = Standing.LEFT
    session.flush()
    with pytest.raises(TokenRefused):
        token_queries.program_of(session, made.secret, NOW)


def test_the_last_use_is_kept_to_five_minutes(session: Session, made: MadeToken) -> None:
    program = token_queries.program_of(session, made.secret, NOW)
    assert program.use_is_due
    token_services.note_use(session, program.actor, NOW)
    session.flush()

    assert not token_queries.program_of(session, made.secret, NOW + timedelta(minutes=4)).use_is_due
    assert token_queries.program_of(session, made.secret, NOW + timedelta(minutes=5)).use_is_due


def test_what_cannot_be_a_token_is_refused(session: Session, cast: Cast) -> None:
    admin = cast.alder.admin
    with pytest.raises(TokenNameMissing):
        token_services.make_token(session, admin, " ", ["read"], 90, NOW)
    for scopes in ([], ["administer"], ["read", "sign_terms"]):
        with pytest.raises(ScopesMissing):
            token_services.make_token(session, admin, "Shop", scopes, 90, NOW)
    for days in (0, 366):
        with pytest.raises(DaysOutOfRange):
            token_services.make_token(session, admin, "Shop", ["read"], days, NOW)


@pytest.mark.parametrize("role", ["manager", "viewer", "finance"])
def test_only_admins_keep_tokens(session: Session, cast: Cast, made: MadeToken, role: str) -> None:
    actor = getattr(cast.alder, role)

    for refused in (
        lambda: token_services.make_token(session, actor, "Shop", ["read"], 90, NOW),
        lambda: token_services.revoke_token(session, actor, made.id, NOW),
        lambda: token_queries.tokens(session, actor, NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_a_stranger_finds_no_token(session: Session, cast: Cast, made: MadeToken) -> None:
    assert token_queries.tokens(session, cast.cedar.admin, NOW) == []
    with pytest.raises(NotFound):
        token_queries.token_page(session, cast.cedar.admin, made.id, NOW)
    with pytest.raises(NotFound):
        token_services.revoke_token(session, cast.cedar.admin, made.id, NOW)


def test_a_token_is_looked_up_before_its_tenant_is_known(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        made = token_services.make_token(session, cast.alder.admin, "Shop", ["read"], 90, NOW)
        session.commit()

    with reading(engine, EVERY_TENANT) as session:
        actor = token_queries.program_of(session, made.secret, NOW).actor
    with writing(engine, actor.partner_id) as session:
        token_services.note_use(session, actor, NOW)
        assert token_queries.tokens(session, cast.alder.admin, NOW)[0].used_at == NOW
