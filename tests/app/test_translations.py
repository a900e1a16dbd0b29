"""Every text has its Chinese: what the catalogue holds is what the code says, nothing is missing, nothing is stale."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
PO = ROOT / "app" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale="zh")


@pytest.fixture(scope="module")
def said() -> set[str]:
    """Every text of the code and the templates, by its English."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = set()
    for name, _, text, _, _ in extract_from_dir(
        ROOT, methods, options, keywords=DEFAULT_KEYWORDS | {"lazy_gettext": None},
        directory_filter=lambda path: Path(path).name not in (".venv", "var", ".git", ".tools", "tests"),
    ):  # fmt: skip
        found.add(text[0] if isinstance(text, tuple) else text)
        assert name
    return found


def test_every_text_has_its_chinese(said: set[str], chinese: Catalog) -> None:
    missing = sorted(text for text in said if not _is_translated(chinese.get(text)))

    assert len(said) > 500
    assert missing == []


def test_no_translation_is_left_of_a_text_that_is_gone(said: set[str], chinese: Catalog) -> None:
    stale = sorted(_english(message) for message in chinese if message.id and _english(message) not in said)

    assert stale == []


def test_a_translation_keeps_every_place_for_a_value(chinese: Catalog) -> None:
    for message in chinese:
        if message.id:
            wanted = sorted(PLACE.findall(_english(message)))
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            for text in texts:
                assert sorted(PLACE.findall(text)) == wanted, _english(message)


def test_readers_are_addressed_in_one_way(chinese: Catalog) -> None:
    texts = [text for each in chinese for text in (each.string if isinstance(each.string, tuple) else (each.string,))]

    assert [text for text in texts if "你" in text] == []
    assert sum("您" in text for text in texts) > 100


def _english(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)
