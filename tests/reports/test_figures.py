"""Small figures: one drawing for screen and paper, nothing that a strict policy refuses."""

import doctest
from xml.etree import ElementTree

from reports import figures
from reports.figures import goal_bar, sparkline
from reports.network_map import PAPER_INKS, SCREEN_INKS, Mark, network_map


def test_examples_in_the_docstrings_run():
    assert doctest.testmod(figures) == (0, 2)


def test_figures_are_wellformed_and_have_no_style():
    for inks in (SCREEN_INKS, PAPER_INKS):
        for drawn in (goal_bar(6, 10, "6 < 10 & more", inks), sparkline([3, 1, 4], "three", inks)):
            root = ElementTree.fromstring(drawn)
            assert root.find("{*}title") is not None
            assert not any(name in each.attrib for each in root.iter() for name in ("style", "onclick"))


def test_a_bar_ends_at_half_more_than_its_target():
    assert goal_bar(1000, 10, "far beyond") == goal_bar(15, 10, "far beyond")


def test_a_flat_series_is_a_line():
    assert "NaN" not in sparkline([5, 5, 5], "flat")
    assert sparkline([5], "one").count("circle") == 1


def test_labels_on_paper_have_no_rim_because_weasyprint_draws_it_over_the_letters():
    marks = [Mark("a", 0.5, 0.5, 1.0, 0, "Morgenrot club", "8,400", "Morgenrot club")]

    assert "paint-order" in network_map(marks, [], [], "map", SCREEN_INKS)
    assert "paint-order" not in network_map(marks, [], [], "map", PAPER_INKS)
