"""Where the public data sets lie, and how they are read. They are not part of this project; tests skip without them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


def folder() -> Path:
    """Return the folder of the data sets: TANDEM_REAL_DATA, or ``shared/data`` beside the project."""
    return Path(os.environ.get("TANDEM_REAL_DATA") or ROOT.parent / "shared" / "data")


def needed(name: str) -> Path:
    """Return the folder of one data set; skip the test where it is absent."""
    found = folder() / name
    if not found.is_dir():
        pytest.skip(f"the public data set {name} is not in {folder()}; set TANDEM_REAL_DATA")
    return found


def columns(path: Path, *names: str) -> list[tuple[Any, ...]]:
    """Return the rows of a Parquet file, of the named columns only."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(names))  # type: ignore[no-untyped-call]
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
