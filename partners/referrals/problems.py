"""Why a reported row is not taken: one class per reason, its docstring says what is wrong and what to do.

A problem is kept with its row (class name, column, fields), so that each reader gets it in their own language.
"""

from __future__ import annotations

from partners.errors import Invalid

_SHOWN = 60
"""Characters of the reported value that are repeated in the sentence."""


class RowProblem(Invalid):
    """This row cannot be taken. Check it and send it again."""

    def __init__(self, column: str, **fields: object) -> None:
        self.column = column
        super().__init__(column=column, **{name: str(value)[:_SHOWN] for name, value in fields.items()})


class RowUnreadable(RowProblem):
    """This line is not text in UTF-8 or GB18030, or is longer than 64 KB. Save the file again as CSV in UTF-8."""


class QuoteOpen(RowProblem):
    """A quotation mark in this line is never closed. Close it or take it out."""


class FieldCountDiffers(RowProblem):
    """This row has another number of fields than the header. Put a field that contains a comma in quotation marks."""


class FieldMissing(RowProblem):
    """“{column}” is empty. Every row needs it."""


class FieldTooLong(RowProblem):
    """“{column}” has more than {longest} characters. Shorten it."""


class FieldUnprintable(RowProblem):
    """“{column}” contains characters that cannot be printed. Take them out."""


class IdReserved(RowProblem):
    """An order number may not begin with “refund:”. Use the order's own number."""


class IdOfExample(RowProblem):
    """“{value}” is a number of the example file, which is never taken. Write the numbers of your own orders."""


class NumberUnreadable(RowProblem):
    """“{value}” is not a whole number from {least} to {most}."""


class CurrencyUnreadable(RowProblem):
    """“{value}” is not a currency. Use an ISO 4217 code such as EUR or CNY."""


class AmountUnclear(RowProblem):
    """“{value}” is not an amount in {currency}. Write digits with a point, such as 1234.50, without thousands marks."""


class AmountNegative(RowProblem):
    """“{column}” is negative. Report money that was paid back as a refund."""


class AmountZero(RowProblem):
    """A refund of nothing cannot be taken. Write the amount that was paid back."""


class TimeUnreadable(RowProblem):
    """“{value}” is not a time. Write 2026-09-30T14:05:00 in the time of the partnership, or with an offset: +02:00."""


class TimeAhead(RowProblem):
    """{value} lies in the future. Check the time and its offset."""


class CampaignUnknown(RowProblem):
    """There is no campaign “{value}” in which your brand sells. Copy the code from the campaign's page."""


class CampaignNotOpen(RowProblem):
    """The campaign “{value}” takes sales only while it is live, paused or ended and not yet settled."""


class OutsideCampaign(RowProblem):
    """The sale is of {value}; the campaign runs from {first} to {last}. Report it without this campaign."""


class TermsMissing(RowProblem):
    """No terms that every party has signed are in force on {value}. Have them signed, then send this row again."""


class CurrencyDiffers(RowProblem):
    """The row is in {value}; here {expected} is agreed. Report the amount in {expected}."""


class CommunityUnknown(RowProblem):
    """“{value}” is no community of this campaign. Copy the code from the campaign's page, or leave it empty."""


class CommunityOwn(RowProblem):
    """“{value}” is your own community; only a partner's community refers. Leave it empty."""


class BaseNegative(RowProblem):
    """Tax, shipping and fees are more than the gross amount. Check the amounts of this row."""


class KeyTaken(RowProblem):
    """“{value}” was reported before with other content. To correct a line, refund it and report it under a new line."""


class SaleMissing(RowProblem):
    """The sale {value} is not here yet. Send it first, then send this row again."""


class RefundEarly(RowProblem):
    """The refund is of {value}, earlier than its sale. Check the time and its offset."""


class RefundTooLarge(RowProblem):
    """Of this line {left} is left to refund; the row says {value}. Check the amount."""


def problem_named(name: str) -> type[RowProblem]:
    """Return the class of a kept problem; the general one where the name is no longer used.

    >>> problem_named("SaleMissing").__name__
    'SaleMissing'
    """
    return next((kind for kind in RowProblem.__subclasses__() if kind.__name__ == name), RowProblem)
