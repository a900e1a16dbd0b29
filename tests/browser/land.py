"""The cast as Tandem serves it to browsers, through a wire on which everything that they send is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import Settings
from partners.audiences.keys import queries
from partners.audiences.keys.sealed import BrandKeyPair, SealedCopy, key_name, make_brand_key, seal_key
from partners.audiences.keys.services import publish_brand_key, share_key
from partners.database import reading, writing
from tests.app.conftest import PASSWORD_DIGEST
from tests.browser.live import Clock, Live, running
from tests.browser.wire import Wire
from tests.cast import Brand, Cast, build_cast
from tests.conftest import NOW

KEY = bytes(range(32))
"""The key of the partnership, where a test does not make one."""


@dataclass(frozen=True, slots=True)
class Land:
    """The cast, served under a name, and the wire to it."""

    live: Live
    cast: Cast
    wire: Wire

    @property
    def pairs(self) -> dict[str, BrandKeyPair]:
        """Let Alder and Birch have made their keys at home, and share KEY; return the pairs by the brands' codes."""
        brands = (self.cast.alder, self.cast.birch)
        pairs = {brand.partner.code: make_brand_key() for brand in brands}
        place = self.cast.partnership.id
        with writing(self.live.place.engine) as session:
            for brand in brands:
                publish_brand_key(session, brand.manager, pairs[brand.partner.code].public, NOW)
            sealed = {brand.partner.id: seal_key(KEY, place, pairs[brand.partner.code].public) for brand in brands}
            share_key(session, self.cast.alder.manager, place, key_name(KEY), sealed, NOW)
            session.commit()
        return pairs

    def copy_of(self, brand: Brand) -> SealedCopy:
        """Return a brand's sealed copy."""
        with reading(self.live.place.engine) as session:
            return queries.own_copies(session, brand.viewer)[0]


@contextmanager
def open_land(template: Path, var: Path) -> Iterator[Land]:
    """Serve a copy of an empty database with the cast in it, under a name, until the block ends."""
    var.mkdir()
    shutil.copy(template, var / "tandem.db")
    wire = Wire()
    settings = Settings(
        var=var, database_url=f"sqlite:///{var / 'tandem.db'}", secret_key="k" * 32, token_key=b"t" * 32,
        seal_key=b"s" * 32, base_url=f"http://localhost:{wire.port}", port=wire.port, upload_mb=1,
    )  # fmt: skip
    with running(settings, Clock(NOW), with_worker=False) as live, wire.to(int(live.address.rpartition(":")[2])):
        with writing(live.place.engine) as session:
            cast = build_cast(session, NOW, PASSWORD_DIGEST)
            session.commit()
        yield Land(live, cast, wire)
