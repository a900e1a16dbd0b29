"""The map of the network and the tables that say the same."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.context import actor, db, now
from app.network import bp, explanations, lists, texts
from app.network.forms import NetworkForm
from app.network.picture import draw
from partners.network import queries


@bp.get("")
def index() -> Any:
    """Show the network of the reader's partner, or the part of it that the address chooses."""
    form = NetworkForm(request.args)
    page = queries.network_page(db(), actor(), now(), form.stated_universe)
    network = page.network
    choice = form.choose(network)
    shown = network.narrowed(choice.partner_id, choice.shared, choice.orders)
    tables = lists.tables(shown, request.args)
    file = lists.download(tables, request.args)
    if file is not None:
        return file
    answer = render_template(
        "network/index.html", form=form, choice=choice, page=page, network=network, tables=tables, texts=texts,
        why=explanations, picture=draw(shown, actor().partner_id, choice.show, choice.without),
        loss=network.loss_without(choice.without),
    )  # fmt: skip
    return answer, 200 if choice.is_valid else 422
