"""A world to try everything with: ten invented brands, four months of their business, loaded by calling the services.

Every step is taken by a user whose role allows it, at the time when it would have happened; nothing is inserted by
hand. Names, people and amounts are invented; the proportions are measured on public data (``shopping`` says which).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from partners.sample import administering, closing, fitting, joining, story
from partners.sample.keying import files_at_home as files_at_home
from partners.sample.queries import is_empty as is_empty
from partners.sample.world import World
from partners.store import FolderStore

PASSWORD = "breakfast at nine"  # noqa: S105 (the sample world's, printed at its start)

SIGN_INS = (
    ("partner manager", "manager@morgenrot.example", "Lena Petersen, Morgenrot Coffee"),
    ("brand viewer", "viewer@morgenrot.example", "Jonas Vogt, Morgenrot Coffee"),
    ("finance", "finance@morgenrot.example", "Miriam Adler, Morgenrot Coffee (prepares)"),
    ("finance", "finance2@morgenrot.example", "Paul Brandt, Morgenrot Coffee (approves)"),
    ("admin", "admin@morgenrot.example", "Katrin Sommer, Morgenrot Coffee"),
    ("partner manager", "manager@chenguang.example", "王晓琳, 晨光酸奶 (the other side)"),
    ("operator", "operator@tandem.example", "Olga Brenner, who runs the platform"),
)
"""(role, e-mail address, who it is) of the users to begin with; all have PASSWORD."""


def load(
    session: Session, store: FolderStore, key: bytes, seal_key: bytes, password_digest: str, now: datetime
) -> None:
    """Build the sample world in an empty database; the caller commits. Takes some seconds.

    Args:
        key: 32 bytes that key the tokens of members and buyers.
        seal_key: 32 bytes that seal the numbers of bank accounts.
        password_digest: of PASSWORD, for every user.
        now: the instant until which things have happened.
    """
    world = World(session, store, key, seal_key, password_digest, now)
    joining.set_up(world, world.day(story.FIRST_MONTH - 1, 2))
    story.begin(world)
    administering.begin(world)
    fitting.rate_fits(world, world.day(story.FIRST_MONTH - 1, 10))
    story.propose_everything(world)
    for month in range(story.FIRST_MONTH, 0):
        story.sell(world, month)
        closing.close_month(world, month)
    story.sell(world, 0)
    story.finish_campaigns(world)
    administering.propose_another_account(world)
    joining.come_in(world)
