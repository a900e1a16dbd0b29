"""A document is kept once a language and comes back as the same bytes."""

import hashlib

from partners.revenue.models import StoredDocument
from reports import archive
from tests.conftest import NOW


def test_kept_bytes_come_back(session, store):
    digest = archive.keep(session, store, "statement0000001", "en", b"%PDF one", NOW)
    session.flush()

    assert digest == hashlib.sha256(b"%PDF one").hexdigest()
    assert archive.archived(session, store, "statement0000001", "en") == b"%PDF one"
    assert archive.archived(session, store, "statement0000001", "zh") is None
    assert archive.archived(session, store, "statement0000002", "en") is None


def test_a_newer_rendering_replaces_the_older(session, store):
    for content in (b"%PDF one", b"%PDF two", b"%PDF two"):
        archive.keep(session, store, "campaign00000001", "en", content, NOW)
        session.flush()

    assert archive.archived(session, store, "campaign00000001", "en") == b"%PDF two"
    assert session.query(StoredDocument).count() == 1
