"""The page of keys: what each role sees and does, with what “tandem key” made; browsers are in tests/browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from app.worker import begin_day, reap, run_job
from partners.audiences.keys.models import SealedKey
from partners.audiences.keys.sealed import (
    KEY_BYTES,
    BrandKeyPair,
    make_brand_key,
    open_key,
    public_name,
    read_key_request,
    read_sealed_keys,
    share_key,
    write_key_shares,
)
from partners.database import EVERY_TENANT, reading, writing
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import hold_cookie, sign_in_row

ClientFor = Callable[[Actor], FlaskClient]
KEY = bytes(range(KEY_BYTES))


@pytest.fixture
def pairs(world: Cast, client_for: ClientFor) -> dict[str, BrandKeyPair]:
    """Key pairs of Alder and Birch, their public halves pasted into the page."""
    found = {}
    for brand in (world.alder, world.birch):
        found[brand.partner.id] = make_brand_key()
        answer = _publish(client_for(brand.manager), found[brand.partner.id].public.hex())
        assert answer.status_code == 303
    return found


def test_a_brand_publishes_its_key_and_everybody_there_reads_its_name(
    world: Cast, client_for: ClientFor, pairs: dict[str, BrandKeyPair]
) -> None:
    name = public_name(pairs[world.alder.partner.id].public)

    for actor in (world.alder.viewer, world.alder.finance, world.birch.manager):
        assert name in client_for(actor).get("/audiences/keys").text
    assert name not in client_for(world.cedar.manager).get("/audiences/keys").text


@pytest.mark.parametrize("public", ["", "zz", "00" * 32, "ab" * 31, "ключ"])
def test_what_is_no_public_key_is_refused_on_the_page(world: Cast, client_for: ClientFor, public: str) -> None:
    answer = _publish(client_for(world.alder.manager), public)

    assert answer.status_code == 422
    assert "This is not the public key of a brand." in answer.text


def test_the_request_is_downloaded_and_the_shares_are_uploaded(
    world: Cast, client_for: ClientFor, pairs: dict[str, BrandKeyPair]
) -> None:
    path = f"/audiences/keys/{world.partnership.id}"
    manager = client_for(world.alder.manager)

    request = read_key_request(manager.get(f"{path}/request.json").text)
    shares = share_key(KEY, request)
    answer = _upload(manager, path, write_key_shares(shares))

    assert (answer.status_code, answer.location) == (303, f"/audiences/keys#{world.partnership.id}")
    for brand in (world.alder, world.birch):
        page = client_for(brand.viewer).get("/audiences/keys")
        assert shares.key_name in page.text
        copies = read_sealed_keys(client_for(brand.viewer).get("/audiences/keys/sealed.json").text)
        assert [open_key(pairs[brand.partner.id], copy) for copy in copies] == [KEY]


def test_the_shares_of_another_partnership_and_other_files_are_refused(
    world: Cast, client_for: ClientFor, pairs: dict[str, BrandKeyPair]
) -> None:
    path = f"/audiences/keys/{world.partnership.id}"
    manager = client_for(world.alder.manager)
    request = read_key_request(manager.get(f"{path}/request.json").text)
    parts = json.loads(write_key_shares(share_key(KEY, request))) | {"partnership_id": "a" * 16}

    for text in (json.dumps(parts), "{}", "no json", json.dumps({"what": "tandem brand key 1"})):
        assert _upload(manager, path, text).status_code == 422
    assert manager.post(path).status_code == 422


def test_strangers_get_nothing(world: Cast, client_for: ClientFor, pairs: dict[str, BrandKeyPair]) -> None:
    path = f"/audiences/keys/{world.partnership.id}"
    request = read_key_request(client_for(world.alder.manager).get(f"{path}/request.json").text)
    shares = write_key_shares(share_key(KEY, request))
    stranger, viewer = client_for(world.cedar.manager), client_for(world.birch.viewer)

    assert [stranger.get(f"{path}/request.json").status_code, _upload(stranger, path, shares).status_code] == [404, 404]
    assert _upload(stranger, f"{path}/copies", shares).status_code == 404
    assert read_sealed_keys(stranger.get("/audiences/keys/sealed.json").text) == []
    assert [_upload(viewer, path, shares).status_code, _publish(viewer, "11" * 32).status_code] == [403, 403]
    assert "data-makes" not in viewer.get("/audiences/keys").text


def test_keys_are_changed_only_by_who_proved_to_be_there_lately(
    app: object, place: Installation, world: Cast, client_for: ClientFor
) -> None:
    client = client_for(world.alder.manager)
    hold_cookie(client, sign_in_row(place.engine, world.alder.manager, NOW - timedelta(hours=1)))

    assert _publish(client, "11" * 32).location.startswith("/session/confirm")


def test_only_pages_that_compute_with_keys_may_compile(world: Cast, client_for: ClientFor) -> None:
    client = client_for(world.alder.manager)

    policies = {
        path: client.get(path).headers["Content-Security-Policy"]
        for path in ("/audiences/keys", "/audiences/register", "/audiences", "/audiences/keys/sealed.json", "/")
    }

    assert [path for path, policy in policies.items() if "wasm" in policy] == ["/audiences/keys", "/audiences/register"]
    assert all(re.search(r"script-src ('wasm-unsafe-eval' )?'self';", policy) for policy in policies.values())


def test_the_daily_job_erases_the_keys_of_ended_partnerships(
    world: Cast, client_for: ClientFor, place: Installation, pairs: dict[str, BrandKeyPair]
) -> None:
    path = f"/audiences/keys/{world.partnership.id}"
    manager = client_for(world.alder.manager)
    request = read_key_request(manager.get(f"{path}/request.json").text)
    _upload(manager, path, write_key_shares(share_key(KEY, request)))
    with writing(place.engine, EVERY_TENANT) as session:
        session.get_one(Partnership, world.partnership.id).footing = Footing.ENDED
        session.commit()

    begin_day(place)
    for job_id in reap(place):
        run_job(place, job_id)

    with reading(place.engine, EVERY_TENANT) as session:
        assert session.query(SealedKey).count() == 0
    assert read_sealed_keys(manager.get("/audiences/keys/sealed.json?former=1").text) == []


def _publish(client: FlaskClient, public: str) -> TestResponse:
    return client.post("/audiences/keys", data={"public_key": public})


def _upload(client: FlaskClient, path: str, text: str) -> TestResponse:
    return client.post(path, data={"shares": (BytesIO(text.encode()), "key-shares.json")})
