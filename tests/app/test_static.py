"""Style sheets, scripts and fonts keep to the rules of the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

STATIC = Path(__file__).parent.parent.parent / "app" / "static"
SHEETS = sorted(path for path in (STATIC / "css").glob("*.css") if path.name != "fonts.css")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_style_sheet_needs_no_force_and_knows_no_ids(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    selectors = " ".join(re.findall(r"([^{}]+)\{", text))

    assert "!important" not in text
    assert "#" not in selectors


@pytest.mark.parametrize("sheet", [path for path in SHEETS if path.stem != "tokens"], ids=lambda path: path.stem)
def test_only_tokens_name_colours(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", text)


def test_every_font_that_is_named_is_there_and_small_enough() -> None:
    named = re.findall(r'url\("\.\./([^"]+)"\)', (STATIC / "css" / "fonts.css").read_text(encoding="utf-8"))

    assert named
    assert all((STATIC / name).stat().st_size < 600_000 for name in named)
    assert {Path(name).name for name in named} == {path.name for path in (STATIC / "fonts" / "web").iterdir()}


def test_every_asset_of_a_page_is_served(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/session/sign-in").text

    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_scripts_write_no_html_and_run_no_text() -> None:
    for path in (STATIC / "js").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|eval\(|new Function", path.read_text()), path
