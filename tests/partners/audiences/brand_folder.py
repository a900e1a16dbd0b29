"""A brand's folder for tests that blind files: its key, a sealed copy of a partnership's key, and a list."""

from __future__ import annotations

from pathlib import Path

from partners.audiences.keys.sealed import (
    SealedCopy,
    key_name,
    make_brand_key,
    seal_key,
    write_brand_key,
    write_sealed_keys,
)

KEYS = {"Alder with Birch": bytes(range(32)), "Alder with Cedar": bytes(range(32, 64))}
"""Keys of the brand's partnerships, by name; the id of each is its name in lower case."""

PEOPLE = ("ana.garcia@x.com", "ANA.GARCIA@x.com", "info@x.com", "ben zhou", "cy@例子.中国")


def make_folder(folder: Path) -> Path:
    """Write ``brand.key``, ``sealed.json`` and ``members.csv``: two members, one of them twice, two rows to drop."""
    pair = make_brand_key()
    copies = [
        SealedCopy(name.lower(), name, key_name(key), seal_key(key, name.lower(), pair.public))
        for name, key in KEYS.items()
    ]
    (folder / "brand.key").write_text(write_brand_key(pair, "Alder"), "utf-8")
    (folder / "sealed.json").write_text(write_sealed_keys(copies), "utf-8")
    rows = [f"{who},{'gold' if at < 2 else 'silver'}" for at, who in enumerate(PEOPLE)]
    (folder / "members.csv").write_text("\n".join(["email,club", *rows, ""]), "utf-8")
    return folder
