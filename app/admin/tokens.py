"""API tokens of the own brand: made, shown once, revoked; and how a program uses one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.admin import bp, entity_lists
from app.admin.token_forms import TokenForm
from app.admin.token_uses import uses
from app.context import actor, db, now, settings
from app.errors import said
from app.security import confirmed_keeping
from partners.directory.accounts import token_queries, token_services
from partners.errors import Invalid


@bp.get("/tokens")
def tokens() -> Any:
    """List the tokens, and say how a program uses one."""
    found = entity_lists.tokens(token_queries.tokens(db(), actor(), now()))
    if "csv" in request.args:
        return found.as_csv("api-tokens.csv")
    return render_template("admin/tokens.html", tokens=found, **_how())


@bp.route("/tokens/make", methods=["GET", "POST"])
@confirmed_keeping
def make_token() -> Any:
    """Make a token and show it on this one answer: no redirect, cookie or log ever carries it."""
    present = token_queries.tokens(db(), actor(), now())
    form = TokenForm()
    if form.validate_on_submit():
        try:
            made = token_services.make_token(
                db(), actor(), form.name.data, form.scopes.data, form.days.data, now()
            )  # fmt: skip
        except Invalid as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            return render_template("admin/token_made.html", made=made, **_how()), 201
    return render_template("admin/token_make.html", form=form, tokens=present), 422 if request.method == "POST" else 200


@bp.route("/tokens/<token_id>", methods=["GET", "POST"])
def token(token_id: str) -> Any:
    """Ask whether a token is to be revoked, and revoke it."""
    card = token_queries.token_page(db(), actor(), token_id, now())
    if request.method == "POST":
        token_services.revoke_token(db(), actor(), token_id, now())
        context.commit()
        flash(_("The token is revoked. Programs that send it are refused from now on."))
        return redirect(url_for("admin.tokens"), 303)
    return render_template("admin/token.html", card=card, lists=entity_lists)


def _how() -> dict[str, Any]:
    """Return how programs reach the API, and what for."""
    api = settings().base_url.rstrip("/") + "/api/v1"
    return {"api": api, "uses": uses(api, now().date())}
