"""The archive: rendered bytes in, a digest out; later the same bytes again.

A document is rendered once. What people download is the kept file, so that both sides hold the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from partners.revenue import document_services
from partners.store import FolderStore


def keep(session: Any, store: FolderStore, subject_id: str, language: str, content: bytes, now: datetime) -> str:
    """Keep the PDF of a statement or campaign in a language and return the SHA-256 of its bytes; the caller commits."""
    return document_services.keep_document(session, store, subject_id, language, content, now)


def archived(session: Any, store: FolderStore, subject_id: str, language: str) -> bytes | None:
    """Return the kept PDF, or None where there is none yet; the caller has looked up the subject for its reader."""
    return document_services.kept_document(session, store, subject_id, language)
