"""The second wall, on PostgreSQL: what a query forgot to ask, the database refuses."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from migrations.tenant_wall import OWNED
from partners.audiences.ground import LawfulBasis
from partners.audiences.models import Audience, TokenFile, Withdrawal
from partners.database import APPEND_ONLY, EVERY_TENANT, beyond_tenant, reading, work_for, writing
from partners.directory.accounts.models import ApiToken
from partners.directory.models import BankAccount, Footing, Partnership
from partners.revenue.models import Draft, Period, PeriodState
from partners.tables import metadata
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW, owning


@pytest.fixture
def cast(postgres_engine: Engine) -> Cast:
    """The cast with one row of Alder's in every table behind the wall; the draft is for Birch."""
    with writing(postgres_engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        period = Period(
            partnership_id=cast.partnership.id, label="2026-09", starts_at=NOW.replace(month=9), ends_at=NOW,
            state=PeriodState.DRAFTED, watermark=0, entry_watermark=0,
        )  # fmt: skip
        session.add(period)
        session.flush()
        audience = _audience(cast.alder)
        session.add_all([audience, _account(cast.alder), _token(cast.alder), _draft(cast, period)])
        session.flush()
        session.add_all([_token_file(cast, audience), _withdrawal(cast.alder)])
        session.commit()
        return cast


@pytest.mark.parametrize("table", sorted(OWNED))
def test_without_a_tenant_nothing_is_there(postgres_engine: Engine, cast: Cast, table: str) -> None:
    assert _seen(postgres_engine, table, "") == 0
    assert _seen(postgres_engine, table, EVERY_TENANT) == 1


@pytest.mark.parametrize("table", sorted(OWNED))
def test_a_tenant_sees_its_own_and_a_stranger_nothing(postgres_engine: Engine, cast: Cast, table: str) -> None:
    assert _seen(postgres_engine, table, cast.alder.partner.id) == 1
    assert _seen(postgres_engine, table, cast.cedar.partner.id) == 0


def test_the_other_side_sees_the_draft_for_it_and_that_an_audience_exists(postgres_engine: Engine, cast: Cast) -> None:
    seen = {table: _seen(postgres_engine, table, cast.birch.partner.id) for table in OWNED}

    assert seen == {"api_token": 0, "audience": 1, "bank_account": 0, "draft": 1, "token_file": 1, "withdrawal": 0}


def test_the_end_of_a_partnership_hides_its_audiences(postgres_engine: Engine, cast: Cast) -> None:
    with writing(postgres_engine) as session:
        session.get_one(Partnership, cast.partnership.id).footing = Footing.ENDED
        session.commit()

    assert _seen(postgres_engine, "audience", cast.birch.partner.id) == 0


def test_a_stranger_changes_nothing_behind_the_wall(postgres_engine: Engine, cast: Cast) -> None:
    with writing(postgres_engine, cast.birch.partner.id) as session:
        changed = session.execute(text("UPDATE audience SET accepted = 1")).rowcount  # type: ignore[attr-defined]
        session.commit()

    assert changed == 0
    with writing(postgres_engine, cast.birch.partner.id) as session:
        session.add(_token(cast.alder, "other"))
        with pytest.raises(ProgrammingError, match="row-level"):
            session.flush()


def test_a_session_may_name_its_tenant_late_and_reach_beyond_it_for_one_statement(
    postgres_engine: Engine, cast: Cast
) -> None:
    with reading(postgres_engine) as session:
        counts = [_count(session, "bank_account")]
        work_for(session, cast.birch.partner.id)
        with beyond_tenant(session):
            counts.append(_count(session, "bank_account"))
        counts.append(_count(session, "bank_account"))

    assert counts == [0, 1, 0]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_adds_to_history_and_cannot_rewrite_it(postgres_engine: Engine, table: str) -> None:
    column = inspect(postgres_engine).get_columns(table)[0]["name"]
    for attempt in (
        f'UPDATE "{table}" SET {column} = {column}', f'DELETE FROM "{table}"', f'TRUNCATE "{table}"',
        f'ALTER TABLE "{table}" DISABLE TRIGGER USER',
    ):  # fmt: skip
        with writing(postgres_engine, EVERY_TENANT) as session, pytest.raises(DBAPIError, match=r"permission|owner"):
            session.execute(text(attempt))


def test_the_application_cannot_put_the_wall_down(postgres_engine: Engine) -> None:
    for attempt in (
        "ALTER TABLE bank_account DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON bank_account",
        "UPDATE alembic_version SET version_num = ''",
    ):  # fmt: skip
        with writing(postgres_engine, EVERY_TENANT) as session, pytest.raises(DBAPIError, match=r"owner|permission"):
            session.execute(text(attempt))


def test_who_migrates_is_not_held(postgres_engine: Engine, cast: Cast) -> None:
    with owning(postgres_engine) as owner:
        assert _seen(owner, "bank_account", "") == 1


def _seen(engine: Engine, table: str, tenant: str) -> int:
    with reading(engine, tenant) as session:
        return _count(session, table)


def _count(session: Session, table: str) -> int:
    found: Table = metadata.tables[table]
    return session.scalars(select(func.count()).select_from(found)).one()


def _audience(brand: Brand) -> Audience:
    return Audience(
        community_id=brand.community.id, partner_id=brand.partner.id, as_of=date(2026, 9, 1),
        expires_on=date(2027, 9, 1), lawful_basis=LawfulBasis.CONSENT, purpose="joint campaigns",
        source_name="members.csv", source_digest="0" * 64, accepted=1000, duplicates=0, rejected=0, reasons={},
        uses=["overlap"], region="DE", created_by=brand.manager.user_id, created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip


def _token_file(cast: Cast, audience: Audience) -> TokenFile:
    return TokenFile(
        audience_id=audience.id, partner_id=cast.alder.partner.id, partnership_id=cast.partnership.id, key_name="",
        members=1000, digest="0" * 64, store_key="audiences/none.tokens",
    )  # fmt: skip


def _withdrawal(brand: Brand) -> Withdrawal:
    return Withdrawal(
        partner_id=brand.partner.id, source_name="gone.csv", source_digest="0" * 64, members=3, effects=[],
        created_by=brand.manager.user_id, created_at=NOW,
    )  # fmt: skip


def _account(brand: Brand) -> BankAccount:
    return BankAccount(
        partner_id=brand.partner.id, legal_entity_id=brand.entity.id, holder=brand.entity.name, number_sealed=b"-",
        number_end="3000", currency="EUR", proposed_by=brand.finance.user_id, proposed_at=NOW,
    )  # fmt: skip


def _token(brand: Brand, digest: str = "1") -> ApiToken:
    return ApiToken(
        partner_id=brand.partner.id, name="Shop", digest=digest, start="tandem_", scopes=["read"],
        created_by=brand.admin.user_id, created_at=NOW, expires_at=NOW,
    )  # fmt: skip


def _draft(cast: Cast, period: Period) -> Draft:
    return Draft(
        period_id=period.id, payer_id=cast.alder.partner.id, payee_id=cast.birch.partner.id, currency="EUR",
        legal_entity_id=cast.alder.entity.id, earned_minor=1, reversed_minor=0, closing_minor=1, totals={},
        settlement={}, digest="2" * 64, created_at=NOW,
    )  # fmt: skip
