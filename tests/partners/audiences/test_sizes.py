"""What every brand may know of another's size, and what is read on another brand's behalf, on both databases."""

from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from partners.audiences.ground import LawfulBasis
from partners.audiences.models import Audience, TokenFile
from partners.audiences.release.pair_queries import overlap_matrix
from partners.audiences.release.release import SizeBand
from partners.audiences.size_queries import members_band
from partners.campaigns.activity_queries import shared_things
from partners.database import EVERY_TENANT, reading, writing
from partners.directory import services, stage_queries
from partners.directory.activity_queries import partners_activity
from partners.directory.policy import Actor
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW
from tests.partners.campaigns import making


def test_a_stranger_reads_a_band_and_no_audience(engine: Engine) -> None:
    cast = _committed(engine)

    with reading(engine, cast.cedar.partner.id) as session:
        band = members_band(session, cast.cedar.viewer, cast.alder.partner.id, NOW)
        if engine.dialect.name == "postgresql":
            assert session.scalars(select(Audience.id)).all() == []

    assert band == SizeBand.FROM_1K


def test_an_expired_audience_says_nothing_any_more(session: Session, cast: Cast) -> None:
    _register(session, cast.alder, 1234)

    later = NOW + timedelta(days=91)

    assert members_band(session, cast.cedar.viewer, cast.alder.partner.id, later) is None


def test_a_preview_reads_as_the_other_side_behind_the_own_wall(engine: Engine) -> None:
    cast = _committed(engine)
    them = Actor("", "", cast.birch.partner.id, "viewer")

    with reading(engine, cast.alder.partner.id) as session:
        (column,) = overlap_matrix(session, them, cast.partnership.id, NOW).columns

    assert (column.id, column.size) == (cast.alder.community.id, 1230)


def test_what_partners_did_is_read_alike(engine: Engine) -> None:
    cast = _committed(engine)
    with writing(engine, EVERY_TENANT) as session:
        making.signed(session, cast, NOW)
        services.end_partnership(session, cast.alder.manager, cast.partnership.id, "Budgets are cut", NOW)
        session.commit()

    told = {}
    for brand in (cast.alder, cast.birch, cast.cedar):
        with reading(engine, brand.partner.id) as session:
            shared = [*stage_queries.shared_things(session, brand.viewer), *shared_things(session, brand.viewer)]
            told[brand.partner.code] = [line.action for line in partners_activity(session, brand.viewer, shared, 9)]

    assert told == {
        "alder": ["countersign_terms"], "birch": ["end_partnership", "propose_campaign"], "cedar": [],
    }  # fmt: skip


def _committed(engine: Engine) -> Cast:
    with writing(engine, EVERY_TENANT) as session:
        cast = build_cast(session, NOW)
        for brand, members in ((cast.alder, 1234), (cast.birch, 5678)):
            audience = _register(session, brand, members)
            session.add(
                TokenFile(
                    audience_id=audience.id, partner_id=audience.partner_id, partnership_id=cast.partnership.id,
                    key_name="", members=members, digest=audience.source_digest, store_key="-",
                )
            )  # fmt: skip
        session.commit()
    return cast


def _register(session: Session, brand: Brand, accepted: int) -> Audience:
    row = Audience(
        community_id=brand.community.id, partner_id=brand.partner.id, as_of=NOW.date(),
        expires_on=NOW.date() + timedelta(days=90), lawful_basis=LawfulBasis.CONSENT, purpose="p", source_name="s.csv",
        source_digest=f"{accepted:064d}", accepted=accepted, duplicates=0, rejected=0, reasons={}, uses=["overlap"],
        created_by=brand.manager.user_id, created_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
