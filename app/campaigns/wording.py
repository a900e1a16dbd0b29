"""What terms say, in sentences of the reader's language, and what one version changes in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.lists import format_list
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.filters import count, date, rate
from app.i18n import locale
from partners.campaigns.rate import rate_of_percent
from partners.campaigns.terms import Change, Words
from reports import format as formats

PARTS = {"tax": _("tax"), "shipping": _("shipping"), "payment_fee": _("payment fees")}

FIELDS = {
    "rate_percent": _("Rate"), "excludes": _("Taken off before the rate"), "currency": _("Currency"),
    "first_day": _("First day"), "last_day": _("Last day"), "payment_days": _("Days to pay"), "weight": _("Weight"),
    "merchant": _("Sells"), "name": _("Legal entity"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change as a row of a table; ``party`` is empty where the field is no party's own."""

    what: str
    party: str
    old: str
    new: str


def sentences(words: Words) -> list[str]:
    """Return what the terms say: what is shared and how, who pays whom and when, which sales it prices."""
    facts = {
        "rate": rate(rate_of_percent(words.rate_percent)), "base": listed([PARTS[name] for name in words.excludes]),
        "weights": " : ".join(str(weight) for weight in words.weights), "names": listed(words.names),
    }  # fmt: skip
    return [
        _share_sentence(facts, bool(words.excludes)),
        _pay_sentence(words),
        gettext(
            "It prices the sales of %(days)s, by the date in %(zone)s.",
            days=formats.days(words.first_day, words.last_day, locale()), zone=words.timezone,
        ),
    ]  # fmt: skip


def change_lines(changes: tuple[Change, ...]) -> list[ChangeLine]:
    """Return the changes as rows."""
    return [
        ChangeLine(
            str(FIELDS[change.field]), change.party, _said(change.field, change.old), _said(change.field, change.new)
        )
        for change in changes
    ]


def listed(items: Any) -> str:
    """Return names in a row, with the word for "and" before the last."""
    return format_list([str(item) for item in items], locale="zh_Hans" if locale() == "zh" else "en")


def _share_sentence(facts: dict[str, str], is_net: bool) -> str:
    if is_net:
        return str(
            gettext("Of every sale, without %(base)s, %(rate)s is shared %(weights)s between %(names)s.", **facts)
        )
    return str(gettext("Of every sale as it was paid, %(rate)s is shared %(weights)s between %(names)s.", **facts))


def _pay_sentence(words: Words) -> str:
    facts = {"sellers": listed(words.merchants), "currency": words.currency, "days": count(words.payment_days)}
    one = _(
        "%(sellers)s sells, keeps its own part and pays the others theirs in %(currency)s, at most %(days)s days after "
        "each statement."
    )
    several = _(
        "%(sellers)s sell; of its own sales each keeps its part and pays the others theirs in %(currency)s, at most "
        "%(days)s days after each statement."
    )
    return str(one if len(words.merchants) == 1 else several) % facts


def _said(field: str, value: Any) -> str:
    if field == "rate_percent":
        return rate(rate_of_percent(value))
    if field == "excludes":
        return listed([PARTS[name] for name in value]) if value else str(gettext("nothing"))
    if field in ("first_day", "last_day"):
        return date(value)
    if field == "merchant":
        return str(gettext("yes") if value else gettext("no"))
    return count(value) if isinstance(value, int) else str(value)
