"""Folders for documents: the bundled fonts, and a Chinese catalogue of a few texts, compiled here."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from reports.language import Places

ROOT = Path(__file__).parents[2]
CHINESE = {
    "Settlement statement": "结算单", "Payer": "付款方", "Net payable, due %(day)s": "应付净额，%(day)s到期",
    "Draft": "草稿", "Outcome report": "成效报告",
}  # fmt: skip


@pytest.fixture(scope="session")
def places(tmp_path_factory) -> Places:
    folder = tmp_path_factory.mktemp("translations")
    catalogue = Catalog(locale="zh")
    for english, chinese in CHINESE.items():
        catalogue.add(english, chinese)
    (folder / "zh" / "LC_MESSAGES").mkdir(parents=True)
    with (folder / "zh" / "LC_MESSAGES" / "messages.mo").open("wb") as out:
        write_mo(out, catalogue)
    return Places(ROOT / "app" / "static" / "fonts", folder)
