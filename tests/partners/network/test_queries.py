"""What a partner reads of its network: its own side of it, as released, and nothing of strangers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from partners.audiences.models import Audience
from partners.campaigns.models import Campaign, CampaignCommunity
from partners.communities.models import Community
from partners.directory.models import Footing
from partners.errors import NotFound
from partners.network.findings import NetworkView
from partners.network.queries import campaign_flow, network_of
from tests.cast import Cast
from tests.partners.network.landscape import NOW, add_audience, add_community, add_orders, add_overlap
from tests.partners.referrals.world import add_campaign, other_partnership


@dataclass(frozen=True, slots=True)
class Land:
    """Alder's club and bar, Birch's club: overlaps of both with Birch, orders from both."""

    cast: Cast
    bar: Community
    alder: Audience
    birch: Audience
    campaign: Campaign


@pytest.fixture
def land(session: Session, cast: Cast) -> Land:
    bar = add_community(session, cast.alder, "Alder bar")
    club, bars = (
        add_audience(session, cast.alder, cast.alder.community, 20_004),
        add_audience(session, cast.alder, bar, 400),
    )
    birch = add_audience(session, cast.birch, cast.birch.community, 15_000)
    add_overlap(session, cast.partnership, club, birch, 6_001)
    add_overlap(session, cast.partnership, bars, birch, 49)
    campaign, _terms = add_campaign(session, cast.partnership, (cast.alder, cast.birch), "autumn")
    add_orders(session, campaign, cast.birch, cast.alder.community, 4)
    add_orders(session, campaign, cast.alder, cast.birch.community, 1)
    add_orders(session, campaign, cast.alder, None, 3)
    return Land(cast, bar, club, birch, campaign)


def _names(view: NetworkView) -> set[str]:
    return {each.node.name for each in view.communities}


def _flows(view: NetworkView) -> dict[tuple[str, str], int]:
    return {(flow.source.name, flow.target.name): flow.orders for flow in view.flows}


def test_own_communities_and_those_of_partners_are_on_the_map(session: Session, land: Land) -> None:
    assert _names(network_of(session, land.cast.alder.viewer, NOW)) == {
        "Alder Coffee club",
        "Alder bar",
        "Birch Dairy club",
    }


def test_both_sides_compute_the_same_from_what_is_released(session: Session, land: Land) -> None:
    ours, theirs = (network_of(session, brand.manager, NOW) for brand in (land.cast.alder, land.cast.birch))

    assert ours.pairs[0].jaccard == theirs.pairs[0].jaccard == Fraction(6000, 20_000 + 15_000 - 6000)
    assert (ours.held_back, len(ours.pairs)) == (1, 1)


def test_a_flow_ends_at_the_only_community_of_the_merchant(session: Session, land: Land) -> None:
    view = network_of(session, land.cast.alder.manager, NOW)

    assert _flows(view) == {
        ("Alder Coffee club", "Birch Dairy club"): 4,
        ("Birch Dairy club", "Alder Coffee club"): 1,
    }
    assert view.flows[0].base == (("EUR", 4000),)


def test_a_flow_to_one_of_several_communities_ends_at_the_partner(session: Session, land: Land) -> None:
    session.add(CampaignCommunity(campaign_id=land.campaign.id, community_id=land.bar.id))
    session.flush()

    view = network_of(session, land.cast.alder.manager, NOW)

    assert _flows(view)["Birch Dairy club", "Alder Coffee"] == 1
    assert [each.node.name for each in view.communities if each.node.is_partner] == ["Alder Coffee"]


def test_orders_that_a_community_sent_to_itself_are_said_and_not_drawn(session: Session, land: Land) -> None:
    add_orders(session, land.campaign, land.cast.alder, land.cast.alder.community, 2)

    view = network_of(session, land.cast.alder.manager, NOW)

    assert view.self_orders == 2
    assert view.orders == 5


def test_while_exploring_a_pair_has_a_band_and_a_size_band(session: Session, land: Land) -> None:
    land.cast.partnership.footing = Footing.EXPLORING
    session.flush()

    view = network_of(session, land.cast.alder.manager, NOW)

    birch = next(each.node for each in view.communities if each.node.name == "Birch Dairy club")
    assert (birch.size, birch.size_band) == (None, "from_10k")
    assert (view.pairs[0].shared, view.pairs[0].band, view.pairs[0].jaccard) == (None, "over_40", None)


def test_a_stranger_reads_nothing_of_it(session: Session, land: Land) -> None:
    view = network_of(session, land.cast.cedar.manager, NOW)

    assert _names(view) == {"Cedar Stranger club"}
    assert (view.pairs, view.flows, view.held_back) == ((), (), 0)


def test_a_partner_reads_nothing_of_another_partnership(session: Session, land: Land) -> None:
    partnership = other_partnership(session, land.cast)
    cedar = add_audience(session, land.cast.cedar, land.cast.cedar.community, 9_000)
    add_overlap(session, partnership, land.alder, cedar, 900)
    campaign, _terms = add_campaign(session, partnership, (land.cast.alder, land.cast.cedar), "winter")
    add_orders(session, campaign, land.cast.cedar, land.cast.alder.community, 7)

    ours, birchs, cedars = (
        network_of(session, brand.manager, NOW) for brand in (land.cast.alder, land.cast.birch, land.cast.cedar)
    )

    assert "Cedar Stranger club" not in _names(birchs)
    assert "Birch Dairy club" not in _names(cedars)
    assert (ours.orders, birchs.orders, cedars.orders) == (12, 5, 7)
    assert (len(ours.pairs), len(birchs.pairs), len(cedars.pairs)) == (2, 1, 1)


def test_after_the_end_nothing_of_the_partner_is_on_the_map(session: Session, land: Land) -> None:
    land.cast.partnership.footing = Footing.ENDED
    session.flush()

    view = network_of(session, land.cast.alder.manager, NOW)

    assert _names(view) == {"Alder Coffee club", "Alder bar"}
    assert (view.pairs, view.flows) == ((), ())


def test_the_flow_of_a_campaign_is_the_same_for_its_parties(session: Session, land: Land) -> None:
    ours, theirs = (
        campaign_flow(session, brand.viewer, land.campaign.id, NOW) for brand in (land.cast.alder, land.cast.birch)
    )

    assert ours == theirs
    assert _names(ours) == {"Alder Coffee club", "Birch Dairy club"}
    assert ours.orders == 5
    assert {each.node.size for each in ours.communities} == {20_000, 15_000}


def test_a_stranger_finds_no_flow_of_a_campaign(session: Session, land: Land) -> None:
    with pytest.raises(NotFound):
        campaign_flow(session, land.cast.cedar.manager, land.campaign.id, NOW)
