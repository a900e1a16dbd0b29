"""The rules of the house that no linter knows: what may be used where, and how long a thing may be."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for room in ("app", "partners", "reports") for path in (ROOT / room).rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for full in names for name in (full, full.split(".")[0])}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_file_is_over_300_lines_and_no_function_over_45(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert len(lines) <= 300
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node) <= 45, node.name


@pytest.mark.parametrize(
    ("package", "home"),
    [("networkx", "partners/network/"), ("weasyprint", "reports/render.py"), ("huey", "app/queue.py"),
     ("argon2", "app/passwords.py"), ("webauthn", "app/passkeys.py"),
     ("pyotp", "partners/directory/accounts/one_time.py")],
)  # fmt: skip
def test_a_package_has_one_home(package: str, home: str) -> None:
    users = [_name(path) for path in SOURCES if package in _imported(path)]

    assert users
    assert [user for user in users if not user.startswith(home)] == []


def test_rows_are_selected_only_in_services_and_queries() -> None:
    allowed_roots = {"partners/audit.py", "partners/outbox.py"}
    users = [path for path in SOURCES if "sqlalchemy.select" in _imported(path)]

    readers = ("services", "queries", "steps")
    strays = [_name(path) for path in users if not path.stem.endswith(readers) and _name(path) not in allowed_roots]

    assert strays == []


def test_nothing_points_at_one_machine() -> None:
    listed = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^.\w])/(work|root|home)/"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert [line for line in listed.stdout.splitlines() if "tests/test_house.py" not in line] == []


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or 0) - first.lineno + 1 if is_text else 0
