"""The pages of campaigns: propose, read, sign, counter, plan, run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.installation import Installation
from partners.campaigns import queries
from partners.campaigns.cards import CampaignPage
from partners.campaigns.models import Campaign
from partners.database import reading, writing
from partners.directory.policy import Actor
from partners.revenue.models import Period, PeriodState
from partners.revenue.months import bounds
from tests.cast import Cast
from tests.conftest import NOW
from tests.partners.campaigns import making
from tests.partners.referrals.world import sale, send

SignedIn = Callable[[Actor], FlaskClient]


def answers(world: Cast, **changed: object) -> dict[str, object]:
    """Return what a manager of Alder types into the form."""
    return {
        "name": "Autumn breakfast", "campaign_type": "joint_promotion", "objective": "Win breakfast guests",
        "first_day": "2026-09-01", "last_day": "2026-11-30", "rate": "10", "currency": "EUR", "payment_days": "30",
        "base_excludes": ["tax", "shipping"], "sells_0": "y", "weight_0": "60", "weight_1": "40",
        "entity_0": world.alder.entity.id, "entity_1": world.birch.entity.id, "target_orders": "300",
        "baseline_orders": "100", "owner_orders": world.alder.partner.id, "owner_revenue": world.alder.partner.id,
        "owner_new_customers": world.alder.partner.id, "owner_referred_orders": world.birch.partner.id,
        "community_ids": [world.alder.community.id, world.birch.community.id], **changed,
    }  # fmt: skip


def made(place: Installation, world: Cast, make: Callable[..., Campaign]) -> str:
    with writing(place.engine) as session:
        campaign = make(session, world, NOW)
        session.commit()
        return campaign.id


def page_of(place: Installation, actor: Actor, campaign_id: str) -> CampaignPage:
    with reading(place.engine) as session:
        return queries.campaign_page(session, actor, campaign_id, NOW)


def test_a_manager_reads_the_terms_and_signs_what_was_shown(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    client, address = client_for(world.alder.manager), f"/campaigns/propose?partnership={world.partnership.id}"
    assert client.get(address).status_code == 200

    preview = client.post(address, data=answers(world, act="preview"))
    assert "10 % is shared 60 : 40 between Alder Coffee GmbH and Birch Dairy GmbH" in preview.text
    digest = re.search(r"[0-9a-f]{64}", preview.text)
    assert digest is not None
    sent = client.post(address, data=answers(world, act="sign", digest=digest[0]))

    assert sent.status_code == 303
    page = page_of(place, world.birch.manager, sent.location.rsplit("/", 1)[1])
    assert page.current is not None
    assert page.current.digest == digest[0]
    assert [(goal.kpi, goal.target) for goal in page.goals] == [("orders", 300)]


def test_terms_that_became_others_are_shown_again(client_for: SignedIn, world: Cast, place: Installation) -> None:
    client, address = client_for(world.alder.manager), f"/campaigns/propose?partnership={world.partnership.id}"
    preview = client.post(address, data=answers(world, act="preview"))
    digest = re.search(r"[0-9a-f]{64}", preview.text)
    assert digest is not None
    made(place, world, making.proposed)

    again = client.post(address, data=answers(world, act="sign", digest=digest[0]))

    assert again.status_code == 200
    assert "AGR-2026-0002" in again.text
    assert digest[0] not in again.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rate": "110"}, "is not a rate"), ({"rate": "0"}, "is not a rate"), ({"weight_0": ""}, "Weights are whole"),
        ({"weight_0": "0", "weight_1": "0"}, "Weights are whole"), ({"sells_0": ""}, "At least one party sells"),
        ({"last_day": "2026-08-01"}, "ends before it begins"), ({"target_orders": "many"}, "not a whole number"),
        ({"target_orders": "100"}, "target above its baseline"), ({"name": ""}, "required"),
        ({"due_on_orders": "2027-02-01"}, "A goal is due"), ({"payment_days": "999"}, "0 to 180 days"),
    ],
)  # fmt: skip
def test_a_proposal_that_cannot_be_used_says_why(
    client_for: SignedIn, world: Cast, wrong: dict[str, str], said: str
) -> None:
    address = f"/campaigns/propose?partnership={world.partnership.id}"

    answer = client_for(world.alder.manager).post(address, data=answers(world, act="preview", **wrong))

    assert answer.status_code == 422
    assert said in answer.text


def test_an_idea_is_kept_and_shared(client_for: SignedIn, world: Cast) -> None:
    client, address = client_for(world.alder.manager), f"/campaigns/propose?partnership={world.partnership.id}"

    kept = client.post(address, data=answers(world, act="keep", rate="", weight_0=""))
    hidden = client_for(world.birch.manager).get(kept.location)
    client.post(f"{kept.location}/share")

    assert (kept.status_code, hidden.status_code) == (303, 404)
    assert "Propose terms" in client_for(world.birch.manager).get(kept.location).text


def test_the_other_side_proposes_terms_for_an_idea(client_for: SignedIn, world: Cast, place: Installation) -> None:
    address = f"/campaigns/propose?partnership={world.partnership.id}"
    kept = client_for(world.alder.manager).post(address, data=answers(world, act="keep"))
    client_for(world.alder.manager).post(f"{kept.location}/share")
    client, form = client_for(world.birch.manager), answers(world, entity_0=world.birch.entity.id)
    form |= {"entity_1": world.alder.entity.id, "answers": ""}

    preview = client.post(f"{kept.location}/terms", data={**form, "act": "preview"})
    digest = re.search(r"[0-9a-f]{64}", preview.text)
    assert digest is not None
    sent = client.post(f"{kept.location}/terms", data={**form, "act": "sign", "digest": digest[0]})

    assert sent.status_code == 303
    assert page_of(place, world.alder.viewer, kept.location.rsplit("/", 1)[1]).stage == "negotiated"


def test_the_last_signature_is_given_on_the_page(client_for: SignedIn, world: Cast, place: Installation) -> None:
    campaign_id = made(place, world, making.proposed)
    client, page = client_for(world.birch.manager), page_of(place, world.birch.manager, campaign_id)
    assert page.current is not None
    assert f'value="{page.current.digest}"' in client.get(f"/campaigns/{campaign_id}").text

    refused = client.post(f"/campaigns/{campaign_id}/sign", data={"digest": "0" * 64})
    signed = client.post(f"/campaigns/{campaign_id}/sign", data={"digest": page.current.digest})

    assert (refused.status_code, signed.status_code) == (409, 303)
    assert page_of(place, world.birch.manager, campaign_id).stage == "signed"


def test_a_counter_shows_what_it_changes(client_for: SignedIn, world: Cast, place: Installation) -> None:
    campaign_id = made(place, world, making.proposed)
    client, address = client_for(world.birch.manager), f"/campaigns/{campaign_id}/terms"
    page = page_of(place, world.birch.manager, campaign_id)
    assert page.current is not None
    form = answers(world, answers=page.current.digest, weight_0="50", weight_1="50")
    opened = client.get(address).text

    preview = client.post(address, data={**form, "act": "preview"}).text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', preview)
    assert digest is not None
    sent = client.post(address, data={**form, "act": "sign", "digest": digest[1]})

    assert 'value="60"' in opened
    assert "What is different from the version before" in preview
    assert sent.status_code == 303
    assert [card.state for card in page_of(place, world.alder.manager, campaign_id).terms] == ["open", "superseded"]


def test_a_campaign_is_planned_approved_paused_and_cancelled(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    campaign_id = made(place, world, making.signed)
    alder, birch = client_for(world.alder.manager), client_for(world.birch.manager)
    address = f"/campaigns/{campaign_id}/move"

    moves = [
        alder.post(address, data={"to_stage": "planned"}), alder.post(address, data={"to_stage": "approved"}),
        birch.post(address, data={"to_stage": "approved"}), alder.post(address, data={"to_stage": "live"}),
        birch.post(address, data={"to_stage": "paused"}),
        birch.post(address, data={"to_stage": "paused", "reason": "Wrong price"}),
        birch.post(address, data={"to_stage": "nonsense"}),
    ]  # fmt: skip

    assert [answer.status_code for answer in moves] == [303, 409, 303, 303, 422, 303, 404]
    assert "Wrong price" in alder.get(f"/campaigns/{campaign_id}").text


def test_goals_and_communities_are_set_on_the_page(client_for: SignedIn, world: Cast, place: Installation) -> None:
    campaign_id = made(place, world, making.proposed)
    client = client_for(world.birch.manager)
    goal = {"kpi": "revenue", "baseline": "0", "target": "12500.50", "due_on": "2026-11-30",
            "owner": world.birch.partner.id}  # fmt: skip

    set_ = client.post(f"/campaigns/{campaign_id}/goals", data=goal)
    refused = client.post(f"/campaigns/{campaign_id}/goals", data={**goal, "target": "12.505"})
    added = client.post(f"/campaigns/{campaign_id}/communities", data={"community_ids": [world.birch.community.id]})
    stolen = client.post(f"/campaigns/{campaign_id}/communities", data={"community_ids": [world.cedar.community.id]})

    assert [each.status_code for each in (set_, refused, added, stolen)] == [303, 422, 303, 404]
    assert "12,500.50" in client.get(f"/campaigns/{campaign_id}").text


def test_results_fill_in_once_sales_are_reported(client_for: SignedIn, world: Cast, place: Installation) -> None:
    campaign_id = made(place, world, making.live)
    client, address = client_for(world.birch.viewer), f"/campaigns/{campaign_id}"
    before = client.get(address).text

    with writing(place.engine) as session:
        rows = [sale(f"O-{n}", campaign="autumn-breakfast", referred_by="birch-club") for n in range(3)]
        assert send(session, world.alder, place.store, rows).accepted == 3
        session.commit()
    after = client.get(address).text

    assert "No sale is reported yet" in before
    assert "357.00" in after  # 3 x 119.00 as paid
    assert "18.00" in after  # Alder keeps 60 of 100 parts of 3 x 100.00 x 10 %
    assert "12.00" in after
    assert "1 %" in after  # 3 of 300 orders


def test_a_campaign_is_settled_once_its_last_period_is_issued(
    client_for: SignedIn, world: Cast, place: Installation
) -> None:
    campaign_id = made(place, world, making.live)
    client, address = client_for(world.alder.manager), f"/campaigns/{campaign_id}/move"
    assert client.post(address, data={"to_stage": "ended"}).status_code == 303

    early = client.post(address, data={"to_stage": "settled"})
    with writing(place.engine) as session:
        begins, ends = bounds("2026-11", "Europe/Berlin")
        session.add(Period(partnership_id=world.partnership.id, label="2026-11", starts_at=begins, ends_at=ends,
                           state=PeriodState.ISSUED, watermark=0))  # fmt: skip
        session.commit()
    settled = client.post(address, data={"to_stage": "settled"})
    review = client.post(address, data={"to_stage": "reviewed", "reason": "Begin a week earlier."})

    assert [each.status_code for each in (early, settled, review)] == [409, 303, 303]
    assert page_of(place, world.birch.viewer, campaign_id).lessons == "Begin a week earlier."


def test_the_list_filters_by_stage_and_comes_as_a_file(client_for: SignedIn, world: Cast, place: Installation) -> None:
    made(place, world, making.proposed)
    client = client_for(world.birch.viewer)

    assert "your signature" in client.get("/campaigns").text
    assert "Autumn breakfast" not in client.get("/campaigns?stage=live").text
    assert "Autumn breakfast" in client.get("/campaigns?csv=1&stage=negotiated").text


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_other_roles_read_and_cannot_act(client_for: SignedIn, world: Cast, place: Installation, role: str) -> None:
    campaign_id = made(place, world, making.proposed)
    client = client_for(getattr(world.birch, role))
    page = client.get(f"/campaigns/{campaign_id}")

    assert page.status_code == 200
    assert "Sign version" not in page.text
    for path in ("sign", "move", "communities", "terms"):
        data = {"to_stage": "cancelled", "reason": "no"}
        assert client.post(f"/campaigns/{campaign_id}/{path}", data=data).status_code == 403
    assert client.get(f"/campaigns/propose?partnership={world.partnership.id}").status_code == 403


def test_a_stranger_finds_nothing(client_for: SignedIn, world: Cast, place: Installation) -> None:
    campaign_id = made(place, world, making.live)
    client = client_for(world.cedar.manager)

    for path in ("", "/terms", "/report.pdf"):
        assert client.get(f"/campaigns/{campaign_id}{path}").status_code == 404
    for path in ("share", "sign", "move", "goals", "communities", "terms"):
        data = {"to_stage": "paused", "reason": "x", "act": "preview"}
        assert client.post(f"/campaigns/{campaign_id}/{path}", data=data).status_code == 404
    assert client.get(f"/campaigns/propose?partnership={world.partnership.id}").status_code == 404
    assert "Autumn breakfast" not in client.get("/campaigns").text


def test_an_empty_pipeline_says_what_to_do_next(client_for: SignedIn, world: Cast) -> None:
    assert "Propose a campaign" in client_for(world.cedar.manager).get("/campaigns").text
    assert "proposes the first one" in client_for(world.cedar.viewer).get("/campaigns").text
    assert "Look for partners" in client_for(world.cedar.manager).get("/campaigns/propose").text
