"""Seats of the own brand: who sits where, who is invited, and what may be changed. Services refuse all but admins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app import context, links
from app.admin import bp, lists
from app.admin.seat_forms import InviteForm, NoteForm, RoleForm
from app.context import actor, db, now
from app.errors import said
from app.security import confirmed
from partners.directory import invitation_queries, invitation_services, seat_queries, seat_services
from partners.directory.accounts import queries as account_queries
from partners.directory.accounts.models import Role
from partners.errors import Conflict, Invalid

_LINK = "link_to_copy"
"""Where the session keeps the link of an invitation until the next page has shown it, once."""


@bp.route("", methods=["GET", "POST"])
def index() -> Any:
    """List the seats and the open invitations, and invite somebody."""
    form = InviteForm().offer(actor().is_operator)
    if form.validate_on_submit():
        try:
            sent = invitation_services.invite_to_seat(
                db(), actor(), form.email.data, form.name.data, Role(form.role.data), form.locale.data, now()
            )
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            return _invited(sent.id, _("The invitation is on its way to %(email)s.", email=sent.email))
    people = lists.seats(seat_queries.seats(db(), actor()))
    if "csv" in request.args:
        return people.as_csv("seats.csv")
    return _page(people, form), 422 if request.method == "POST" else 200


@bp.post("/invitations/<invitation_id>/again")
def send_again(invitation_id: str) -> Any:
    """Send an invitation once more."""
    sent = invitation_services.send_again(db(), actor(), invitation_id, now())
    context.commit()
    return _invited(sent.id, _("The invitation is on its way to %(email)s.", email=sent.email))


@bp.post("/invitations/<invitation_id>/withdraw")
def withdraw(invitation_id: str) -> Any:
    """Make the link of an invitation worth nothing."""
    invitation_services.withdraw_invitation(db(), actor(), invitation_id, now())
    context.commit()
    flash(_("The invitation is withdrawn. Its link opens nothing any more."))
    return redirect(url_for(".index"), 303)


@bp.get("/seats/<seat_id>")
def seat(seat_id: str) -> str:
    """Show a seat and what may be done with it."""
    return _seat_page(seat_id)


@bp.post("/seats/<seat_id>/role")
@confirmed
def change_role(seat_id: str) -> Any:
    """Give somebody another role; the page of the seat has another address then."""
    form = RoleForm()
    if not form.validate_on_submit():
        return _seat_page(seat_id, role_form=form), 422
    try:
        changed = seat_services.change_role(db(), actor(), seat_id, Role(form.role.data), now())
    except Invalid as error:
        return _refused(seat_id, error)
    seat_id = changed.id
    context.commit()
    flash(_("The role is changed. The person signs in anew to use it."))
    is_left = account_queries.seat_for_request(db(), actor().user_id, actor().seat_id) is None
    return redirect("/" if is_left else url_for(".seat", seat_id=seat_id), 303)


@bp.post("/seats/<seat_id>/suspend")
@confirmed
def suspend_seat(seat_id: str) -> Any:
    """Let a seat not be used for now."""
    said_after = _("The seat is suspended. It ended at once, on every device.")
    return _done(seat_id, lambda: seat_services.suspend_seat(db(), actor(), seat_id, now()), said_after)


@bp.post("/seats/<seat_id>/resume")
@confirmed
def resume_seat(seat_id: str) -> Any:
    """Let a seat be used again."""
    said_after = _("The seat may be used again.")
    return _done(seat_id, lambda: seat_services.resume_seat(db(), actor(), seat_id, now()), said_after)


@bp.post("/seats/<seat_id>/note")
def note_seat(seat_id: str) -> Any:
    """Keep a note of a seat."""
    form = NoteForm()
    if not form.validate_on_submit():
        return _seat_page(seat_id, note_form=form), 422
    note = form.note.data or ""
    return _done(seat_id, lambda: seat_services.note_seat(db(), actor(), seat_id, note, now()), _("The note is kept."))


@bp.post("/seats/<seat_id>/take")
@confirmed
def take_seat(seat_id: str) -> Any:
    """Take a seat away."""
    try:
        seat_services.take_seat(db(), actor(), seat_id, now())
    except Invalid as error:
        return _refused(seat_id, error)
    context.commit()
    flash(_("The seat is taken away. It ends at once, on every device."))
    return redirect(url_for(".index"), 303)


@bp.post("/second-factor")
@confirmed
def require_second_factor() -> Any:
    """Ask a second factor of every seat, or no longer."""
    is_required = request.form.get("is_required") == "yes"
    try:
        seat_services.require_second_factor(db(), actor(), is_required, now())
    except Invalid as error:
        flash(said(error), "bad")
    else:
        context.commit()
        asked, left = _("Every seat needs a second factor now."), _("A second factor is everybody's choice.")
        flash(asked if is_required else left)
    return redirect(url_for(".index"), 303)


def _invited(invitation_id: str, text: str) -> Any:
    session[_LINK] = links.to_seat(context.settings(), invitation_id)
    flash(text)
    return redirect(url_for(".index"), 303)


def _done(seat_id: str, act: Callable[[], object], text: str) -> Any:
    try:
        act()
    except (Invalid, Conflict) as error:
        return _refused(seat_id, error)
    context.commit()
    flash(text)
    return redirect(url_for(".seat", seat_id=seat_id), 303)


def _refused(seat_id: str, error: Invalid | Conflict) -> Any:
    db().rollback()
    return _seat_page(seat_id, trouble=said(error)), 422


def _page(people: Any, form: InviteForm) -> str:
    return render_template(
        "admin/index.html", people=people, form=form, link=session.pop(_LINK, ""),
        invitations=invitation_queries.seat_invitations(db(), actor(), now()),
        is_required=seat_queries.requires_second_factor(db(), actor()),
        has_factor=seat_queries.has_second_factor(db(), actor().user_id),
    )  # fmt: skip


def _seat_page(
    seat_id: str, trouble: str = "", role_form: RoleForm | None = None, note_form: NoteForm | None = None
) -> str:
    card = seat_queries.seat_page(db(), actor(), seat_id)
    return render_template(
        "admin/seat.html", card=card, trouble=trouble, role_form=role_form or RoleForm(role=card.role),
        note_form=note_form or NoteForm(note=card.note),
    )  # fmt: skip
