"""Proposing and countering: a form, then the terms in plain words with their digest, then the signature.

Without JavaScript: each step is one POST that carries everything the step before has said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app import context
from app.campaigns import bp, forms, wording
from app.context import actor, db, now
from app.errors import said
from app.security import confirms_within, is_confirmed
from partners.campaigns import proposal_queries, services
from partners.campaigns.cards import CampaignPage, PartyChoice, TermsPreview
from partners.campaigns.proposal import TermsChanged
from partners.errors import Invalid

NOT_CARRIED = ("csrf_token", "act", "digest")


@bp.route("/propose", methods=["GET", "POST"])
@confirms_within
def propose() -> Any:
    """Propose a campaign: choose the partnership, fill in the form, read the terms, sign."""
    partnership_id = request.args.get("partnership", "")
    if not partnership_id:
        return _choose()
    form = forms.propose_form(proposal_queries.proposal_choices(db(), actor(), partnership_id))
    return _answer("campaigns/propose.html", {"keep": _keep, "preview": _preview, "sign": _sign}, form)


@bp.route("/<campaign_id>/terms", methods=["GET", "POST"])
@confirms_within
def terms(campaign_id: str) -> Any:
    """Propose the first terms of a campaign, or answer its newest ones with others."""
    choices = proposal_queries.version_choices(db(), actor(), campaign_id, now())
    page, document = choices.page, choices.page.current.document if choices.page.current else None
    form = forms.terms_form(choices.parties, document, (page.starts_on, page.ends_on))
    acts: dict[str, Callable[[Any], Any]] = {
        "preview": lambda form: _preview_terms(form, page),
        "sign": lambda form: _sign_terms(form, page),
    }
    answers = request.form.get("answers") or (page.current.digest if page.current else "")
    return _answer("campaigns/terms.html", acts, form, page=page, answers=answers)


def _choose() -> str:
    found = proposal_queries.partnerships_to_propose_in(db(), actor())
    return render_template("campaigns/choose.html", partnerships=found)


def _answer(template: str, acts: dict[str, Callable[[Any], Any]], form: Any, **facts: Any) -> Any:
    """Show the form, or do what its button says; a form that cannot be used is shown again with what is wrong."""
    act = request.form.get("act", "")
    if request.method == "GET" or act not in acts:
        return render_template(template, form=form, **facts)
    if form.validate() or (act == "keep" and not set(forms.IDEA_FIELDS) & set(form.errors)):
        try:
            return acts[act](form)
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
    return render_template(template, form=form, **facts), 422


def _keep(form: forms.ProposeForm) -> Any:
    campaign = services.draft_campaign(db(), actor(), form.plan(), now())
    context.commit()
    flash(_("Kept as an idea. Only your brand sees it until you share it."))
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


def _preview(form: forms.ProposeForm) -> str:
    whole = form.proposal()
    preview = proposal_queries.preview_proposal(db(), actor(), whole, now())
    return _preview_page(preview, form.name.data, form.parties, url_for(".propose", partnership=form.partnership_id))


def _sign(form: forms.ProposeForm) -> Any:
    if not is_confirmed():
        _ask_to_confirm()
        return _preview(form), 403
    digest = request.form.get("digest", "")
    try:
        campaign = services.propose_campaign(db(), actor(), form.proposal(), now(), digest)
    except TermsChanged:
        db().rollback()
        flash(_("Another agreement took this number, so the digest is another. Please read it again."), "wait")
        return _preview(form)
    context.commit()
    flash(_("Proposed and signed by your brand. The other parties see it now."))
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


def _preview_terms(form: forms.TermsForm, page: CampaignPage) -> str:
    preview = proposal_queries.preview_version(
        db(), actor(), page.id, form.offer(), request.form.get("answers", ""), now()
    )
    return _preview_page(preview, page.name, form.parties, url_for(".terms", campaign_id=page.id))


def _sign_terms(form: forms.TermsForm, page: CampaignPage) -> Any:
    if not is_confirmed():
        _ask_to_confirm()
        return _preview_terms(form, page), 403
    digest, answers = request.form.get("digest", ""), request.form.get("answers", "")
    if answers:
        services.counter_terms(db(), actor(), page.id, form.offer(), answers, now(), digest)
    else:
        services.propose_terms(db(), actor(), page.id, form.offer(), now(), digest)
    context.commit()
    flash(_("These terms are proposed and signed by your brand. The other parties see them now."))
    return redirect(url_for("campaigns.show", campaign_id=page.id), 303)


def _ask_to_confirm() -> None:
    """Say how to confirm beside this page, so that nothing that was filled in is lost."""
    link = Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(
        url_for("session.confirm"), _("Confirm that it is you")
    )
    said_why = escape(_("You signed in a while ago. Before you sign, follow this link, then sign here:"))
    flash(said_why + Markup(" ") + link, "wait")


def _preview_page(preview: TermsPreview, name: str, parties: Sequence[PartyChoice], address: str) -> str:
    carried = [(key, value) for key, value in request.form.items(multi=True) if key not in NOT_CARRIED]
    return render_template(
        "campaigns/preview.html", preview=preview, name=name, address=address, carried=carried,
        names={party.partner.id: party.partner for party in parties}, sentences=wording.sentences(preview.words),
        changes=wording.change_lines(preview.changes),
    )  # fmt: skip
