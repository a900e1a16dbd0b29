"""What waits, what happened, and what can be found."""

from __future__ import annotations

from flask import render_template, request

from app.context import actor, db, now
from app.home import activity, beginning, bp, finding, lately, waiting
from partners.directory import audit_queries, standing_queries


@bp.get("/")
def index() -> str:
    """Show what waits for the reader and what the brand did last."""
    if actor().is_operator:
        return render_template("home/operator.html", items=waiting.items(db(), actor(), now()))
    return render_template(
        "home/index.html",
        items=waiting.items(db(), actor(), now()),
        own=standing_queries.own_standing(db(), actor()),
        steps=beginning.steps(db(), actor(), now()),
        rest=waiting.rest(actor()),
        lately=lately.lines(db(), actor()),
        happened=activity.lines(audit_queries.recent_activity(db(), actor(), activity.READ, activity.QUIET)),
    )


@bp.get("/search")
def search() -> str:
    """Find partners, communities, campaigns and statements by name; for the palette only the list."""
    query = request.args.get("q", "").strip()
    hits = finding.hits(db(), actor(), query)
    name = "home/_found.html" if request.headers.get("HX-Request") else "home/search.html"
    return render_template(name, query=query, hits=hits)
