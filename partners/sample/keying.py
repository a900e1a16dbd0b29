"""What the sample brands do at home: make their keys, share one for each partnership, and blind their lists of members.

The keys follow from the brands' codes, so that anybody can blind a list for a sample brand. That is what makes the
sample world a toy: real brands draw theirs at random, and nobody else has them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO
from random import Random

from nacl.public import PrivateKey

from partners.audiences import register_services, withdrawal_services
from partners.audiences.blinding.members import blind_list, write_tokens
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.audiences.keys import services as keys
from partners.audiences.keys.sealed import BrandKeyPair, key_name, seal_key, write_brand_key
from partners.audiences.release.evaluating import legal_region
from partners.audiences.release.release import ReleaseSettings
from partners.audiences.release.settings_services import SideSettings, set_release
from partners.sample.brands import BRANDS, Brand, Club
from partners.sample.shopping import member_list
from partners.sample.world import World

CONSENT_TEXT = "joint campaigns 2"
"""Version of the text that members of the sample brands agreed to."""

ARRANGEMENT = "Joint controllers (GDPR Art. 26) and PIPL Art. 20, 23: 2025/11"
"""What brands of different legal regions agreed on before their lists may be compared."""

LISTS = (("morgenrot-members", 0.15), ("chenguang-members", 0.2))
"""Lists of members to try things with: (name, corner of the population)."""

WITHDREW = 40
"""People who withdrew from the first brand's lists."""


def brand_key(code: str) -> BrandKeyPair:
    """Return a sample brand's key pair."""
    private = PrivateKey(hashlib.sha256(f"sample brand {code}".encode()).digest())
    return BrandKeyPair(bytes(private), bytes(private.public_key))


def files_at_home() -> dict[str, bytes]:
    """Return what lies at two of the brands, by file name: their keys, and a list of members to register.

    No real platform has such files; here they let one person play both sides.
    """
    files = {f"{code}.key": write_brand_key(brand_key(code), code).encode() for code in ("morgenrot", "chenguang")}
    return files | {f"{name}.csv": member_list(Random(name), 2_500, corner) for name, corner in LISTS}


def publish_keys(world: World, at: datetime) -> None:
    """Let every brand publish its public key."""
    for brand in BRANDS:
        keys.publish_brand_key(world.session, world.manager(brand.code), brand_key(brand.code).public, at)
    world.session.flush()


def share_key(world: World, partnership: str, brands: tuple[str, ...], at: datetime) -> None:
    """Let the first brand of a partnership make its key and seal it for every side.

    Where their lists cross borders, all of them name the document that allows it.
    """
    partnership_id = world.partnership_ids[partnership]
    key = hashlib.sha256(f"sample partnership {partnership}".encode()).digest()
    sealed = {
        world.partner_ids[code]: seal_key(key, partnership_id, brand_key(code).public) for code in brands
    }  # fmt: skip
    keys.share_key(world.session, world.manager(brands[0]), partnership_id, key_name(key), sealed, at)
    world.session.flush()
    if len({legal_region(brand.region) for brand in BRANDS if brand.code in brands}) > 1:
        for code in brands:
            wanted = SideSettings(ReleaseSettings(), ARRANGEMENT)
            set_release(world.session, world.manager(code), partnership_id, wanted, at)
    for code in brands:
        world.token_keys.setdefault(code, []).append((key_name(key), key))


def register_members(world: World, brand: Brand, club: Club, at: datetime) -> None:
    """Blind a list of a community's members, look at the preview, and confirm it, as its manager would."""
    ground = Ground(
        as_of=at.date(), expires_on=at.date() + timedelta(days=365), lawful_basis=LawfulBasis.CONSENT,
        consent_text=CONSENT_TEXT, collected_from=at.date() - timedelta(days=700), collected_to=at.date(),
        purpose="joint campaigns", region=brand.region, uses=(Use.OVERLAP, Use.REGIONS),
    )  # fmt: skip
    members = member_list(world.random, club.size, brand.corner)
    tokens = _blinded(world, brand.code, members)
    previewed = register_services.preview_audience(
        world.session, world.manager(brand.code), world.store, world.community_ids[club.code], ground,
        f"{club.code}.tokens.csv", tokens, at,
    )  # fmt: skip
    world.session.flush()
    register_services.confirm_audience(world.session, world.manager(brand.code), previewed.audience.id, at)


def withdraw_members(world: World, brand: Brand, at: datetime) -> None:
    """Take some people out of a brand's lists who no longer want to be in them."""
    gone = "".join(f"person{number * 7:05d}@mail.example,\n" for number in range(WITHDREW))
    tokens = _blinded(world, brand.code, f"email,segment\n{gone}".encode())
    withdrawal_services.withdraw_members(
        world.session, world.manager(brand.code), world.store, "withdrawn.tokens.csv", tokens, at
    )


def _blinded(world: World, code: str, members: bytes) -> BytesIO:
    out = BytesIO()
    write_tokens(blind_list(BytesIO(members), world.token_keys[code], segment="segment"), out)
    out.seek(0)
    return out
