"""Keys on the platform: public halves are published, sealed copies relayed, and erased when nobody needs them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences.ground import LawfulBasis
from partners.audiences.keys import queries, services
from partners.audiences.keys.models import BrandKey, PartnershipKey, SealedKey
from partners.audiences.keys.sealed import BrandKeyPair, NotAPublicKey, key_name, make_brand_key, open_key, seal_key
from partners.audiences.models import Audience, TokenFile
from partners.audit import AuditEvent
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing
from partners.directory.policy import Actor
from partners.directory.relationship import PartnershipOver
from partners.errors import NotAllowed, NotFound
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
LATER = NOW + timedelta(days=90)


@pytest.fixture
def pairs(session: Session, cast: Cast) -> dict[str, BrandKeyPair]:
    """Key pairs of Alder and Birch, their public halves published."""
    return {brand.partner.id: _published(session, brand) for brand in (cast.alder, cast.birch)}


def test_each_side_opens_its_own_copy_and_no_other(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    made = _shared(session, cast, pairs)

    for brand in (cast.alder, cast.birch):
        copies = queries.own_copies(session, brand.viewer)
        assert [open_key(pairs[brand.partner.id], copy) for copy in copies] == [KEY]
        assert queries.current_key_names(session, brand.viewer) == {made.name: cast.partnership.id}
    assert queries.own_copies(session, cast.cedar.manager) == []
    assert queries.current_key_names(session, cast.cedar.manager) == {}


def test_a_new_key_ends_the_former_whose_copies_stay(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    first = _shared(session, cast, pairs)
    second = _shared(session, cast, pairs, OTHER_KEY)

    assert (first.ended_at, second.ended_at) == (NOW, None)
    assert [copy.key_name for copy in queries.own_copies(session, cast.birch.viewer)] == [second.name]
    former = queries.own_copies_with_former(session, cast.birch.viewer)
    assert {copy.key_name for copy in former} == {first.name, second.name}


def test_a_key_is_used_for_one_partnership_once(session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]) -> None:
    _shared(session, cast, pairs)

    with pytest.raises(services.KeyUsedBefore):
        _shared(session, cast, pairs)


def test_a_partnership_waits_for_the_brand_without_a_public_key(session: Session, cast: Cast) -> None:
    pair = _published(session, cast.alder)

    with pytest.raises(services.PublicKeyMissing, match="Birch Dairy"):
        _shared(session, cast, {cast.alder.partner.id: pair})

    found = queries.keys_of_partnerships(session, cast.alder.viewer, NOW)
    assert [partner.name for partner in found[0].waits_for] == ["Birch Dairy"]


def test_no_side_is_left_out_or_added(session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]) -> None:
    copies = _copies(cast, pairs, KEY)
    cedar = {cast.cedar.partner.id: bytes(96)}

    for sealed in ({cast.alder.partner.id: copies[cast.alder.partner.id]}, {}, copies | cedar):
        with pytest.raises(services.NotOneCopyEach):
            _share(session, cast.alder.manager, cast, key_name(KEY), sealed)


@pytest.mark.parametrize("name", ["", "aa1916ecd63", "AA1916ECD637", "../../../../x", "aa1916ecd637\n"])
def test_a_name_that_is_none_is_refused(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair], name: str
) -> None:
    with pytest.raises(services.NotAKeyName):
        _share(session, cast.alder.manager, cast, name, _copies(cast, pairs, KEY))


def test_a_copy_of_another_length_is_refused(session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]) -> None:
    with pytest.raises(services.NotASealedCopy):
        _share(session, cast.alder.manager, cast, key_name(KEY), dict.fromkeys(pairs, b"raw key"))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33), bytes(32), b"\x01" + bytes(31)])
def test_what_nothing_can_be_sealed_to_is_no_public_key(session: Session, cast: Cast, public: bytes) -> None:
    with pytest.raises(NotAPublicKey):
        services.publish_brand_key(session, cast.alder.manager, public, NOW)


def test_another_public_key_retires_the_former_for_good(session: Session, cast: Cast) -> None:
    first, second = _published(session, cast.alder), _published(session, cast.alder)

    rows = session.scalars(select(BrandKey).order_by(BrandKey.retired_at.desc())).all()
    assert {row.public_key: row.retired_at for row in rows} == {first.public.hex(): NOW, second.public.hex(): None}
    with pytest.raises(services.KeyPublishedBefore):
        services.publish_brand_key(session, cast.alder.manager, first.public, NOW)


def test_a_side_with_another_public_key_gets_a_copy_anew(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    made, birch = _shared(session, cast, pairs), cast.birch.partner.id
    pairs[birch] = _published(session, cast.birch)
    lacking = queries.keys_of_partnerships(session, cast.alder.viewer, NOW)[0]
    assert lacking.lacking_keys == {birch: pairs[birch].public.hex()}

    copy = {birch: _copies(cast, pairs, KEY)[birch]}
    services.add_copies(session, cast.alder.manager, cast.partnership.id, made.name, copy, NOW)

    assert queries.keys_of_partnerships(session, cast.alder.viewer, NOW)[0].lack_copies == ()
    assert open_key(pairs[birch], queries.own_copies(session, cast.birch.viewer)[0]) == KEY


def test_copies_are_added_to_the_present_key_only(session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]) -> None:
    first, copies = _shared(session, cast, pairs), _copies(cast, pairs, KEY)
    _shared(session, cast, pairs, OTHER_KEY)

    with pytest.raises(services.KeyReplaced):
        services.add_copies(session, cast.alder.manager, cast.partnership.id, first.name, copies, NOW)
    with pytest.raises(services.NotOneCopyEach):
        services.add_copies(session, cast.alder.manager, cast.partnership.id, key_name(OTHER_KEY), {}, NOW)


def test_a_key_is_due_for_renewal_after_ninety_days(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    _shared(session, cast, pairs)

    shown = [queries.keys_of_partnerships(session, cast.birch.viewer, at)[0].key for at in (NOW, LATER)]

    assert [card.is_due for card in shown if card] == [False, True]
    assert {(card.made_at_brand.name, card.made_by) for card in shown if card} == {
        ("Alder Coffee", "Alder Coffee manager")
    }


def test_strangers_find_nothing_and_other_roles_may_not(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    made, copies = _shared(session, cast, pairs), _copies(cast, pairs, OTHER_KEY)
    place = cast.partnership.id

    with pytest.raises(NotFound):
        _share(session, cast.cedar.manager, cast, key_name(OTHER_KEY), copies)
    with pytest.raises(NotFound):
        services.add_copies(session, cast.cedar.manager, place, made.name, copies, NOW)
    with pytest.raises(NotFound):
        queries.key_request(session, cast.cedar.manager, place)
    assert queries.keys_page(session, cast.cedar.manager, NOW).partnerships == ()
    for actor in (cast.alder.viewer, cast.alder.finance, cast.alder.admin):
        with pytest.raises(NotAllowed):
            _share(session, actor, cast, key_name(OTHER_KEY), copies)
        with pytest.raises(NotAllowed):
            services.add_copies(session, actor, place, made.name, copies, NOW)
        with pytest.raises(NotAllowed):
            services.publish_brand_key(session, actor, make_brand_key().public, NOW)


@pytest.mark.parametrize("footing", [Footing.INVITED, Footing.ENDED])
def test_only_an_open_partnership_has_a_key(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair], footing: Footing
) -> None:
    _shared(session, cast, pairs)
    cast.partnership.footing = footing
    session.flush()

    with pytest.raises((PartnershipOver, services.NotAccepted)):
        _shared(session, cast, pairs, OTHER_KEY)
    assert queries.own_copies_with_former(session, cast.alder.viewer) == []
    assert queries.current_key_names(session, cast.alder.viewer) == {}


def test_keys_are_in_the_audit_log_and_nothing_secret_is(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    made = _shared(session, cast, pairs)

    log = session.scalars(select(AuditEvent).where(AuditEvent.thing.in_(("brand_key", "partnership_key")))).all()

    assert [event.action for event in log] == ["publish_brand_key", "publish_brand_key", "share_key"]
    assert log[-1].after == {"name": "Alder with Birch", "key": made.name}


def test_the_end_of_a_partnership_erases_every_copy(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    _shared(session, cast, pairs)
    made = _shared(session, cast, pairs, OTHER_KEY)
    cast.partnership.footing, cast.partnership.ended_at = Footing.ENDED, NOW
    session.flush()

    assert services.erase_keys(session, LATER) == 4

    assert session.scalars(select(SealedKey)).all() == []
    assert made.ended_at == LATER
    assert services.erase_keys(session, LATER) == 0


def test_a_former_key_goes_with_the_last_list_under_it(
    session: Session, cast: Cast, pairs: dict[str, BrandKeyPair]
) -> None:
    first = _shared(session, cast, pairs)
    audience = _list_under(session, cast.alder, cast, first)
    second = _shared(session, cast, pairs, OTHER_KEY)
    assert services.erase_keys(session, NOW) == 0

    audience.tokens_deleted_at = LATER
    session.flush()

    assert services.erase_keys(session, LATER) == 2
    assert {copy.partnership_key_id for copy in session.scalars(select(SealedKey))} == {second.id}
    assert session.get_one(PartnershipKey, first.id).ended_at == NOW


def test_keys_are_shared_and_read_by_each_tenant_on_either_database(engine: Engine) -> None:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        session.commit()
    pairs = {}
    for brand in (cast.birch, cast.alder):
        with writing(engine, brand.partner.id) as session:
            pairs[brand.partner.id] = _published(session, brand)
            session.commit()
    with writing(engine, cast.alder.partner.id) as session:
        _shared(session, cast, pairs)
        session.commit()

    for brand, expected in ((cast.birch, [KEY]), (cast.cedar, [])):
        with reading(engine, brand.partner.id) as session:
            copies = queries.own_copies(session, brand.viewer)
            assert [open_key(pairs[brand.partner.id], copy) for copy in copies] == expected
            assert len(queries.keys_page(session, brand.viewer, NOW).partnerships) == len(expected)
    with writing(engine, EVERY_TENANT) as session:
        assert services.erase_keys(session, LATER) == 0


def _published(session: Session, brand: Brand) -> BrandKeyPair:
    pair = make_brand_key()
    services.publish_brand_key(session, brand.manager, pair.public, NOW)
    session.flush()
    return pair


def _copies(cast: Cast, pairs: dict[str, BrandKeyPair], key: bytes) -> dict[str, bytes]:
    return {side: seal_key(key, cast.partnership.id, pair.public) for side, pair in pairs.items()}


def _shared(session: Session, cast: Cast, pairs: dict[str, BrandKeyPair], key: bytes = KEY) -> PartnershipKey:
    return _share(session, cast.alder.manager, cast, key_name(key), _copies(cast, pairs, key))


def _share(session: Session, actor: Actor, cast: Cast, name: str, sealed: dict[str, bytes]) -> PartnershipKey:
    made = services.share_key(session, actor, cast.partnership.id, name, sealed, NOW)
    session.flush()
    return made


def _list_under(session: Session, brand: Brand, cast: Cast, key: PartnershipKey) -> Audience:
    audience = Audience(
        community_id=brand.community.id, partner_id=brand.partner.id, as_of=NOW.date(), expires_on=date(2027, 1, 1),
        lawful_basis=LawfulBasis.CONSENT, purpose="joint campaigns", source_name="a.csv", source_digest="0" * 64,
        uses=["overlap"], accepted=1, duplicates=0, rejected=0, reasons={}, created_by=brand.manager.user_id,
        created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    session.add(audience)
    session.flush()
    session.add(
        TokenFile(
            audience_id=audience.id, partner_id=brand.partner.id, partnership_id=cast.partnership.id, key_name=key.name,
            members=1, digest="0" * 64, store_key="x",
        )
    )  # fmt: skip
    session.flush()
    return audience
