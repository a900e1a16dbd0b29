"""The pipeline of campaigns, one campaign, and what is done on its page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.campaigns import bp, forms, lists, wording
from app.campaigns.results import results
from app.campaigns.settled import is_settled
from app.context import actor, db, now
from app.errors import said
from app.filters import named
from app.labels import label
from app.security import confirmed
from partners.campaigns import queries, services
from partners.campaigns.cards import CampaignPage
from partners.campaigns.lifecycle import Stage
from partners.communities import queries as communities
from partners.errors import Invalid, NotFound
from partners.outbox import newest_job

AFTER = (Stage.ENDED, Stage.SETTLED, Stage.REVIEWED)
"""Stages in which the outcome report is final or about to be."""


@bp.get("")
def index() -> Any:
    """List the campaigns that the reader's brand takes part in."""
    page = queries.campaigns_page(db(), actor())
    stage = request.args.get("stage", "")
    listing = lists.campaigns(page.cards, stage)
    if "csv" in request.args:
        return listing.as_csv("campaigns.csv")
    stages = lists.stages_of(page.cards)
    return render_template("campaigns/index.html", page=page, listing=listing, stages=stages, stage=stage)


@bp.get("/<campaign_id>")
def show(campaign_id: str) -> str:
    """Show one campaign: stage, results, shares, terms, signatures, goals, communities, history."""
    return _page(_read(campaign_id))


@bp.post("/<campaign_id>/share")
def share(campaign_id: str) -> Any:
    """Let the partnership see an idea."""
    services.share_idea(db(), actor(), campaign_id, now())
    context.commit()
    flash(_("Every partner of the partnership sees it now."))
    return _to(campaign_id)


@bp.post("/<campaign_id>/sign")
@confirmed
def sign(campaign_id: str) -> Any:
    """Sign the terms whose digest the reader has seen."""
    services.countersign_terms(db(), actor(), campaign_id, request.form.get("digest", ""), now())
    context.commit()
    flash(_("You have signed for your brand."))
    return _to(campaign_id)


@bp.post("/<campaign_id>/move")
def move(campaign_id: str) -> Any:
    """Take the campaign to another stage."""
    stage = _stage(request.form.get("to_stage", ""))
    reason = request.form.get("reason", "")
    try:
        services.move_campaign(db(), actor(), campaign_id, stage, reason, now(), is_settled(db(), actor(), campaign_id))
    except Invalid as error:
        db().rollback()
        return _page(_read(campaign_id), wrong={stage.value: said(error)}, reason=reason), 422
    context.commit()
    flash(_("The campaign is now: %(stage)s.", stage=label(stage.value)))
    return _to(campaign_id)


@bp.post("/<campaign_id>/goals")
def goals(campaign_id: str) -> Any:
    """Set one goal."""
    page = _read(campaign_id)
    form = _goal_form(page)
    if form.validate_on_submit():
        try:
            services.set_goal(db(), actor(), campaign_id, form.goal(page.currency), now())
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The goal is set."))
            return _to(campaign_id)
    return _page(page, goal_form=form), 422


@bp.post("/<campaign_id>/communities")
def add_communities(campaign_id: str) -> Any:
    """Let own communities take part."""
    chosen = request.form.getlist("community_ids")
    services.add_communities(db(), actor(), campaign_id, chosen, now())
    context.commit()
    flash(_("The communities take part."))
    return _to(campaign_id)


def _read(campaign_id: str) -> CampaignPage:
    return queries.campaign_page(db(), actor(), campaign_id, now(), is_settled(db(), actor(), campaign_id))


def _page(page: CampaignPage, **given: Any) -> str:
    taking_part = {line.id for line in page.communities}
    absent = [card for card in communities.communities(db(), actor()) if card.id not in taking_part]
    shown = page.in_force or page.current
    others = wording.listed([named(each) for each in page.partners if each != page.proposer])
    facts: dict[str, Any] = {
        "page": page, "others": others, "rungs": lists.rungs(page), "steps": lists.steps(page), "shown": shown,
        "goal_form": _goal_form(page) if page.permits.may_plan else None,
        "communities_form": forms.communities_form(absent), "absent": absent, "wording": wording, "lists": lists,
        "results": results(db(), actor(), page), "wrong": {}, "reason": "",
        "job": newest_job(db(), actor(), page.id, "render_outcome") if page.stage in AFTER else None,
    }  # fmt: skip
    return render_template("campaigns/show.html", **{**facts, **given})


def _goal_form(page: CampaignPage) -> forms.GoalForm:
    return forms.goal_form(page.partners, page.ends_on, page.currency)


def _stage(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError:
        raise NotFound() from None


def _to(campaign_id: str) -> Any:
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
