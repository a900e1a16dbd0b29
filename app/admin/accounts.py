"""Bank accounts of the own brand: who proposes, who approves, from when one is used. For finance and admins."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import context
from app.admin import bp, entity_lists
from app.admin.entity_forms import AccountForm
from app.context import actor, db, now, settings
from app.errors import said
from app.filters import date
from app.security import confirmed, confirmed_keeping
from partners.directory import bank_queries, bank_services, entity_queries
from partners.directory.policy import Action
from partners.errors import Conflict, Invalid


@bp.get("/accounts")
def accounts() -> Any:
    """List the bank accounts, old ones included."""
    found = entity_lists.accounts(bank_queries.accounts(db(), actor(), now()))
    if "csv" in request.args:
        return found.as_csv("bank-accounts.csv")
    return render_template("admin/accounts.html", accounts=found)


@bp.route("/accounts/propose", methods=["GET", "POST"])
@confirmed_keeping
def propose_account() -> Any:
    """Propose where a legal entity is to be paid."""
    form = AccountForm()
    form.offer(entity_queries.own_legal_entities(db(), actor(), to=Action.KEEP_BANK_ACCOUNTS))
    if form.validate_on_submit():
        try:
            proposed = bank_services.propose_account(
                db(), actor(), settings().seal_key, now=now(), **_written(form)
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            db().rollback()
            form.form_errors.append(said(error))
        else:
            context.commit()
            flash(_("The account is proposed. A second person has to approve it."))
            return redirect(url_for("admin.account", account_id=proposed.id), 303)
    return render_template("admin/account_propose.html", form=form), 422 if request.method == "POST" else 200


@bp.get("/accounts/<account_id>")
def account(account_id: str) -> Any:
    """Show one account, the end of its number only, and what may be decided."""
    return _page(account_id)


@bp.post("/accounts/<account_id>/number")
@confirmed
def account_number(account_id: str) -> Any:
    """Show the whole number on this one answer, and write down who saw it."""
    number = bank_services.show_number(db(), actor(), settings().seal_key, account_id, now())
    context.commit()
    return _page(account_id, number)


@bp.post("/accounts/<account_id>/approve")
@confirmed
def approve_account(account_id: str) -> Any:
    """Approve what another person proposed."""
    approved = bank_services.approve_account(db(), actor(), account_id, now())
    context.commit()
    if approved.usable_from is not None:
        flash(_("The account is approved. It is used from %(day)s.", day=date(approved.usable_from)))
    return redirect(url_for("admin.account", account_id=account_id), 303)


@bp.post("/accounts/<account_id>/refuse")
def refuse_account(account_id: str) -> Any:
    """Refuse what another person proposed."""
    bank_services.refuse_account(db(), actor(), account_id, now())
    context.commit()
    flash(_("The account is refused. Nothing changes."))
    return redirect(url_for("admin.account", account_id=account_id), 303)


@bp.post("/accounts/<account_id>/withdraw")
def withdraw_account(account_id: str) -> Any:
    """Take an own proposal back."""
    bank_services.withdraw_account(db(), actor(), account_id, now())
    context.commit()
    flash(_("The proposal is withdrawn. Nothing changes."))
    return redirect(url_for("admin.account", account_id=account_id), 303)


def _page(account_id: str, number: str = "") -> str:
    page = bank_queries.account_page(db(), actor(), account_id, now())
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return render_template(
        "admin/account.html", page=page, card=page.card, number=spaced, lists=entity_lists,
        cooling_days=bank_services.COOLING.days,
    )  # fmt: skip


def _written(form: AccountForm) -> dict[str, str]:
    keys = ("entity_id", "currency", "holder", "number", "bank_code", "bank_name")
    return {key: form[key].data or "" for key in keys}
