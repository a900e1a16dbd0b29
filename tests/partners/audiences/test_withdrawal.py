"""People who withdrew: gone from every kept list, left out of every later one, and written down."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.audiences import queries, register_services, withdrawal_services
from partners.audiences.file_queries import members_now
from partners.audiences.intake.lines import HoldsAddresses
from partners.audiences.keys.models import PartnershipKey
from partners.audiences.models import TokenFile, Withdrawal
from partners.audiences.register_services import PeopleWithdrew, UnknownKey
from partners.audiences.release.pair_queries import overlap_matrix
from partners.audiences.withdrawal_queries import withdrawal_lines
from partners.audiences.withdrawal_services import KeyMissing
from partners.audit import AuditEvent
from partners.errors import NotAllowed
from partners.store import FolderStore
from tests.cast import Cast
from tests.conftest import NOW
from tests.keys import TEST_KEY, give_key, token_csv
from tests.partners.audiences.registering import people, preview, register

NEXT_KEY = b"n" * 32


@pytest.fixture(autouse=True)
def _key(session: Session, cast: Cast) -> None:
    give_key(session, cast.alder.manager, cast.partnership.id, NOW)


def withdraw(session: Session, cast: Cast, store: FolderStore, data: bytes) -> Withdrawal:
    return withdrawal_services.withdraw_members(
        session, cast.alder.manager, store, "gone.csv", BytesIO(data), NOW
    )  # fmt: skip


def test_people_go_from_every_list_and_segment(session: Session, cast: Cast, store: FolderStore) -> None:
    first = register(session, cast.alder, store, people(0, 100), {"person1@x.com": "gold", "person50@x.com": "gold"})
    second = register(session, cast.alder, store, people(90, 300))
    session.commit()

    withdrawal = withdraw(session, cast, store, token_csv(people(0, 10) + people(95, 97)))
    session.commit()

    rows = session.scalars(select(TokenFile).order_by(TokenFile.members)).all()
    assert [(row.segment, row.members, row.withdrawn) for row in rows] == [("gold", 1, 1), ("", 88, 12), ("", 208, 2)]
    assert {len(store.get(row.store_key)) // 8 for row in rows} == {1, 88, 208}
    assert len(list(store.path("audiences").rglob("*.tokens"))) == 3
    effects = [[first.id, cast.partnership.id, 100, 88], [second.id, cast.partnership.id, 210, 208]]
    assert (withdrawal.members, withdrawal.effects) == (12, sorted(effects))
    assert members_now(session, [first.id, second.id]) == {first.id: 88, second.id: 208}
    written = session.scalars(select(AuditEvent).where(AuditEvent.action == "withdraw_members")).one()
    assert written.after == {"members": 12, "lists": 2}


def test_the_matrix_names_the_members_that_are_left(session: Session, cast: Cast, store: FolderStore) -> None:
    register(session, cast.alder, store, people(0, 100))
    session.commit()

    withdraw(session, cast, store, token_csv(people(0, 12)))

    own = overlap_matrix(session, cast.alder.manager, cast.partnership.id, NOW)
    theirs = overlap_matrix(session, cast.birch.manager, cast.partnership.id, NOW)
    assert [row.size for row in own.rows if row.size is not None] == [88]
    assert [column.size for column in theirs.columns] == [90]


def test_the_same_people_twice_change_nothing(session: Session, cast: Cast, store: FolderStore) -> None:
    audience = register(session, cast.alder, store, people(0, 100))
    gone = token_csv(people(0, 10))
    withdraw(session, cast, store, gone)
    session.commit()

    again = withdraw(session, cast, store, gone)
    session.commit()

    assert again.effects == []
    assert members_now(session, [audience.id]) == {audience.id: 90}
    lines = withdrawal_lines(session, cast.alder.viewer)
    assert [(line.people, line.before, line.after) for line in lines if line.audience_id] == [(10, 100, 90)]
    assert len(lines) == 2
    assert withdrawal_lines(session, cast.birch.viewer) == []


def test_later_lists_leave_them_out_and_say_so(session: Session, cast: Cast, store: FolderStore) -> None:
    withdraw(session, cast, store, token_csv(people(0, 10)))
    withdraw(session, cast, store, token_csv(people(5, 20)))

    previewed = preview(session, cast.alder, store, token_csv(people(0, 100)))

    assert (previewed.accepted, previewed.reasons) == (80, {"withdrawn": 20})


def test_a_preview_loses_them_too(session: Session, cast: Cast, store: FolderStore) -> None:
    previewed = preview(session, cast.alder, store, token_csv(people(0, 100)))

    withdraw(session, cast, store, token_csv(people(0, 10)))

    register_services.confirm_audience(session, cast.alder.manager, previewed.audience.id, NOW)
    (card,) = queries.audiences(session, cast.alder.viewer, NOW)
    assert (card.standing, card.accepted, card.members) == ("newest", 100, 90)
    assert queries.latest_sizes(session, cast.alder.viewer, [card.community_id], NOW) == {card.community_id: 90}


def test_who_withdraws_while_a_list_is_read_is_not_missed(
    session: Session, cast: Cast, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdraw(session, cast, store, token_csv(people(0, 1)))

    def meanwhile(*_any: object, **_named: object) -> dict[str, str]:
        withdraw(session, cast, store, token_csv(people(1, 2)))
        return {row.name: row.partnership_id for row in session.scalars(select(PartnershipKey))}

    monkeypatch.setattr(register_services, "current_key_names", meanwhile)

    with pytest.raises(PeopleWithdrew):
        preview(session, cast.alder, store, token_csv(people(0, 100)))


def test_without_a_commit_every_list_stays_as_it_was(session: Session, cast: Cast, store: FolderStore) -> None:
    audience = register(session, cast.alder, store, people(0, 100))
    session.commit()

    withdraw(session, cast, store, token_csv(people(0, 10)))
    session.rollback()

    (row,) = session.scalars(select(TokenFile)).all()
    assert (row.members, len(store.get(row.store_key))) == (100, 800)
    assert [path.name for path in store.path(f"audiences/{audience.id}").iterdir()] == [f"{cast.partnership.id}.tokens"]


def test_all_keys_of_kept_lists_are_needed(session: Session, cast: Cast, store: FolderStore) -> None:
    register(session, cast.alder, store, people(0, 100))
    session.scalars(select(PartnershipKey)).one().ended_at = NOW
    give_key(session, cast.alder.manager, cast.partnership.id, NOW, NEXT_KEY)

    for keys in ([TEST_KEY], [NEXT_KEY]):
        with pytest.raises(KeyMissing):
            withdraw(session, cast, store, token_csv(people(0, 10), keys))
    with pytest.raises(UnknownKey):
        withdraw(session, cast, store, token_csv(people(0, 10), [TEST_KEY, NEXT_KEY, b"o" * 32]))

    assert withdraw(session, cast, store, token_csv(people(0, 10), [TEST_KEY, NEXT_KEY])).members == 10
    assert members_now(session, session.scalars(select(TokenFile.audience_id)).all()) != {}


def test_addresses_are_refused_and_a_viewer_may_not(session: Session, cast: Cast, store: FolderStore) -> None:
    with pytest.raises(HoldsAddresses):
        withdraw(session, cast, store, b"email\nana@x.com\n")
    with pytest.raises(NotAllowed):
        withdrawal_services.withdraw_members(
            session, cast.alder.viewer, store, "gone.csv", BytesIO(token_csv(people(0, 1))), NOW
        )
