from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from partners import audit
from partners.campaigns import proposal, proposal_queries, queries, services, terms_services
from partners.campaigns.lifecycle import Stage, TermsClosed
from partners.campaigns.models import Agreement, Campaign, Party, Signature
from partners.campaigns.proposal import Proposal
from partners.database import writing
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from partners.errors import Conflict, NotAllowed, NotFound, TandemError
from tests.cast import Cast, build_cast
from tests.conftest import NOW
from tests.partners.campaigns.making import digest_of_current, offer_of, plan_of, proposed, signed


def test_the_last_signature_brings_terms_into_force(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        cast.partnership.footing = Footing.EXPLORING
        campaign = proposed(session, cast, NOW)
        digest = digest_of_current(session, cast, campaign, NOW)

        services.countersign_terms(session, cast.birch.manager, campaign.id, digest, NOW)
        session.commit()

    with writing(engine) as session:
        page = queries.campaign_page(session, cast.birch.viewer, campaign.id, NOW)
        assert page.stage == "signed"
        assert page.in_force is not None
        assert [each.person for each in page.in_force.signatures] == ["Alder Coffee manager", "Birch Dairy manager"]
        assert session.get_one(Partnership, cast.partnership.id).footing == Footing.SIGNED
        assert audit.first_break(session) is None


def test_a_proposal_is_signed_by_who_proposes_it(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)

    page = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW)

    assert (page.stage, page.agreement_number, page.code) == ("negotiated", "AGR-2026-0001", "autumn-breakfast")
    assert page.current is not None
    assert [each.at for each in page.current.signatures] == [NOW, None]
    assert [move.to_stage for move in page.moves] == ["exploring", "negotiated"]


def test_a_proposer_signs_what_the_preview_showed(session: Session, cast: Cast) -> None:
    whole = Proposal(plan_of(cast), offer_of(cast))
    preview = proposal_queries.preview_proposal(session, cast.alder.manager, whole, NOW)

    campaign = services.propose_campaign(session, cast.alder.manager, whole, NOW, digest=preview.digest)

    assert digest_of_current(session, cast, campaign, NOW) == preview.digest


def test_a_proposal_is_refused_where_the_number_has_gone(session: Session, cast: Cast) -> None:
    whole = Proposal(plan_of(cast), offer_of(cast))
    preview = proposal_queries.preview_proposal(session, cast.alder.manager, whole, NOW)
    proposed(session, cast, NOW, name="Quicker")

    with pytest.raises(proposal.TermsChanged):
        services.propose_campaign(session, cast.alder.manager, whole, NOW, digest=preview.digest)


