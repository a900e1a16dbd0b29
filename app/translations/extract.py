"""Collects messages for translation from Python files: calls of gettext, and the docstrings of errors.

Babel calls ``extract_python`` as ``babel.cfg`` says. An error is a class whose bases lead to ``TandemError``, found by
reading the sources, so that nothing need be importable.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from babel.messages.extract import extract_python as extract_calls

_ROOT = Path(__file__).parent.parent.parent
_FAMILIES = frozenset({"TandemError", "Invalid", "NotFound", "NotAllowed", "Conflict"})

Message = tuple[int, Any, Any, Any]


def extract_python(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Message]:
    """Yield line, function, message and comments of everything in a file that users read."""
    yield from extract_calls(source, keywords, comment_tags, options)
    source.seek(0)
    for found in _classes(source.read()):
        text = ast.get_docstring(found)
        if found.name in error_names() and text:
            yield found.lineno, None, " ".join(text.split()), []


@lru_cache(maxsize=1)
def error_names() -> frozenset[str]:
    """Return the names of all classes whose bases lead to one of the four families."""
    bases: dict[str, set[str]] = {}
    for room in ("partners", "reports", "app"):
        for path in (_ROOT / room).rglob("*.py"):
            for found in _classes(path.read_bytes()):
                bases.setdefault(found.name, set()).update(map(_last_name, found.bases))
    names = set(_FAMILIES)
    while new := {name for name, above in bases.items() if above & names} - names:
        names |= new
    return frozenset(names)


def _classes(source: bytes) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))


def _last_name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
