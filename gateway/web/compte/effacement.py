"""« Demander l'effacement de mes données »: at once without a candidature; with one, what stays until when is said, the
rest goes at once, and an administrateur answers."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from services.chassis.errors import DomainError
from services.contracts.api import erasure as api
from services.contracts.retention import OF_A_SESSION, retention


@blueprint.get("/compte/effacement", who=access.CANDIDATE)
def show_erasure(refusal: DomainError | None = None) -> Response:
    rules, asked = retention(), visitor.call(api.read_my_erasure)
    is_waiting = asked.requested_at and not asked.answered_at
    return render_page(
        "compte/templates/effacement.html",
        active="compte",
        refusal=None if is_waiting else refusal,  # the form was sent twice
        asked=asked,
        stays=[(kind, rules.sentence(kind)) for kind in map(rules.kind, (*OF_A_SESSION, "mails", "comptes"))],
        done=request.args.get("fait") == "demande",
    )


@blueprint.post("/compte/effacement", who=access.CANDIDATE)
def ask_erasure() -> ResponseReturnValue:
    try:
        asked = visitor.call(api.ask_erasure, body=given_again())
    except DomainError as refusal:
        return show_erasure(shown_here(refusal, (409, 422, 429, 503)))
    if not asked.erased:
        return redirect(url_for("compte.show_erasure", fait="demande"), code=303)
    response = redirect("/?fait=suppression", code=303)
    visitor.forget_session(response)
    return response