def test_any_other_digest_is_refused(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    first = digest_of_current(session, cast, campaign, NOW)
    services.counter_terms(session, cast.birch.manager, campaign.id, offer_of(cast, (50, 50)), first, NOW)

    for digest in ("0" * 64, first, ""):
        with pytest.raises(proposal.TermsChanged):
            services.countersign_terms(session, cast.alder.manager, campaign.id, digest, NOW)


def test_a_partner_signs_once(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    digest = digest_of_current(session, cast, campaign, NOW)

    with pytest.raises(terms_services.AlreadySigned):
        services.countersign_terms(session, cast.alder.manager, campaign.id, digest, NOW)


def test_a_person_does_not_sign_for_both_sides(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    both = replace(cast.birch.manager, user_id=cast.alder.manager.user_id)

    with pytest.raises(terms_services.SignedForAnother):
        services.countersign_terms(session, both, campaign.id, digest_of_current(session, cast, campaign, NOW), NOW)


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_only_managers_sign(session: Session, cast: Cast, role: str) -> None:
    campaign = proposed(session, cast, NOW)
    digest = digest_of_current(session, cast, campaign, NOW)
    actor: Actor = getattr(cast.birch, role)

    with pytest.raises(NotAllowed):
        services.countersign_terms(session, actor, campaign.id, digest, NOW)
    with pytest.raises(NotAllowed):
        services.counter_terms(session, actor, campaign.id, offer_of(cast), digest, NOW)


def test_two_managers_at_once_leave_one_signature(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        campaign = proposed(session, cast, NOW)
        digest = digest_of_current(session, cast, campaign, NOW)
        session.commit()
    start, outcomes = threading.Barrier(4), []

    def sign() -> None:
        start.wait()
        try:
            with writing(engine) as session:
                services.countersign_terms(session, cast.birch.manager, campaign.id, digest, NOW)
                session.commit()
                outcomes.append("signed")
        except Conflict as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with writing(engine) as session:
        count = session.scalar(select(func.count(Signature.id)))
    assert (count, sorted(outcomes)) == (2, ["AlreadySigned"] * 3 + ["signed"])


def test_proposals_at_once_get_numbers_without_a_gap(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        session.commit()
    start, failures = threading.Barrier(4), []

    def propose() -> None:
        start.wait()
        try:
            with writing(engine) as session:
                proposed(session, cast, NOW)
                session.commit()
        except TandemError as error:
            failures.append(error)

    threads = [threading.Thread(target=propose) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with writing(engine) as session:
        numbers = sorted(session.scalars(select(Agreement.number)))
        codes = sorted(session.scalars(select(Campaign.code)))
    assert not failures
    assert numbers == [f"AGR-2026-000{n}" for n in (1, 2, 3, 4)]
    assert codes == ["autumn-breakfast"] + [f"autumn-breakfast-{n}" for n in (2, 3, 4)]


def test_a_counter_takes_the_place_of_what_it_answers(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    first = digest_of_current(session, cast, campaign, NOW)
    turned = offer_of(cast, (50, 50))
    turned = replace(turned, parties=tuple(replace(party, is_merchant=True) for party in turned.parties))

    services.counter_terms(session, cast.birch.manager, campaign.id, turned, first, NOW)

    page = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW)
    assert [(card.version, card.state) for card in page.terms] == [(2, "open"), (1, "superseded")]
    assert {change.field for change in page.terms[0].changes} == {"weight", "merchant"}
    assert session.get_one(Party, (campaign.agreement_id, cast.birch.partner.id)).is_merchant


def test_a_counter_answers_the_newest_version_only(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    first = digest_of_current(session, cast, campaign, NOW)
    services.counter_terms(session, cast.birch.manager, campaign.id, offer_of(cast, (50, 50)), first, NOW)

    with pytest.raises(proposal.TermsChanged):
        services.counter_terms(session, cast.alder.manager, campaign.id, offer_of(cast, (55, 45)), first, NOW)


def test_a_counter_must_change_something_and_keep_the_parties(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    first, offer = digest_of_current(session, cast, campaign, NOW), offer_of(cast)

    with pytest.raises(proposal.NothingChanged):
        services.counter_terms(session, cast.birch.manager, campaign.id, offer, first, NOW)
    for other in (replace(offer, parties=offer.parties[::-1]), replace(offer, currency="CNY")):
        with pytest.raises(proposal.PartiesFixed):
            services.counter_terms(session, cast.birch.manager, campaign.id, other, first, NOW)


def test_an_amendment_prices_later_sales_and_leaves_earlier_ones(engine: Engine) -> None:
    with writing(engine) as session:
        cast = build_cast(session, NOW)
        campaign = signed(session, cast, NOW)
        first = digest_of_current(session, cast, campaign, NOW)
        amended = offer_of(cast, (50, 50), begins=date(2026, 11, 1))

        newer = services.counter_terms(session, cast.birch.manager, campaign.id, amended, first, NOW)
        before = queries.terms_in_force(session, newer.agreement_id, date(2026, 11, 5))
        services.countersign_terms(session, cast.alder.manager, campaign.id, newer.digest, NOW)
        session.commit()

        days = (date(2026, 8, 31), date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1))
        found = [queries.terms_in_force(session, newer.agreement_id, day) for day in days]
        page = queries.campaign_page(session, cast.alder.manager, campaign.id, NOW)
    assert before is not None
    assert before.version == 1
    assert [each.version if each else None for each in found] == [None, 1, 2, None]
    assert (page.stage, [card.state for card in page.terms]) == ("signed", ["in_force", "signed"])


def test_an_amendment_begins_in_the_future(session: Session, cast: Cast) -> None:
    campaign = signed(session, cast, NOW)
    first = digest_of_current(session, cast, campaign, NOW)
    today, tomorrow = (offer_of(cast, (50, 50), begins=NOW.date() + timedelta(days=days)) for days in (0, 1))

    with pytest.raises(proposal.AmendmentTooLate):
        services.counter_terms(session, cast.birch.manager, campaign.id, today, first, NOW)
    newer = services.counter_terms(session, cast.birch.manager, campaign.id, tomorrow, first, NOW)
    later = NOW + timedelta(days=1)
    with pytest.raises(proposal.AmendmentTooLate):
        services.countersign_terms(session, cast.alder.manager, campaign.id, newer.digest, later)


def test_who_sells_stays_once_terms_are_signed(session: Session, cast: Cast) -> None:
    campaign = signed(session, cast, NOW)
    first = digest_of_current(session, cast, campaign, NOW)
    offer = offer_of(cast, begins=date(2026, 11, 1))
    both_sell = replace(offer, parties=tuple(replace(party, is_merchant=True) for party in offer.parties))

    with pytest.raises(proposal.SellersFixed):
        services.counter_terms(session, cast.birch.manager, campaign.id, both_sell, first, NOW)


def test_terms_are_closed_once_a_campaign_is_cancelled(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    digest = digest_of_current(session, cast, campaign, NOW)
    services.move_campaign(session, cast.alder.manager, campaign.id, Stage.CANCELLED, "No budget", NOW)

    with pytest.raises(TermsClosed):
        services.countersign_terms(session, cast.birch.manager, campaign.id, digest, NOW)


def test_a_partner_signs_by_its_own_legal_entity(session: Session, cast: Cast) -> None:
    offer = offer_of(cast)
    swapped = replace(offer.parties[1], entity_id=cast.alder.entity.id)
    stranger = replace(offer.parties[1], partner_id=cast.cedar.partner.id, entity_id=cast.cedar.entity.id)

    for party in (swapped, stranger):
        whole = Proposal(plan_of(cast), replace(offer, parties=(offer.parties[0], party)))
        with pytest.raises(proposal.EntityUnknown):
            services.propose_campaign(session, cast.alder.manager, whole, NOW)


def test_a_stranger_finds_no_terms(session: Session, cast: Cast) -> None:
    campaign = proposed(session, cast, NOW)
    cedar, digest = cast.cedar.manager, digest_of_current(session, cast, campaign, NOW)

    for attempt in (
        lambda: services.countersign_terms(session, cedar, campaign.id, digest, NOW),
        lambda: services.counter_terms(session, cedar, campaign.id, offer_of(cast), digest, NOW),
        lambda: services.propose_terms(session, cedar, campaign.id, offer_of(cast), NOW),
        lambda: services.propose_campaign(session, cedar, Proposal(plan_of(cast), offer_of(cast)), NOW),
        lambda: proposal_queries.preview_proposal(session, cedar, Proposal(plan_of(cast), offer_of(cast)), NOW),
        lambda: proposal_queries.preview_version(session, cedar, campaign.id, offer_of(cast), digest, NOW),
        lambda: proposal_queries.proposal_choices(session, cedar, cast.partnership.id),
    ):
        with pytest.raises(NotFound):
            attempt()
