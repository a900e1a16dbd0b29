"""Brands that are not on the platform yet: a manager invites them by mail, and sees how far each has come."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app import context, links
from app.context import actor, db, now
from app.errors import said
from app.i18n import NAMES
from app.partners import bp
from app.partners.forms import timezones
from partners.directory import invitation_queries, invitation_services, queries
from partners.errors import Invalid

TONES = {"sent": "wait", "registered": "wait", "approved": "good"}

_LINK = "link_to_copy_for_a_brand"
"""Where the session keeps the link of an invitation until the next page has shown it, once."""


class BrandForm(FlaskForm):  # type: ignore[misc]
    """Which brand is invited, through whom, and where the months of the partnership with it begin."""

    name = StringField(_("Name of the brand"), [InputRequired(), Length(max=120)])
    email = EmailField(_("E-mail of somebody there"), [InputRequired(), Length(max=120)])
    locale = SelectField(
        _("Language of the mail"), [InputRequired()], choices=[SelectChoice(*one) for one in NAMES.items()]
    )
    timezone = SelectField(_("Time zone of its accounting months"), [InputRequired()])

    def offer(self, region: str) -> BrandForm:
        """Fill in the time zones, those of the own country first."""
        self.timezone.choices = [SelectChoice("", gettext("Choose one")), *map(SelectChoice, timezones(region))]
        return self


@bp.route("/invite/brand", methods=["GET", "POST"])
def invite_brand() -> Any:
    """List the brands that were invited, and invite one."""
    invitations = invitation_queries.brand_invitations(db(), actor(), now())
    form = BrandForm().offer(queries.inviting_page(db(), actor()).region)
    if form.validate_on_submit():
        try:
            sent = invitation_services.invite_brand(
                db(), actor(), form.name.data, form.email.data, form.locale.data, form.timezone.data, now()
            )
        except Invalid as error:
            form.form_errors.append(said(error))
        else:
            context.commit()
            return _sent(sent.id, sent.email)
    page = render_template(
        "partners/invite_brand.html", form=form, invitations=invitations, tones=TONES, link=session.pop(_LINK, "")
    )
    return page, 422 if request.method == "POST" else 200


@bp.post("/invitations/<invitation_id>/again")
def invite_brand_again(invitation_id: str) -> Any:
    """Send the invitation of a brand once more."""
    sent = invitation_services.send_again(db(), actor(), invitation_id, now())
    context.commit()
    return _sent(sent.id, sent.email)


@bp.post("/invitations/<invitation_id>/withdraw")
def withdraw_brand(invitation_id: str) -> Any:
    """Make the link of an invitation worth nothing."""
    invitation_services.withdraw_invitation(db(), actor(), invitation_id, now())
    context.commit()
    flash(gettext("The invitation is withdrawn. Its link opens nothing any more."))
    return redirect(url_for(".invite_brand"), 303)


def _sent(invitation_id: str, email: str) -> Any:
    session[_LINK] = links.to_registration(context.settings(), invitation_id)
    flash(gettext("The invitation is on its way to %(email)s.", email=email))
    return redirect(url_for(".invite_brand"), 303)
