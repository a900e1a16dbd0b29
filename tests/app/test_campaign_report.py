"""The outcome report over HTTP: the same bytes for every party, nothing for a stranger."""

import pytest

from partners.database import reading, writing
from partners.outbox import Claim
from partners.revenue.models import StoredDocument
from tests.partners.referrals.world import build_world, sale, send


@pytest.fixture
def campaign_id(place, world):
    with writing(place.engine) as session:
        made = build_world(session, world)
        send(session, world.alder, place.store, [sale("A-1", referred_by="birch-club")])
        session.commit()
        return made.campaign.id


def test_each_party_gets_the_same_report_and_a_stranger_none(client_for, world, campaign_id):
    ours, theirs, strange = (
        client_for(brand.viewer).get(f"/campaigns/{campaign_id}/report.pdf?lang=en")
        for brand in (world.alder, world.birch, world.cedar)
    )

    assert ours.data == theirs.data
    assert ours.data.startswith(b"%PDF")
    assert ours.mimetype == "application/pdf"
    assert strange.status_code == 404


def test_an_unknown_language_is_not_found(client_for, world, campaign_id):
    assert client_for(world.alder.viewer).get(f"/campaigns/{campaign_id}/report.pdf?lang=fr").status_code == 404


def test_the_report_of_an_ended_campaign_is_kept_in_both_languages(place, world, campaign_id, client_for):
    from app.campaigns.jobs import render_outcome
    from app.work import Work
    from partners.outbox import Job, JobState, OutboxEvent

    with writing(place.engine) as session:
        event = OutboxEvent(kind="campaign.ended", subject_id=campaign_id, at=place.now())
        session.add(event)
        session.flush()
        job = Job(
            event_id=event.id, handler="render_outcome", subject_id=campaign_id, state=JobState.RUNNING, attempts=1,
            heartbeat_at=place.now(), created_at=place.now(),
        )  # fmt: skip
        session.add(job)
        session.commit()

    render_outcome(Work(place, Claim(job.id, "render_outcome", campaign_id, 1)))

    with reading(place.engine) as session:
        kept = {row.language: row.store_key for row in session.query(StoredDocument)}
    sent = client_for(world.alder.viewer).get(f"/campaigns/{campaign_id}/report.pdf?lang=zh")
    assert set(kept) == {"en", "zh"}
    assert sent.data == place.store.get(kept["zh"])
