"""Who reaches which address, declared once: roles by their first letters (manager, viewer, finance, admin).

``page``: every brand's own page, where it sees its own things. ``shared``: a thing of the partnership, for each of its
sides. ``private``: a thing of one brand. A suspended brand reads what every role reads, and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("manager", "viewer", "finance", "admin")

ALL = "mvfa"


@dataclass(frozen=True, slots=True)
class Access:
    """The roles that reach an address: of the own brand, of its partner, of a stranger, of the own brand suspended."""

    own: str
    partner: str
    stranger: str
    suspended: str


def page(roles: str, suspended: str | None = None) -> Access:
    """Every brand's own; nothing of others can be named there."""
    return Access(roles, roles, roles, _suspended(roles, suspended))


def shared(roles: str, suspended: str | None = None) -> Access:
    """For the sides of a partnership."""
    return Access(roles, roles, "", _suspended(roles, suspended))


def private(roles: str, suspended: str | None = None) -> Access:
    """For one brand alone."""
    return Access(roles, "", "", _suspended(roles, suspended))


def nobody() -> Access:
    """For none of these seats: the operator's pages, and what needs more than an address."""
    return Access("", "", "", "")


def _suspended(roles: str, suspended: str | None) -> str:
    return suspended if suspended is not None else roles if roles == ALL else ""


ACCESS = {
    # account
    "account.add_passkey POST": page(ALL, suspended="mvfa"),
    "account.end_other_sign_ins POST": page(ALL, suspended="mvfa"),
    "account.end_sign_in POST": nobody(),
    "account.index GET": page(ALL),
    "account.passkey_options POST": page(ALL, suspended="mvfa"),
    "account.password GET": page(ALL),
    "account.password POST": page(ALL, suspended="mvfa"),
    "account.remove_passkey POST": nobody(),
    "account.renew_recovery_codes POST": nobody(),
    "account.second_factor GET": page(ALL),
    "account.sign_ins GET": page(ALL),
    "account.switch_codes_off POST": page(ALL, suspended="mvfa"),
    "account.switch_codes_on GET": page(ALL),
    "account.switch_codes_on POST": page(ALL, suspended="mvfa"),
    # admin
    "admin.account GET": private("fa"),
    "admin.account_number POST": private("fa"),
    "admin.accounts GET": page("fa"),
    "admin.approve_account POST": private("a"),
    "admin.approve_partner POST": nobody(),
    "admin.audit_log GET": page("a"),
    "admin.change_role POST": private("a"),
    "admin.entities GET": page("a"),
    "admin.entities POST": page("a"),
    "admin.index GET": page("a"),
    "admin.index POST": page("a"),
    "admin.leave GET": page("a"),
    "admin.leave POST": page("a"),
    "admin.make_token GET": page("a"),
    "admin.make_token POST": page("a"),
    "admin.note_seat POST": private("a"),
    "admin.partner GET": nobody(),
    "admin.partners GET": nobody(),
    "admin.propose_account GET": page("fa"),
    "admin.propose_account POST": page("fa"),
    "admin.refuse_account POST": private("a"),
    "admin.refuse_partner POST": nobody(),
    "admin.require_second_factor POST": page("a"),
    "admin.resume_partner POST": nobody(),
    "admin.resume_seat POST": private("a"),
    "admin.retention GET": page("a"),
    "admin.retention POST": page("a"),
    "admin.seat GET": private("a"),
    "admin.send_again POST": private("a"),
    "admin.suspend_partner POST": nobody(),
    "admin.suspend_seat POST": private("a"),
    "admin.take_seat POST": private("a"),
    "admin.token GET": private("a"),
    "admin.token POST": private("a"),
    "admin.tokens GET": page("a"),
    "admin.withdraw POST": private("a"),
    "admin.withdraw_account POST": private("f"),
    # audiences
    "audiences.add_copies POST": shared("m"),
    "audiences.explain_overlap GET": shared(ALL),
    "audiences.key_request GET": shared(ALL),
    "audiences.keys GET": page(ALL),
    "audiences.portable_blinding GET": page(ALL),
    "audiences.publish_key POST": page("m"),
    "audiences.sealed_keys GET": page(ALL),
    "audiences.share_key POST": shared("m"),
    "audiences.compare GET": shared(ALL),
    "audiences.compare POST": shared("m"),
    "audiences.confirm POST": private("m"),
    "audiences.discard POST": private("m"),
    "audiences.blind_count GET": shared(ALL),
    "audiences.blind_counts GET": page(ALL),
    "audiences.failed_rows GET": nobody(),
    "audiences.index GET": page(ALL),
    "audiences.join_blind GET": Access("", "m", "", ""),
    "audiences.join_blind POST": Access("", "m", "", ""),
    "audiences.overlap GET": shared(ALL),
    "audiences.overlap_log GET": shared(ALL),
    "audiences.overlap_segments GET": shared(ALL),
    "audiences.overlap_settings GET": shared(ALL),
    "audiences.overlap_settings POST": shared("m"),
    "audiences.overlaps GET": page(ALL),
    "audiences.propose_blind GET": page("m"),
    "audiences.propose_blind POST": page("m"),
    "audiences.regions GET": shared(ALL),
    "audiences.register GET": page("m"),
    "audiences.register POST": page("m"),
    "audiences.revoke GET": private("m"),
    "audiences.revoke POST": private("m"),
    "audiences.show GET": private(ALL),
    "audiences.stop_blind POST": shared("m"),
    "audiences.withdraw POST": page("m"),
    "audiences.withdrawals GET": page(ALL),
    # campaigns
    "campaigns.add_communities POST": shared("m"),
    "campaigns.goals POST": shared("m"),
    "campaigns.index GET": page(ALL),
    "campaigns.move POST": shared("m"),
    "campaigns.propose GET": page("m"),
    "campaigns.propose POST": page("m"),
    "campaigns.report GET": shared(ALL),
    "campaigns.share POST": shared("m"),
    "campaigns.show GET": shared(ALL),
    "campaigns.sign POST": shared("m"),
    "campaigns.terms GET": shared("m"),
    "campaigns.terms POST": shared("m"),
    # communities
    "communities.edit GET": private("m"),
    "communities.edit POST": private("m"),
    "communities.index GET": page(ALL),
    "communities.new GET": page("m"),
    "communities.new POST": page("m"),
    "communities.show GET": shared(ALL),
    # home
    "home.index GET": page(ALL),
    "home.search GET": page(ALL),
    # jobs
    "jobs.show GET": private(ALL),
    # network
    "network.index GET": page(ALL),
    # partners
    "partners.accept POST": shared("m"),
    "partners.decline GET": shared("m"),
    "partners.decline POST": shared("m"),
    "partners.end GET": shared("m"),
    "partners.end POST": shared("m"),
    "partners.fit GET": shared(ALL),
    "partners.fit_gates GET": shared("m"),
    "partners.fit_gates POST": shared("m"),
    "partners.fit_rate GET": shared("mv"),
    "partners.fit_rate POST": shared("mv"),
    "partners.fit_segments GET": shared("m"),
    "partners.fit_segments POST": shared("m"),
    "partners.fit_weights GET": shared("m"),
    "partners.fit_weights POST": shared("m"),
    "partners.index GET": page(ALL),
    "partners.invite GET": page("m"),
    "partners.invite POST": page("m"),
    "partners.invite_brand GET": page("m"),
    "partners.invite_brand POST": page("m"),
    "partners.invite_brand_again POST": private("m"),
    "partners.move POST": shared("m"),
    "partners.partnership GET": shared(ALL),
    "partners.preview GET": shared(ALL),
    "partners.show GET": page(ALL),
    "partners.trust GET": Access("", "mvfa", "", ""),
    "partners.trust_between GET": shared(ALL),
    "partners.withdraw_brand POST": private("m"),
    # referrals
    "referrals.evidence GET": shared(ALL),
    "referrals.example GET": page(ALL),
    "referrals.failed_rows GET": private(ALL),
    "referrals.index GET": page(ALL),
    "referrals.receive POST": page("mf"),
    "referrals.set_aside POST": private("mf"),
    "referrals.show GET": private(ALL),
    # revenue
    "revenue.approve POST": shared("f"),
    "revenue.close POST": shared("f"),
    "revenue.index GET": page(ALL),
    "revenue.ledger GET": shared(ALL),
    "revenue.period GET": shared(ALL),
    "revenue.record_payout POST": private("f"),
    "revenue.reopen POST": shared("f"),
    "revenue.statement GET": shared(ALL),
    "revenue.statement_json GET": shared(ALL),
    "revenue.statement_lines GET": shared(ALL),
    "revenue.statement_pdf GET": shared(ALL),
    "revenue.statements GET": page(ALL),
    # session
    "session.change_seat POST": nobody(),
    "session.confirm GET": page(ALL),
    "session.confirm POST": page(ALL, suspended="mvfa"),
    "session.confirm_by_passkey POST": page(ALL, suspended="mvfa"),
    "session.keep POST": page(ALL, suspended="mvfa"),
}  # fmt: skip
"""By endpoint and method."""

OPERATOR = {name for name, access in ACCESS.items() if name.startswith(("account.", "session.")) and access.own} | {
    "admin.approve_partner POST",
    "admin.audit_log GET",
    "admin.index GET",
    "admin.index POST",
    "admin.make_token GET",
    "admin.make_token POST",
    "admin.partner GET",
    "admin.partners GET",
    "admin.refuse_partner POST",
    "admin.require_second_factor POST",
    "admin.resume_partner POST",
    "admin.retention GET",
    "admin.retention POST",
    "admin.suspend_partner POST",
    "audiences.portable_blinding GET",
    "admin.tokens GET",
    "home.index GET",
    "home.search GET",
}
"""What admins of the operator reach: their own account, and the running of the platform."""
