"""Blind counts: the list of them, proposing and joining one, what is next in it, and stopping it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp
from app.audiences.blind_forms import DeclareForm, ProposeForm
from app.audiences.blind_lists import command, key_name, steps, tone
from app.audiences.offering import offer
from app.context import actor, db, now, settings, store
from app.errors import said
from partners.audiences.blind import queries, services
from partners.audiences.blind.counting_services import declare_audience
from partners.audiences.blind.queries import Turn
from partners.audiences.models import Audience, BlindCount
from partners.database import reading
from partners.directory import queries as directory
from partners.errors import Conflict, Invalid
from partners.outbox import newest_job


@bp.get("/blind")
def blind_counts() -> Any:
    """List the blind counts that the brand is in or may join."""
    found = queries.blind_counts(db(), actor())
    may_take_part = queries.may_take_part(actor())
    return render_template("audiences/blind_counts.html", counts=found, tone=tone, may_take_part=may_take_part)


@bp.route("/blind/propose", methods=["GET", "POST"])
def propose_blind() -> Any:
    """Ask for what is known of a list, and propose to count it."""
    form = ProposeForm(partnership_id=request.args.get("partnership_id"))
    with reading(context.engine(), context.tenant()) as own:
        form.offer_partnerships(directory.partnerships(own, actor()))

    def propose(audience: Audience) -> BlindCount:
        return services.propose_blind_count(db(), actor(), form.partnership_id.data, audience.id, now())

    text = _("The count is proposed. It goes on when a partner has joined.")
    return _with_declared(form, propose, text, "audiences/blind_propose.html")


@bp.get("/blind/<blind_count_id>")
def blind_count(blind_count_id: str) -> Any:
    """Show how far a count is on both sides, and what to run next."""
    card = queries.blind_count(db(), actor(), blind_count_id)
    return render_template(
        "audiences/blind_count.html", card=card, steps=steps(card), Turn=Turn, tone=tone,
        may_take_part=queries.may_take_part(actor()), command=command(settings().base_url, card), key_name=key_name,
        job=newest_job(db(), actor(), blind_count_id, "compare_blinded"), lasts=queries.LASTS.days,
    )  # fmt: skip


@bp.route("/blind/<blind_count_id>/join", methods=["GET", "POST"])
def join_blind(blind_count_id: str) -> Any:
    """Ask for what is known of the own list, and join a count with it."""
    with reading(context.engine(), context.tenant()) as own:
        card = queries.count_to_join(own, actor(), blind_count_id)

    def join(audience: Audience) -> BlindCount:
        return services.join_blind_count(db(), actor(), blind_count_id, audience.id, now())

    text = _("You take part. Both sides can blind their lists now.")
    return _with_declared(DeclareForm(), join, text, "audiences/blind_join.html", card=card)


@bp.post("/blind/<blind_count_id>/stop")
def stop_blind(blind_count_id: str) -> Any:
    """Stop a count and delete what was sent in."""
    services.stop_blind_count(db(), actor(), store(), blind_count_id, now())
    context.commit()
    flash(_("The count is stopped; the blinded lists are deleted here. Nothing was counted."))
    return redirect(url_for("audiences.blind_count", blind_count_id=blind_count_id), 303)


def _with_declared(
    form: DeclareForm, take_part: Callable[[Audience], BlindCount], text: str, template: str, **facts: Any
) -> Any:
    """Ask for what is known of a list, and take part with it; what is wrong is said on the form."""
    offer(form)
    if form.validate_on_submit():
        try:
            audience = declare_audience(
                db(), actor(), form.community_id.data, form.ground(), form.members.data, now()
            )  # fmt: skip
            row = take_part(audience)
        except (Invalid, Conflict) as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(text)
            return redirect(url_for("audiences.blind_count", blind_count_id=row.id), 303)
    return render_template(template, form=form, **facts), 422 if request.method == "POST" else 200
