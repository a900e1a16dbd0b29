"""Audiences for a brand's own programs: send tokens, look at what became of them, confirm; and people who withdrew.

The same services as the pages, so the same refusals: what may be an address is refused as a whole and kept nowhere.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import request, url_for
from pydantic import TypeAdapter

from app import context
from app.api.audience_answers import AudienceAnswer, PreviewAnswer, WithdrawalAnswer
from app.api.routes import Route, answer, described, lists, reads
from app.context import actor, db, now, store
from app.uploads import spooled
from partners.audiences import queries, register_services, withdrawal_services
from partners.audiences.ground import Ground, LawfulBasis, Use
from partners.audiences.queries import AudiencePage
from partners.directory.policy import Action
from partners.errors import Invalid

_AUDIENCE: TypeAdapter[Any] = TypeAdapter(AudienceAnswer)
_PREVIEW: TypeAdapter[Any] = TypeAdapter(PreviewAnswer)
_WITHDRAWAL: TypeAdapter[Any] = TypeAdapter(WithdrawalAnswer)

_NAME = ("name", "Name of the file.")

_GROUND = (
    ("as_of", "Day that the list is of, as 2026-11-30."),
    ("expires_on", "Last day on which it is compared and kept."),
    ("lawful_basis", "consent, contract or legitimate_interest."),
    ("consent_text", "Version of the text that the members agreed to."),
    ("collected_from", "First day on which members were collected."),
    ("collected_to", "Last day on which members were collected."),
    ("purpose", "What the members were told it is for."),
    ("region", "ISO 3166 code of the country whose law holds, as DE."),
    ("uses", "overlap, regions, or both with a comma between; overlap where it is left out."),
    ("assessment", "Number of the impact assessment, if there is one."),
)

_PREVIEWING = Route(
    "POST", "/communities/<community_id>/audiences", "preview_audience",
    "Send a list as tokens. It is a preview until it is confirmed, and gone after a day.",
    Action.REGISTER_AUDIENCES, 201, _PREVIEW, sends="text/csv", asks=(_NAME, *_GROUND),
)  # fmt: skip

_CONFIRMING = Route(
    "POST", "/audiences/<audience_id>/confirmation", "confirm_audience",
    "Confirm a preview: it is registered, and its overlaps are counted.", Action.REGISTER_AUDIENCES, 200, _AUDIENCE,
)  # fmt: skip

_WITHDRAWING = Route(
    "POST", "/withdrawals", "withdraw_members",
    "Send people who withdrew, as tokens under every key of the brand: they leave every list, and every later one.",
    Action.REGISTER_AUDIENCES, 201, _WITHDRAWAL, sends="text/csv", asks=(_NAME,),
)  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)


class NotADay(Invalid):
    """“{name}” is a day as 2026-11-30."""


class NoSuchChoice(Invalid):
    """“{name}” is one of these: {choices}."""


@lists("/audiences", AudienceAnswer)
def audiences() -> Any:
    """List the audiences of the brand, the newest first."""
    return [AudienceAnswer.of(card) for card in queries.audiences(db(), actor(), now())]


@reads("/audiences/<audience_id>", AudienceAnswer)
def audience(audience_id: str) -> Any:
    """Return one audience of the brand."""
    return AudienceAnswer.of(queries.audience_page(db(), actor(), audience_id, now()).card)


@described(_PREVIEWING)
def preview_audience(community_id: str) -> Any:
    """Take a list as a preview."""
    previewed = register_services.preview_audience(
        db(), actor(), store(), community_id, _ground(), request.args.get("name", "") or "tokens.csv",
        spooled(request.stream), now(),
    )  # fmt: skip
    context.commit()
    page = _page(previewed.audience.id)
    taken = answer(_PREVIEW.dump_python(PreviewAnswer.of(page, previewed.failures), mode="json"), 201)
    taken.headers["Location"] = url_for("api.audience", audience_id=page.card.id)
    return taken


@described(_CONFIRMING)
def confirm_audience(audience_id: str) -> Any:
    """Take a preview as an audience."""
    register_services.confirm_audience(db(), actor(), audience_id, now())
    context.commit()
    page = _page(audience_id)
    return answer(_AUDIENCE.dump_python(AudienceAnswer.of(page.card), mode="json"))


@described(_WITHDRAWING)
def withdraw_members() -> Any:
    """Take people out of every list."""
    name, content = request.args.get("name", "") or "withdrawn.csv", spooled(request.stream)
    row = withdrawal_services.withdraw_members(db(), actor(), store(), name, content, now())
    context.commit()
    return answer(_WITHDRAWAL.dump_python(WithdrawalAnswer.of(row.id, row.members, row.effects), mode="json"), 201)


def _page(audience_id: str) -> AudiencePage:
    """Return what became of a list for a program that need not be allowed to read."""
    return queries.audience_page(db(), actor(), audience_id, now(), to=Action.REGISTER_AUDIENCES)


def _ground() -> Ground:
    """Read the ground in the query; what is missing is named by the service."""
    asked = request.args
    uses = tuple(_one_of(Use, "uses", use.strip()) for use in asked.get("uses", Use.OVERLAP.value).split(","))
    return Ground(
        _day("as_of"), _day("expires_on"), _one_of(LawfulBasis, "lawful_basis", asked.get("lawful_basis", "")),
        asked.get("consent_text", "").strip(), _day("collected_from"), _day("collected_to"),
        asked.get("purpose", "").strip(), asked.get("region", "").strip(), uses, asked.get("assessment", "").strip(),
    )  # fmt: skip


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise NotADay(name=name) from None


def _one_of(kind: type[Choice], name: str, value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise NoSuchChoice(name=name, choices=", ".join(kind)) from None
