"""How a blind count is shown: its steps on both sides, its tone, and the command that is next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from app.filters import named
from partners.audiences.blind.queries import BlindCountCard, BlindSide, Turn
from partners.audiences.keys.sealed import public_name
from partners.audiences.models import BlindStep

_TONES = {Turn.DONE: "good", Turn.STOPPED: "bad", Turn.JOIN: "wait", Turn.BLIND_OWN: "wait", Turn.BLIND_OTHER: "wait"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a count; ``state`` is done, now or next, as in ``ui/page.html``."""

    label: str
    state: str
    note: str = ""


def tone(card: BlindCountCard) -> str:
    """Return the tone of what a count waits for: ``wait`` where the own brand is next."""
    return _TONES.get(card.turn, "none")


def steps(card: BlindCountCard) -> list[Step]:
    """Return the five steps of a count with how far each is."""
    order = [BlindStep.OPENING, BlindStep.ANSWERS, BlindStep.COUNTING, BlindStep.DONE]
    sides = [side for side in (card.own, card.other) if side is not None]
    at = order.index(card.step) + 1 if card.step in order else -1
    at = 0 if at == 1 and len(sides) < 2 else at
    words = (
        (_("Both take part"), ""),
        (_("Each blinds its own list"), _who(side for side in sides if side.has_blinded_own)),
        (_("Each blinds the other's"), _who(side for side in sides if side.has_blinded_other)),
        (_("The platform counts"), ""),
        (_("Result with noise"), ""),
    )
    is_done = card.step == BlindStep.DONE
    states = ["done" if is_done or place < at else "now" if place == at else "next" for place in range(len(words))]
    return [Step(label, state, note) for (label, note), state in zip(words, states, strict=True)]


def command(base_url: str, card: BlindCountCard) -> str:
    """Return the line to run at the own brand; it does whatever is next, and nothing where nothing is."""
    return (
        f"tandem blind-count run members.csv --url {base_url} --token-file token --key brand.key "
        f"--work blind --count {card.id} --wait"
    )


def key_name(side: BlindSide) -> str:
    """Return the name of a side's public key; empty where it has published none."""
    return public_name(bytes.fromhex(side.public_key)) if side.public_key else ""


def _who(sides: Iterable[BlindSide]) -> str:
    """Return the names of the sides that are done."""
    names = ", ".join(named(side.partner) for side in sides)
    return str(_("done: %(names)s", names=names)) if names else ""
