"""Rendered documents: bytes in the file store under their digest, and a row that says of what and in which language.

Whoever asks for a document's bytes has been shown its statement or campaign first; that query decides who may read.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.revenue.models import StoredDocument
from partners.store import FolderStore


def keep_document(
    session: Session, store: FolderStore, subject_id: str, language: str, content: bytes, now: datetime
) -> str:
    """Store a rendered document and return the SHA-256 of its bytes; an earlier one of that language is replaced.

    The bytes are written first: a row never names a file that is not there.
    """
    digest = hashlib.sha256(content).hexdigest()
    key = f"documents/{digest}.pdf"
    if not store.has(key):
        store.put(key, content)
    row = _stored(session, subject_id, language)
    if row is None:
        row = StoredDocument(subject_id=subject_id, language=language)
        session.add(row)
    row.store_key, row.digest, row.rendered_at = key, digest, now
    return digest


def kept_document(session: Session, store: FolderStore, subject_id: str, language: str) -> bytes | None:
    """Return the bytes of a rendered document, or None where it has not been rendered in that language."""
    row = _stored(session, subject_id, language)
    return store.get(row.store_key) if row is not None and store.has(row.store_key) else None


def _stored(session: Session, subject_id: str, language: str) -> StoredDocument | None:
    return session.scalar(
        select(StoredDocument).where(StoredDocument.subject_id == subject_id, StoredDocument.language == language)
    )
