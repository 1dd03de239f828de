"""« Comptes »: a candidate's account, found by its address or by birth date and name, its civil
status corrected with a reason, its link of activation sent again.

What is searched is posted, and encrypted in the address that it leads to.
"""

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import (
    DAY_EXPECTED,
    Values,
    posted_answers,
    posted_text,
    read_day,
    shown_here,
)
from gateway.sessions import staff_member
from gateway.web.compte.creation import (
    SENT_WITH_SEARCH,
    both_inputs,
    is_refresh,
    with_search_results,
)
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import sealed_search, search_of_address
from services.chassis.errors import DomainError, Invalid
from services.contracts.api import candidate_accounts as api
from services.contracts.api.forms import Form

CORRECT = "candidates:correct"
SEARCH_FIELDS = ("email", "birth_date", "name")
REFUSALS_SHOWN_HERE = (409, 412, 422, 503)
DONE_SENTENCES = {
    "corrige": (
        "L'état civil est corrigé : chaque candidature active reçoit une nouvelle version, son PDF "
        "et un mail."
    ),
    "renvoye": "Le lien d'activation est renvoyé ; le précédent n'est plus valable.",
}


@blueprint.get("/comptes", who=access.staff(CORRECT))
def list_accounts() -> ResponseReturnValue:
    """Those that the search of the address finds."""
    typed: dict[str, str] = {}
    accounts = None
    refusal = None
    try:
        typed = search_of_address()
        day = read_day(typed.get("birth_date", ""))
        if typed.get("birth_date") and not day:
            raise Invalid.in_field("birth_date", DAY_EXPECTED)
        sent = {**typed, "birth_date": day.isoformat() if day else None}
        accounts = staff_member.call(api.search_candidates(body=sent)) if typed else None
    except DomainError as refused:
        refusal = shown_here(refused, REFUSALS_SHOWN_HERE)
    return render_page(
        "gestion/templates/comptes.html",
        typed=typed,
        refusal=refusal,
        accounts=accounts,
        name_of=_name_of,
    )


@blueprint.post("/comptes", who=access.staff(CORRECT))
def search_account() -> ResponseReturnValue:
    typed = {name: posted_text(name) for name in SEARCH_FIELDS}
    return redirect(url_for("gestion.list_accounts", **sealed_search(typed)), code=303)


@blueprint.get("/comptes/<account_id>", who=access.staff(CORRECT))
def show_account(account_id: str) -> ResponseReturnValue:
    account = staff_member.call(api.read_candidate(account_id))
    return _account_page(account, account.form)


@blueprint.post("/comptes/<account_id>", who=access.staff(CORRECT))
def correct_account(account_id: str) -> ResponseReturnValue:
    values = posted_answers()
    reason = str(values.pop("reason", ""))
    if is_refresh():
        return _typed_page(account_id, values, reason)
    try:
        sent = {"values": values, "reason": reason}
        staff_member.call(api.correct_identity(account_id, body=sent))
    except DomainError as refusal:
        return _typed_page(
            account_id, values, reason, refusal=shown_here(refusal, REFUSALS_SHOWN_HERE)
        )
    return redirect(
        url_for("gestion.show_account", account_id=account_id, fait="corrige"), code=303
    )


@blueprint.post("/comptes/<account_id>/activation", who=access.staff(CORRECT))
def resend_activation(account_id: str) -> ResponseReturnValue:
    staff_member.call(api.resend_activation(account_id))
    return redirect(
        url_for("gestion.show_account", account_id=account_id, fait="renvoye"), code=303
    )


def _name_of(account: api.Candidate) -> str:
    return f"{account.values['nom_famille']} {account.values['prenoms']}"


def _typed_page(
    account_id: str, values: Values, reason: str, *, refusal: DomainError | None = None
) -> Response:
    """The account with the form as it was typed."""
    account = staff_member.call(api.read_candidate(account_id))
    if refusal and refusal.http_status == 412:
        values["version"] = str(
            account.version
        )  # what is typed now replaces what is shown beside it
    form = staff_member.call(api.fill_correction(account_id, body={"values": values}))
    both = both_inputs(form, account.form)
    return _account_page(
        account, with_search_results(form, values), reason=reason, refusal=refusal, **both
    )


def _account_page(
    account: api.CandidateDetail,
    form: Form,
    *,
    reason: str = "",
    refusal: DomainError | None = None,
    **both: Any,
) -> Response:
    return render_page(
        "gestion/templates/compte_candidat.html",
        account=account,
        name=_name_of(account),
        form=form,
        reason=reason,
        refusal=refusal,
        with_fields=SENT_WITH_SEARCH,
        **both,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )
