"""The audit log as sentences: who did what, readable by people who never see a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.labels import label
from partners.directory.cards import AuditLine

SHOWN = 12
"""Lines of recent activity on the first page."""

READ = 5 * SHOWN
"""Events read for them, so that quiet ones leave enough."""

QUIET = frozenset(
    {"choose_language", "change_password", "read_chunk", "sign_in", "end_sign_in", "switch_codes_on",
     "blind_own_list", "blind_other_list", "switch_codes_off", "renew_recovery_codes", "add_passkey", "remove_passkey"}
)  # fmt: skip
"""What concerns nobody but who did it, and steps of a larger thing; the audit log has them, the first page has not."""

SENTENCES: dict[str, Any] = {
    "invite_partners": _("%(who)s invited partners to %(what)s"),
    "accept_partnership": _("%(who)s accepted the partnership %(what)s"),
    "decline_partnership": _("%(who)s closed the invitation to %(what)s"),
    "end_partnership": _("%(who)s ended the partnership %(what)s"),
    "mark_signed": _("The first terms of %(what)s came into force"),
    "move_partnership": _("%(who)s moved the partnership %(what)s to “%(stage)s”"),
    "set_floor": _("%(who)s set the smallest count shown in %(what)s"),
    "set_release": _("%(who)s changed how overlaps in %(what)s are counted and shown"),
    "ask_regions": _("%(who)s asked how several lists in %(what)s divide"),
    "count_regions": _("It was counted how several lists divide"),
    "rate_fit": _("%(who)s rated the fit of %(what)s"),
    "set_fit_segments": _("%(who)s gave numbers of the audience for the fit of %(what)s"),
    "declare_fit_gates": _("%(who)s declared gates of the fit of %(what)s"),
    "set_fit_weights": _("%(who)s set new weights for the fit of %(what)s"),
    "revoke_audience": _("%(who)s took a list of %(what)s back; its overlaps are gone"),
    "give_seat": _("%(who)s gave a seat to %(what)s"),
    "take_seat": _("%(who)s took a seat of %(what)s away"),
    "suspend_seat": _("%(who)s suspended the seat of %(what)s"),
    "resume_seat": _("%(who)s resumed the seat of %(what)s"),
    "note_seat": _("%(who)s noted something about the seat of %(what)s"),
    "require_second_factor": _("%(who)s changed whether every seat needs a second factor"),
    "invite_to_seat": _("%(who)s invited %(what)s to a seat"),
    "invite_brand": _("%(who)s invited the brand %(what)s onto the platform"),
    "invite_first_admin": _("%(what)s was invited to be the first admin"),
    "send_again": _("%(who)s sent the invitation of %(what)s again"),
    "withdraw_invitation": _("%(who)s withdrew the invitation of %(what)s"),
    "accept_invitation": _("%(who)s accepted the invitation to a seat"),
    "register_partner": _("The brand %(what)s came onto the platform"),
    "approve_partner": _("%(who)s approved the brand %(what)s"),
    "refuse_partner": _("%(who)s refused the brand %(what)s"),
    "suspend_partner": _("%(who)s suspended the brand %(what)s"),
    "resume_partner": _("%(who)s resumed the brand %(what)s"),
    "leave_platform": _("%(who)s left the platform with the whole brand"),
    "ask_for_reset": _("A link to another password was asked for"),
    "reset_password": _("A lost password was replaced"),
    "add_user": _("%(who)s let %(what)s sign in"),
    "add_legal_entity": _("%(who)s added the legal entity %(what)s"),
    "propose_account": _("%(who)s proposed another bank account for %(what)s"),
    "approve_account": _("%(who)s approved a bank account"),
    "refuse_account": _("%(who)s refused a bank account"),
    "withdraw_account": _("%(who)s took back the proposal of a bank account"),
    "show_number": _("%(who)s looked at the whole number of a bank account"),
    "make_token": _("%(who)s made the API token “%(what)s”"),
    "revoke_token": _("%(who)s revoked the API token “%(what)s”"),
    "set_retention": _("%(who)s changed for how long things are kept"),
    "delete_tokens": _("The tokens of the audience %(what)s were deleted"),
    "delete_upload": _("The uploaded file %(what)s was deleted; its evidence stays"),
    "change_password": _("%(who)s changed their password"),
    "sign_in": _("%(who)s signed in"),
    "end_sign_in": _("%(who)s signed out of a browser"),
    "switch_codes_on": _("%(who)s switched codes of an app on"),
    "switch_codes_off": _("%(who)s switched codes of an app off"),
    "renew_recovery_codes": _("%(who)s made new recovery codes"),
    "add_passkey": _("%(who)s added the passkey %(what)s"),
    "remove_passkey": _("%(who)s removed the passkey %(what)s"),
    "choose_language": _("%(who)s chose another language"),
    "open_community": _("%(who)s added the community %(what)s"),
    "edit_community": _("%(who)s changed the description of %(what)s"),
    "register_audience": _("%(who)s registered an audience"),
    "discard_audience": _("%(who)s discarded a list before it was registered"),
    "delete_preview": _("A list that nobody confirmed was deleted"),
    "withdraw_members": _("%(who)s took people out of the lists who withdrew"),
    "publish_brand_key": _("%(who)s published a public key of the brand"),
    "share_key": _("%(who)s made a key for %(what)s"),
    "add_copies": _("%(who)s sealed the key of %(what)s anew"),
    "erase_keys": _("A key of %(what)s was erased"),
    "declare_audience": _("%(who)s declared a list of %(what)s for blind counts"),
    "propose_blind_count": _("%(who)s proposed a blind count in %(what)s"),
    "join_blind_count": _("%(who)s joined a blind count in %(what)s"),
    "blind_own_list": _("A list was blinded for a blind count, with %(who)s's token"),
    "blind_other_list": _("A partner's list was blinded for a blind count, with %(who)s's token"),
    "stop_blind_count": _("A blind count in %(what)s was stopped"),
    "count_blindly": _("A blind count in %(what)s was counted"),
    "refuse_blind_count": _("A blind count in %(what)s could not be counted"),
    "draft_campaign": _("%(who)s noted the idea %(what)s"),
    "share_idea": _("%(who)s shared the idea %(what)s with the partnership"),
    "set_goal": _("%(who)s set a goal of a campaign"),
    "add_communities": _("%(who)s added communities to %(what)s"),
    "propose_campaign": _("%(who)s proposed the campaign %(what)s"),
    "propose_terms": _("%(who)s proposed terms for %(what)s"),
    "counter_terms": _("%(who)s answered %(what)s with other terms"),
    "countersign_terms": _("%(who)s signed the terms of %(what)s"),
    "move_campaign": _("%(who)s moved %(what)s to “%(stage)s”"),
    "receive_import": _("%(who)s sent a file of evidence"),
    "read_chunk": _("Rows of a file that %(who)s sent were read"),
    "set_failures_aside": _("%(who)s set rejected rows aside"),
    "close_period": _("%(who)s closed the period %(what)s"),
    "reopen_period": _("%(who)s opened a period again"),
    "approve_drafts": _("%(who)s approved the drafts of a period"),
    "record_payout": _("%(who)s recorded a payout of %(what)s"),
}
"""Action -> sentence. What has no sentence here is shown by the words of its action."""

_NAMES = ("name", "number", "label", "statement", "code")
"""Under which key an event says the name of its thing, in this order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, when it became true, and how many times in a row it did since."""

    at: datetime
    text: str
    times: int = 1


def lines(events: Iterable[AuditLine]) -> list[Line]:
    """Return what others may care about as sentences in the reader's language, as far as they are shown."""
    told = (Line(event.at, sentence(event)) for event in events if event.action not in QUIET)
    runs = (list(run) for _text, run in groupby(told, key=lambda line: line.text))
    return [Line(run[0].at, run[0].text, len(run)) for run in islice(runs, SHOWN)]


def sentence(event: AuditLine) -> str:
    """Return one event as a sentence."""
    facts = {
        "who": event.who or gettext("The platform"),
        "what": name_in(event),
        "stage": label(event.after.get("stage", "")),
    }
    if event.action in SENTENCES:
        return str(SENTENCES[event.action]) % facts
    words = event.action.replace("_", " ")
    return " · ".join(part for part in (facts["who"], words, facts["what"]) if part)


def name_in(event: AuditLine) -> str:
    """Return the name of the event's thing; empty where it says none."""
    told = {**event.before, **event.after}
    return next((str(told[key]) for key in _NAMES if told.get(key)), "")
