"""What waits, what happened, what can be found, and the reader's own password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import logout_user

from app import context
from app.context import actor, db, now
from app.home import activity, beginning, bp, finding, waiting
from app.home.forms import PasswordForm
from app.passwords import digest_password
from partners.directory import account_services, audit_queries


@bp.get("/")
def index() -> str:
    """Show what waits for the reader and what the brand did last."""
    return render_template(
        "home/index.html",
        items=waiting.items(db(), actor(), now()),
        steps=beginning.steps(db(), actor(), now()),
        happened=activity.lines(audit_queries.recent_activity(db(), actor(), activity.READ)),
    )


@bp.get("/search")
def search() -> str:
    """Find partners, communities, campaigns and statements by name; for the palette only the list."""
    query = request.args.get("q", "").strip()
    hits = finding.hits(db(), actor(), query)
    name = "home/_found.html" if request.headers.get("HX-Request") else "home/search.html"
    return render_template(name, query=query, hits=hits)


@bp.route("/account", methods=["GET", "POST"])
def account() -> Any:
    """Change the own password; that ends every session, this one too."""
    form = PasswordForm()
    if form.validate_on_submit():
        account_services.change_password(db(), actor(), digest_password(form.new.data), now())
        context.commit()
        language = session.get("locale")
        logout_user()
        session.clear()
        session["locale"] = language
        flash(_("Your password is changed. Sign in with the new one."))
        return redirect(url_for("session.sign_in"), 303)
    return render_template("home/account.html", form=form), 422 if request.method == "POST" else 200
