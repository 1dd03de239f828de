"""« Mes données »: what is kept of a candidate, why and until when; its copy; what is corrected,
and how. « Demander l'effacement de mes données »: at once without a candidature; with one, what
stays until when is said, the rest goes at once, and an administrateur answers. The pages ask
accounts alone."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.pages import render_page
from gateway.posted_forms import shown_on
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from services.chassis.errors import DomainError
from services.contracts.api import erasure, own_account
from services.contracts.retention import OF_A_SESSION, retention

NOTICES = {
    "demande": (
        "Votre demande est enregistrée : un mail vous dira que la copie de vos données est prête."
    )
}


@blueprint.get("/compte/donnees", who=access.CANDIDATE)
def my_data(refusal: DomainError | None = None) -> ResponseReturnValue:
    rules = retention()
    person = visitor.required()
    copies = visitor.call(own_account.read_copies())
    return render_page(
        "compte/templates/donnees.html",
        refusal=refusal if copies.may_ask else None,  # the form was sent twice
        notice=NOTICES.get(request.args.get("fait", "")),
        copies=copies,
        rules=rules,
        name=f"{person.prenoms} {person.nom}",
    )


@blueprint.post("/compte/donnees", who=access.CANDIDATE)
@shown_on(my_data, 422, 429, 503)
def ask_copy() -> ResponseReturnValue:
    visitor.call(own_account.ask_copy(body=given_again()))
    return redirect(url_for("compte.my_data", fait="demande"), code=303)


@blueprint.get("/compte/donnees/copies/<copy_id>", who=access.CANDIDATE)
def download_copy(copy_id: str) -> Response:
    return visitor.stream(own_account.download_copy(copy_id))


@blueprint.get("/compte/effacement", who=access.CANDIDATE)
def show_erasure(refusal: DomainError | None = None) -> Response:
    rules = retention()
    asked = visitor.call(erasure.read_my_erasure())
    is_waiting = asked.requested_at and not asked.answered_at
    return render_page(
        "compte/templates/effacement.html",
        active="compte",
        refusal=None if is_waiting else refusal,  # the form was sent twice
        asked=asked,
        stays=[
            (kind, rules.sentence(kind))
            for kind in map(rules.kind, (*OF_A_SESSION, "mails", "comptes"))
        ],
        done=request.args.get("fait") == "demande",
    )


@blueprint.post("/compte/effacement", who=access.CANDIDATE)
@shown_on(show_erasure, 409, 422, 429, 503)
def ask_erasure() -> ResponseReturnValue:
    if not visitor.call(erasure.ask_erasure(body=given_again())).erased:
        return redirect(url_for("compte.show_erasure", fait="demande"), code=303)
    return visitor.forget_session(redirect("/?fait=suppression", code=303))
