"""« Conservation »: what will be erased within a month, by session and kind of data; a session is held back or released
by an administrateur, with a reason."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.ouvertures import MANAGE, REFUSALS_SHOWN_HERE
from services.chassis.errors import DomainError
from services.contracts.api import retention as api

DONE_SENTENCES = {
    "suspension": "La session est suspendue : rien n'en est effacé jusqu'à la reprise.",
    "reprise": "Les effacements de la session reprennent.",
}
ACTS = {"suspension": api.hold_session, "reprise": api.release_session}


@blueprint.get("/conservation", who=access.staff(MANAGE))
def show_retention(refusal: DomainError | None = None) -> Response:
    """With the form of one session, where one is chosen."""
    plan = staff_member.call(api.read_plan)
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
def hold_or_release(act: str) -> ResponseReturnValue:
    try:
        staff_member.call(ACTS[act], body={name: posted_text(name) for name in ("exam", "session", "reason")})
    except DomainError as refusal:
        return show_retention(shown_here(refusal, REFUSALS_SHOWN_HERE))
    return redirect(url_for("gestion.show_retention", fait=act), code=303)
