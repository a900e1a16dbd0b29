"""The map is well-formed, says its texts, and nothing in it runs."""

from __future__ import annotations

from xml.etree import ElementTree

from reports.network_map import PAPER_INKS, SHAPES, Arrow, Mark, Tie, key_mark, network_map, shortened

SVG = "{http://www.w3.org/2000/svg}"


def _mark(name: str, **changes: object) -> Mark:
    given = {"x": 0.5, "y": 0.5, "size": 0.5, "partner": 0, "label": name, "note": "Alder", "title": name, **changes}
    return Mark(id=name, **given)  # type: ignore[arg-type]


def _drawn(*marks: Mark, ties: tuple[Tie, ...] = (), arrows: tuple[Arrow, ...] = ()) -> ElementTree.Element:
    return ElementTree.fromstring(network_map(marks, ties, arrows, "Map"))


def test_names_cannot_carry_markup() -> None:
    svg = network_map([_mark('<script>"&', href='/x?a=1&b="')], [], [], 'A "map"')

    assert "<script>" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == 'A "map"'


def test_only_presentation_attributes_are_used() -> None:
    drawn = _drawn(_mark("a"), _mark("b"), ties=(Tie("a", "b", 0.2, "t"),), arrows=(Arrow("a", "b", 1, "t"),))

    assert not [
        part for part in drawn.iter() if "style" in part.attrib or any(key.startswith("on") for key in part.attrib)
    ]


def test_the_area_of_a_mark_grows_with_its_size() -> None:
    small, large = (next(_drawn(_mark("a", size=size)).iter(f"{SVG}circle")) for size in (0.1, 1.0))

    assert float(small.get("r", 0)) < float(large.get("r", 0))


def test_an_unknown_size_is_drawn_hollow() -> None:
    hollow = next(_drawn(_mark("a", size=None)).iter(f"{SVG}circle"))

    assert hollow.get("stroke-dasharray")


def test_a_band_alone_is_drawn_dashed_and_a_nearer_pair_wider() -> None:
    ties = (Tie("a", "b", None, "band"), Tie("a", "c", 0.1, "far"), Tie("b", "c", 0.3, "near"))
    lines = list(_drawn(_mark("a"), _mark("b", x=0.1), _mark("c", x=0.9), ties=ties).iter(f"{SVG}line"))

    assert [bool(line.get("stroke-dasharray")) for line in lines] == [True, False, False]
    assert float(lines[1].get("stroke-width", 0)) < float(lines[2].get("stroke-width", 0))


def test_there_and_back_do_not_lie_on_one_another() -> None:
    arrows = (Arrow("a", "b", 1, "there"), Arrow("b", "a", 1, "back"))
    drawn = _drawn(_mark("a", x=0.1), _mark("b", x=0.9), arrows=arrows)

    bows = [path.get("d", "") for path in drawn.iter(f"{SVG}path") if path.get("fill") == "none"]
    heights = [float(bow.split("Q")[1].split()[1]) for bow in bows]
    assert len(set(heights)) == 2


def test_what_joins_the_unknown_is_left_out() -> None:
    drawn = _drawn(_mark("a"), ties=(Tie("a", "gone", 0.5, "t"),), arrows=(Arrow("gone", "a", 1, "t"),))

    assert not list(drawn.iter(f"{SVG}line"))
    assert not list(drawn.iter(f"{SVG}path"))


def test_every_partner_has_a_shape_and_a_sign() -> None:
    signs = {key_mark(number, PAPER_INKS) for number in range(len(SHAPES) * len(PAPER_INKS.series))}

    assert len(signs) == 42


def test_long_names_are_cut_to_the_room_there_is() -> None:
    assert shortened("x" * 22) == "x" * 22
    assert len(shortened("x" * 23)) == 22
    assert shortened("社" * 20) == "社" * 10 + "…"


def test_a_picture_of_many_grows() -> None:
    few, many = (_drawn(*(_mark(str(i)) for i in range(count))) for count in (24, 96))

    assert (few.get("width"), many.get("width")) == ("1000", "2000")
