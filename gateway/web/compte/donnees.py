"""« Mes données »: what is kept of a candidate, why and until when; its copy; what is corrected, and how. The page asks
accounts alone."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from services.chassis.errors import DomainError
from services.contracts.api import own_account as api
from services.contracts.retention import retention

NOTICES = {"demande": "Votre demande est enregistrée : un mail vous dira que la copie de vos données est prête."}


@blueprint.get("/compte/donnees", who=access.CANDIDATE)
def my_data(refusal: DomainError | None = None) -> ResponseReturnValue:
    rules, person, copies = retention(), visitor.required(), visitor.call(api.read_copies)
    return render_page(
        "compte/templates/donnees.html",
        refusal=refusal if copies.may_ask else None,  # the form was sent twice
        notice=NOTICES.get(request.args.get("fait", "")),
        copies=copies,
        rules=rules,
        name=f"{person.prenoms} {person.nom}",
    )


@blueprint.post("/compte/donnees", who=access.CANDIDATE)
def ask_copy() -> ResponseReturnValue:
    try:
        visitor.call(api.ask_copy, body=given_again())
    except DomainError as refusal:
        return my_data(shown_here(refusal, (422, 429, 503)))
    return redirect(url_for("compte.my_data", fait="demande"), code=303)


@blueprint.get("/compte/donnees/copies/<copy_id>", who=access.CANDIDATE)
def download_copy(copy_id: str) -> ResponseReturnValue:
    return visitor.stream(api.download_copy, copy_id=copy_id)
