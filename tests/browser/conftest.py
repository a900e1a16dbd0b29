"""A real Chromium, and Tandem running for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.people import PATIENCE, TRANSLATIONS


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser, started once for all tests of this folder."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed; on Debian: sudo apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def catalogue() -> None:
    """The Chinese texts, compiled where they are not."""
    written = TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po"
    compiled = written.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < written.stat().st_mtime:
        command = [sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d", str(TRANSLATIONS)]
        subprocess.run(command, check=True)
