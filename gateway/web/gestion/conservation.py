"""« Conservation »: what will be erased within a month, by session and kind of data; a session is
held back or released by an administrateur, with a reason. « Demandes d'effacement »: requests of
candidates who have a candidature, each to be answered within a month."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_on
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.comptes import CORRECT
from gateway.web.gestion.ouvertures import MANAGE, REFUSALS_SHOWN_HERE
from services.chassis.errors import DomainError
from services.contracts.api import erasure
from services.contracts.api import retention as api

DONE_SENTENCES = {
    "suspension": "La session est suspendue : rien n'en est effacé jusqu'à la reprise.",
    "reponse": "La réponse est envoyée au candidat.",
    "reprise": "Les effacements de la session reprennent.",
}
ACTS = {"suspension": api.hold_session, "reprise": api.release_session}


@blueprint.get("/conservation", who=access.staff(MANAGE))
def show_retention(refusal: DomainError | None = None) -> Response:
    """With the form of one session, where one is chosen."""
    plan = staff_member.call(api.read_plan())
    exam, session = (request.values.get(name, "") for name in ("exam", "session"))
    chosen = [row for row in plan.erasures if (row.exam, row.session) == (exam, session)]
    return render_page(
        "gestion/templates/conservation.html",
        plan=plan,
        chosen=chosen[0] if chosen else None,
        reason=posted_text("reason"),
        refusal=refusal,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/conservation/<any(suspension, reprise):act>", who=access.staff(MANAGE))
@shown_on(lambda act, refusal: show_retention(refusal), *REFUSALS_SHOWN_HERE)
def hold_or_release(act: str) -> ResponseReturnValue:
    body = {name: posted_text(name) for name in ("exam", "session", "reason")}
    staff_member.call(ACTS[act](body=body))
    return redirect(url_for("gestion.show_retention", fait=act), code=303)


@blueprint.get("/effacements", who=access.staff(CORRECT))
def list_erasures(refusal: DomainError | None = None) -> Response:
    """With the form of one request, where one is chosen."""
    requests = staff_member.call(erasure.list_erasure_requests()).requests
    chosen = request.values.get("demande", "")
    return render_page(
        "gestion/templates/effacements.html",
        requests=requests,
        chosen=next(
            (row for row in requests if row.id == chosen and row.answered_at is None), None
        ),
        answer=posted_text("answer"),
        refusal=refusal,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/effacements", who=access.staff(CORRECT))
@shown_on(list_erasures, 409, 412, 422, 429, 503)
def answer_erasure() -> ResponseReturnValue:
    sent = {"answer": posted_text("answer")}
    staff_member.call(erasure.answer_erasure_request(posted_text("demande"), body=sent))
    return redirect(url_for("gestion.list_erasures", fait="reponse"), code=303)
