"""Whether there is room for the sample world."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from partners.directory.models import Partner


def is_empty(session: Session) -> bool:
    """Say whether nobody is on the platform yet."""
    return session.scalar(select(Partner.id).limit(1)) is None
