"""« Demandes d'effacement »: requests of candidates who have a candidature, each to be answered within a month."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.comptes import CORRECT, REFUSALS_SHOWN_HERE
from services.chassis.errors import DomainError
from services.contracts.api import erasure as api

ANSWERED = "La réponse est envoyée au candidat."


@blueprint.get("/effacements", who=access.staff(CORRECT))
def list_erasures(refusal: DomainError | None = None) -> Response:
    """With the form of one request, where one is chosen."""
    requests, chosen = staff_member.call(api.list_erasure_requests).requests, request.values.get("demande", "")
    return render_page(
        "gestion/templates/effacements.html",
        requests=requests,
        chosen=next((row for row in requests if row.id == chosen and row.answered_at is None), None),
        answer=posted_text("answer"),
        refusal=refusal,
        done=ANSWERED if request.args.get("fait") == "reponse" else None,
    )


@blueprint.post("/effacements", who=access.staff(CORRECT))
def answer_erasure() -> ResponseReturnValue:
    try:
        sent = {"answer": posted_text("answer")}
        staff_member.call(api.answer_erasure_request, body=sent, request_id=posted_text("demande"))
    except DomainError as refusal:
        return list_erasures(shown_here(refusal, (*REFUSALS_SHOWN_HERE, 429)))
    return redirect(url_for("gestion.list_erasures", fait="reponse"), code=303)
