"""The pages of brand fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.installation import Installation
from partners.database import reading, writing
from partners.directory.models import Footing, Partnership
from partners.directory.policy import Actor
from partners.fit.queries import fit_page
from tests.cast import Cast
from tests.conftest import NOW

SignedIn = Callable[[Actor], FlaskClient]

RATINGS = {"alder": ((4, 4, 3), (5, 4, 2)), "birch": ((3, 3, 2), (4, 3, 3))}
MEMBERS = {"alder": (200, 500, 300), "birch": (1500, 2000, 1500)}
AGES = ("18 to 29", "30 to 44", "45 up")
CLEAR = {f"state_{gate}": "clear" for gate in ("competition", "category", "sanctions", "crisis")}


def test_people_of_both_sides_come_to_a_score(client_for: SignedIn, world: Cast) -> None:
    _everything(client_for, world)

    page = _text(client_for(world.birch.viewer).get(_address(world)))

    assert "68.1" in page
    assert "66.3" in page
    assert "30 % × 75.0 + 25 % × 62.5 + 25 % × 90.0 + 20 % × 37.5 = 68.1" in page
    assert "low, under 40" in page
    assert "takes none: nothing is accepted" in page
    assert "100 % means that all rate alike" in page


def test_an_empty_page_says_what_is_missing(client_for: SignedIn, world: Cast) -> None:
    page = _text(client_for(world.alder.viewer).get(_address(world)))

    assert "There is no score yet" in page
    assert "What is not declared does not count as clear" in page
    assert "Declare your gates" not in page
    assert "It waits for Alder Coffee, Birch Dairy." in page


def test_before_a_round_opens_no_page_shows_what_another_rates(client_for: SignedIn, world: Cast) -> None:
    for actor in (world.alder.manager, world.alder.viewer):
        assert _rate(client_for(actor), world, (5, 1, 5)).status_code == 303
    blank = [_numbers(client_for(world.birch.manager).get(f"{_address(world)}{page}")) for page in ("", "/rate")]
    _rate(client_for(world.alder.manager), world, (2, 4, 2))

    seen = [_numbers(client_for(world.birch.manager).get(f"{_address(world)}{page}")) for page in ("", "/rate")]

    assert seen == blank
    assert "You rated: values 2, positioning 4, tone 2." in _text(client_for(world.alder.manager).get(_address(world)))
    colleague = _text(client_for(world.alder.viewer).get(_address(world)))
    assert "You rated: values 5, positioning 1, tone 5." in colleague
    assert "values 2" not in colleague


def test_the_own_rating_stands_in_the_form_until_the_round_opens(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.alder.viewer)
    _rate(client, world, (5, 1, 3))

    page = client.get(f"{_address(world)}/rate").text

    checked = re.findall(r'<input checked id="(\w+)-(\d)"', page)
    assert checked == [("brand_values", "4"), ("positioning", "0"), ("tone", "2")]
    assert "a joint text could come from either brand" in page


def test_a_rating_that_comes_after_the_round_opened_is_refused(client_for: SignedIn, world: Cast) -> None:
    _everything(client_for, world)

    late = _rate(client_for(world.alder.manager), world, (5, 5, 5))

    assert late.status_code == 409
    assert "no longer changes" in _text(late)
    assert _rate(client_for(world.alder.manager), world, (5, 5, 5), number=2).status_code == 303
    assert "Round 2 is being rated" in _text(client_for(world.birch.viewer).get(_address(world)))


@pytest.mark.parametrize("left_out", ["brand_values", "positioning", "tone", "number"])
def test_a_rating_is_whole_or_it_is_none(client_for: SignedIn, world: Cast, left_out: str) -> None:
    form = {"number": "1", "brand_values": "3", "positioning": "3", "tone": "3"}
    form[left_out] = ""

    assert client_for(world.alder.viewer).post(f"{_address(world)}/rate", data=form).status_code == 422


def test_other_sides_read_shares_and_never_members(client_for: SignedIn, world: Cast) -> None:
    _everything(client_for, world)

    page = _text(client_for(world.birch.manager).get(_address(world)))

    assert "50 %" in page
    assert "1,500" in page
    for members in ("200", "300"):
        assert not re.search(rf"\b{members}\b", page)


def test_a_small_segment_is_refused_with_a_reason(client_for: SignedIn, world: Cast) -> None:
    refused = _segments(client_for(world.alder.manager), world, (99, 500, 300))

    assert refused.status_code == 422
    assert "has fewer than 100 members" in _text(refused)


def test_labels_and_numbers_belong_together(client_for: SignedIn, world: Cast) -> None:
    form = {"seen": "", "label_0": "young", "members_1": "500"}

    page = _text(client_for(world.alder.manager).post(f"{_address(world)}/segments", data=form))

    assert "Say how many members you have in it." in page
    assert "Name the segment." in page


def test_the_other_side_finds_the_proposed_labels_in_its_form(client_for: SignedIn, world: Cast) -> None:
    _segments(client_for(world.alder.manager), world, MEMBERS["alder"])

    page = client_for(world.birch.manager).get(f"{_address(world)}/segments").text

    assert 'value="30 to 44"' in page
    assert 'value="500"' not in page
    assert "the numbers of all sides are cleared" in page


def test_a_closed_gate_takes_the_score_away_and_says_why(client_for: SignedIn, world: Cast) -> None:
    _everything(client_for, world)
    closing = {**CLEAR, "state_crisis": "closed"}
    manager = client_for(world.birch.manager)

    refused = manager.post(f"{_address(world)}/gates", data=closing)
    assert "Say why the gate “open crisis” is closed" in _text(refused)
    manager.post(f"{_address(world)}/gates", data={**closing, "why_crisis": "Recall of batch 7"})

    page = _text(client_for(world.alder.viewer).get(_address(world)))
    assert "Recall of batch 7" in page
    assert "A gate is closed" in page
    assert "68.1" not in page


def test_weights_are_set_and_their_history_stays(client_for: SignedIn, world: Cast) -> None:
    _everything(client_for, world)
    manager = client_for(world.alder.manager)
    form = {"seen": "0", "brand_values": "40", "positioning": "20", "audience": "20", "tone": "21"}

    assert "add up to 101" in _text(manager.post(f"{_address(world)}/weights", data=form))
    assert manager.post(f"{_address(world)}/weights", data={**form, "tone": "20"}).status_code == 303

    page = _text(client_for(world.birch.viewer).get(_address(world)))
    assert "version 1" in page
    assert "as delivered" in page
    assert "68.0" in page


@pytest.mark.parametrize("role", ["viewer", "finance", "admin"])
def test_other_roles_read_and_run_nothing(client_for: SignedIn, world: Cast, role: str) -> None:
    client = client_for(getattr(world.alder, role))

    assert client.get(_address(world)).status_code == 200
    for page in ("segments", "gates", "weights"):
        assert client.get(f"{_address(world)}/{page}").status_code == 403
        assert client.post(f"{_address(world)}/{page}").status_code == 403
    assert client.get(f"{_address(world)}/rate").status_code == (200 if role == "viewer" else 403)


def test_strangers_find_no_fit(client_for: SignedIn, world: Cast) -> None:
    client = client_for(world.cedar.manager)

    assert client.get(_address(world)).status_code == 404
    for page in ("rate", "segments", "gates", "weights"):
        assert client.get(f"{_address(world)}/{page}").status_code == 404
        assert client.post(f"{_address(world)}/{page}").status_code == 404


def test_after_the_end_the_fit_is_read_and_not_changed(client_for: SignedIn, world: Cast, place: Installation) -> None:
    _everything(client_for, world)
    with writing(place.engine) as session:
        session.get_one(Partnership, world.partnership.id).footing = Footing.ENDED
        session.commit()

    page = _text(client_for(world.alder.manager).get(_address(world)))

    assert "68.1" in page
    assert "Rate again" not in page
    assert "Set other weights" not in page
    assert _rate(client_for(world.alder.manager), world, (3, 3, 3), number=2).status_code == 409


def test_the_page_and_the_domain_say_the_same(client_for: SignedIn, world: Cast, place: Installation) -> None:
    _everything(client_for, world)

    with reading(place.engine) as session:
        found = fit_page(session, world.alder.finance, world.partnership.id, NOW).score

    assert found is not None
    assert float(found.total) == 68.125


def _address(world: Cast) -> str:
    return f"/partners/partnerships/{world.partnership.id}/fit"


def _everything(client_for: SignedIn, world: Cast) -> None:
    for brand, seen in ((world.alder, ()), (world.birch, AGES)):
        code = brand.partner.code
        for actor, ratings in zip((brand.manager, brand.viewer), RATINGS[code], strict=True):
            assert _rate(client_for(actor), world, ratings).status_code == 303
        assert _segments(client_for(brand.manager), world, MEMBERS[code], seen).status_code == 303
        assert client_for(brand.manager).post(f"{_address(world)}/gates", data=CLEAR).status_code == 303


def _rate(client: FlaskClient, world: Cast, ratings: tuple[int, ...], number: int = 1) -> TestResponse:
    given = dict(zip(("brand_values", "positioning", "tone"), map(str, ratings), strict=True))
    return client.post(f"{_address(world)}/rate", data={"number": str(number), **given})


def _segments(client: FlaskClient, world: Cast, members: tuple[int, ...], seen: tuple[str, ...] = ()) -> TestResponse:
    form = {"seen": "\r\n".join(seen)}
    for n, (label, count) in enumerate(zip(AGES, members, strict=True)):
        form |= {f"label_{n}": label, f"members_{n}": str(count)}
    return client.post(f"{_address(world)}/segments", data=form)


def _text(response: TestResponse) -> str:
    """The words of a page, without marks, its spaces as they are read."""
    body = response.text.split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def _numbers(response: TestResponse) -> str:
    """A page's words and marks, less what differs on every request."""
    assert response.status_code == 200
    return re.sub(r'value="[\w.-]{40,}"', "", response.text.split("<main")[1])
