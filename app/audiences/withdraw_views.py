"""People who withdrew: taking them out of every own list, and the log of it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import context
from app.audiences import bp, lists
from app.audiences.forms import WithdrawForm
from app.context import actor, db, now, store
from app.errors import said
from app.security import computes_with_keys
from partners.audiences import withdrawal_queries, withdrawal_services
from partners.errors import Conflict, Invalid


@bp.get("/withdraw")
@computes_with_keys
def withdrawals() -> Any:
    """Show the log, and ask for the list of who withdrew."""
    if "csv" in request.args:
        return lists.withdrawals(withdrawal_queries.withdrawal_lines(db(), actor())).as_csv("withdrawals.csv")
    return _page(WithdrawForm())


@bp.post("/withdraw")
@computes_with_keys
def withdraw() -> Any:
    """Take people out of every own list."""
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(form), 422
    upload = form.file.data
    try:
        row = withdrawal_services.withdraw_members(db(), actor(), store(), upload.filename, upload.stream, now())
    except (Invalid, Conflict) as error:
        db().rollback()
        form.form_errors.append(said(error))
        return _page(form), 422
    text = lists.left_out(row.members, row.lists)
    context.commit()
    flash(text)
    return redirect(url_for("audiences.withdrawals"), 303)


def _page(form: WithdrawForm) -> str:
    found = lists.withdrawals(withdrawal_queries.withdrawal_lines(db(), actor()))
    may_withdraw = withdrawal_queries.may_withdraw(db(), actor())
    return render_template("audiences/withdraw.html", list=found, form=form, may_withdraw=may_withdraw)
