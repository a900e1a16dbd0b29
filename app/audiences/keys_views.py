"""The page of keys: the brand's public key, the keys of its partnerships, and the sealed copies that are relayed.

Keys are made in the page or at home with ``tandem key``; what arrives here opens nothing.
"""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.audiences import bp
from app.audiences.keys_forms import PublicKeyForm, SharesForm
from app.context import actor, db, now
from app.downloads import download
from app.errors import said
from app.security import computes_with_keys, confirmed, confirmed_keeping
from partners.audiences.blinding.portable import portable
from partners.audiences.keys import queries, services
from partners.audiences.keys.sealed import NotAPublicKey, write_key_request, write_sealed_keys
from partners.audiences.keys.services import KeyPublishedBefore


@bp.get("/keys")
@computes_with_keys
def keys() -> str:
    """Show the own public key and the keys of the own partnerships."""
    return _page(PublicKeyForm())


@bp.post("/keys")
@confirmed_keeping
@computes_with_keys
def publish_key() -> Any:
    """Publish a public key of the own brand."""
    form = PublicKeyForm()
    try:
        services.publish_brand_key(db(), actor(), form.read(), now())
    except (NotAPublicKey, KeyPublishedBefore) as error:
        form.form_errors.append(said(error))
        return _page(form), 422
    context.commit()
    flash(_("Your public key is published. Keep the key file: without it nobody opens what is sealed for you."))
    return redirect(url_for("audiences.keys"), 303)


@bp.get("/keys/sealed.json")
def sealed_keys() -> Response:
    """Give the own sealed copies: of the present keys, or of former ones too, which withdrawals need."""
    copies = queries.own_copies_with_former if "former" in request.args else queries.own_copies
    return _json(write_sealed_keys(copies(db(), actor())), "sealed-keys.json")


@bp.get("/keys/<partnership_id>/request.json")
def key_request(partnership_id: str) -> Response:
    """Give the public keys of a partnership's sides, for making its key at home."""
    return _json(write_key_request(queries.key_request(db(), actor(), partnership_id)), "key-request.json")


@bp.post("/keys/<partnership_id>")
@confirmed
def share_key(partnership_id: str) -> Any:
    """Take the sealed copies of a partnership's new key."""
    shares = SharesForm().read(queries.partnership_to_key(db(), actor(), partnership_id).id)
    made = services.share_key(db(), actor(), partnership_id, shares.key_name, shares.sealed, now())
    context.commit()
    flash(_("The key %(name)s is shared. Every side has its own sealed copy.", name=made.name))
    return redirect(url_for("audiences.keys", _anchor=partnership_id), 303)


@bp.post("/keys/<partnership_id>/copies")
@confirmed
def add_copies(partnership_id: str) -> Any:
    """Take further sealed copies of a partnership's present key."""
    shares = SharesForm().read(queries.partnership_to_key(db(), actor(), partnership_id).id)
    services.add_copies(db(), actor(), partnership_id, shares.key_name, shares.sealed, now())
    context.commit()
    flash(_("The copies are sealed anew."))
    return redirect(url_for("audiences.keys", _anchor=partnership_id), 303)


@bp.get("/keys/tandem-blind.pyz")
def portable_blinding() -> Response:
    """Give the program that makes tokens of a list at home, in one file."""
    return download(portable(), "tandem-blind.pyz", "application/zip")


def _page(form: PublicKeyForm) -> str:
    page = queries.keys_page(db(), actor(), now())
    return render_template("audiences/keys.html", page=page, form=form)


def _json(text: str, name: str) -> Response:
    return download(text.encode(), name, "application/json")
