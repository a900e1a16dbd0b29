"""Blind counts: the list of them, proposing and joining one, what is next in it, and stopping it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp
from app.audiences.blind_forms import DeclareForm, ProposeForm
from app.audiences.blind_lists import command, steps, tone
from app.context import actor, db, now, settings, store
from app.errors import said
from partners.audiences.blind import queries, services
from partners.audiences.blind.counting_services import declare_audience
from partners.audiences.blind.queries import Turn
from partners.audiences.keys.sealed import public_name
from partners.audiences.models import Audience
from partners.communities import queries as communities
from partners.database import reading
from partners.directory import policy
from partners.directory import queries as directory
from partners.directory.policy import Action
from partners.errors import Conflict, Invalid
from partners.outbox import newest_job


@bp.get("/blind")
def blind_counts() -> Any:
    """List the blind counts that the brand is in or may join."""
    found = queries.blind_counts(db(), actor())
    return render_template("audiences/blind_counts.html", counts=found, tone=tone, may_take_part=_may_take_part())


@bp.route("/blind/propose", methods=["GET", "POST"])
def propose_blind() -> Any:
    """Ask for what is known of a list, and propose to count it."""
    with reading(context.engine(), actor().partner_id) as own:
        offered = directory.partnerships(own, actor())
    form = _offered(ProposeForm(partnership_id=request.args.get("partnership_id"))).offer_partnerships(offered)
    if form.validate_on_submit():
        try:
            audience = _declared(form)
            row = services.propose_blind_count(db(), actor(), form.partnership_id.data, audience.id, now())
        except (Invalid, Conflict) as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The count is proposed. It goes on when a partner has joined."))
            return redirect(url_for("audiences.blind_count", blind_count_id=row.id), 303)
    page = render_template("audiences/blind_propose.html", form=form)
    return page, 422 if request.method == "POST" else 200


@bp.get("/blind/<blind_count_id>")
def blind_count(blind_count_id: str) -> Any:
    """Show how far a count is on both sides, and what to run next."""
    card = queries.blind_count(db(), actor(), blind_count_id)
    return render_template(
        "audiences/blind_count.html", card=card, steps=steps(card), Turn=Turn, may_take_part=_may_take_part(),
        tone=tone, command=command(settings().base_url, card), public_name=lambda key: public_name(bytes.fromhex(key)),
        job=newest_job(db(), actor(), blind_count_id, "compare_blinded"), lasts=queries.LASTS.days,
    )  # fmt: skip


@bp.route("/blind/<blind_count_id>/join", methods=["GET", "POST"])
def join_blind(blind_count_id: str) -> Any:
    """Ask for what is known of the own list, and join a count with it."""
    with reading(context.engine(), actor().partner_id) as own:
        card = queries.count_to_join(own, actor(), blind_count_id)
    form = _offered(DeclareForm())
    if form.validate_on_submit():
        try:
            audience = _declared(form)
            services.join_blind_count(db(), actor(), blind_count_id, audience.id, now())
        except (Invalid, Conflict) as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("You take part. Both sides can blind their lists now."))
            return redirect(url_for("audiences.blind_count", blind_count_id=blind_count_id), 303)
    page = render_template("audiences/blind_join.html", form=form, card=card)
    return page, 422 if request.method == "POST" else 200


@bp.post("/blind/<blind_count_id>/stop")
def stop_blind(blind_count_id: str) -> Any:
    """Stop a count and delete what was sent in."""
    services.stop_blind_count(db(), actor(), store(), blind_count_id, now())
    context.commit()
    flash(_("The count is stopped; all points are deleted here. Nothing was counted."))
    return redirect(url_for("audiences.blind_count", blind_count_id=blind_count_id), 303)


def _declared(form: DeclareForm) -> Audience:
    return declare_audience(db(), actor(), form.community_id.data, form.ground(), form.members.data, now())


def _offered(form: Any) -> Any:
    """Offer the own communities; read in a session of its own, because a writing one would hold its lock."""
    with reading(context.engine(), actor().partner_id) as own:
        cards = communities.communities(own, actor(), to=Action.REGISTER_AUDIENCES)
        region = directory.partner_page(own, actor(), actor().partner_id).card.region
    return form.offer(cards, now().date(), region)


def _may_take_part() -> bool:
    return policy.may(actor(), Action.COUNT_BLIND)
