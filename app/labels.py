"""The values of enumerations, in the reader's language. One value, one label, wherever it appears."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

LABELS: dict[str, Any] = {
    # roles
    "manager": _("partner manager"),
    "viewer": _("viewer"),
    "finance": _("finance"),
    "admin": _("admin"),
    # kinds of partner
    "brand": _("brand"),
    "creator": _("creator"),
    "ip_owner": _("rights owner"),
    "platform": _("platform"),
    "agency": _("agency"),
    "nonprofit": _("non-profit"),
    # stages of partnerships and campaigns
    "invited": _("invited"),
    "exploring": _("exploring"),
    "signed": _("signed"),
    "idea": _("idea"),
    "negotiated": _("negotiated"),
    "planned": _("planned"),
    "approved": _("approved"),
    "live": _("live"),
    "paused": _("paused"),
    "ended": _("ended"),
    "settled": _("settled"),
    "reviewed": _("reviewed"),
    "cancelled": _("cancelled"),
    # kinds of campaign and goal
    "joint_brand": _("joint brand"),
    "joint_marketing": _("joint marketing"),
    "joint_content": _("joint content"),
    "joint_promotion": _("joint promotion"),
    "event": _("event"),
    "referral_programme": _("referral programme"),
    "revenue": _("revenue"),
    "orders": _("orders"),
    "new_customers": _("new customers"),
    "referred_orders": _("referred orders"),
    # lawful bases
    "consent": _("consent"),
    "contract": _("contract"),
    "legitimate_interest": _("legitimate interest"),
    # audiences: standing, reasons of rejected rows, bands of overlaps and sizes
    "newest": _("valid, newest"),
    "replaced": _("replaced"),
    "expired": _("expired"),
    "empty": _("no address"),
    "not_an_email": _("not an e-mail address"),
    "role_account": _("address of a function, not of a person"),
    "not_a_token": _("not a token"),
    "unreadable": _("neither UTF-8 nor GB18030"),
    "wrong_field_count": _("another number of fields than the header"),
    "open_quote": _("a quote that does not end"),
    "line_too_long": _("line too long"),
    "under_1": _("under 1 %"),
    "from_1": _("1–5 %"),
    "from_5": _("5–10 %"),
    "from_10": _("10–20 %"),
    "from_20": _("20–40 %"),
    "over_40": _("over 40 %"),
    "under_1k": _("under 1,000"),
    "from_1k": _("1,000–10,000"),
    "from_10k": _("10,000–100,000"),
    "from_100k": _("100,000–1,000,000"),
    "over_1m": _("over 1,000,000"),
    # evidence, imports and jobs
    "conversion": _("conversion"),
    "refund": _("refund"),
    "queued": _("waiting to start"),
    "reading": _("being read"),
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "to_mend": _("rows to mend"),
    "counted": _("counted"),
    "partly_refunded": _("partly refunded"),
    "refunded": _("refunded"),
    # periods
    "open": _("open"),
    "closing": _("being closed"),
    "drafted": _("drafted"),
    "issued": _("issued"),
    "closable": _("can be closed"),
    "waiting": _("waits for the month before"),
    # statements
    "nothing": _("nothing to pay"),
    "due": _("to be paid"),
    "overdue": _("overdue"),
    "paid": _("paid"),
    "carried": _("carried to the next"),
    # accounts
    "share_expense": _("share expense"),
    "payable": _("payable"),
    "cash": _("cash"),
    # background jobs
    "count_overlaps": _("Counting overlaps"),
    "count_partnership": _("Counting overlaps of a partnership"),
    "read_import": _("Reading evidence"),
    "draft_statements": _("Drafting statements"),
    "issue_statements": _("Issuing statements"),
    "render_statement": _("Making the statement PDF"),
    "render_outcome": _("Making the outcome report"),
}


def label(value: object) -> Any:
    """Return the text for an enumeration's value; an unknown value is shown as it is."""
    return LABELS.get(str(value), str(value))
