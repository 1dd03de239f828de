"""What is typed into a tab, saved in the draft as it is typed; asked for by the script `autosave.js` alone."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.services import services
from gateway.web.inscription import blueprint
from gateway.web.inscription.onglets import posted_revision, posted_values
from services.chassis import clock
from services.chassis.errors import DomainError
from services.chassis.french import heure
from services.chassis.web import problems

TOLD_BY_THE_PAGE = (404, 409, 422)


@blueprint.post("/inscription/<draft_id>/<int:number>/saisie")
@entrances.candidates
def keep_typed(draft_id: str, number: int) -> ResponseReturnValue:
    """{"revision", "at"}: the draft's revision from now on, and the hour in Paris; else what the page has to tell."""
    try:
        written = services().registrations.write_tab(
            visitor.required().access_token,
            draft_id,
            number,
            revision=posted_revision(),
            values=posted_values(),
            action="stay",
        )
    except DomainError as refusal:
        if refusal.http_status not in TOLD_BY_THE_PAGE:
            raise
        return problems.of_domain_error(refusal)
    answer = jsonify(revision=written.revision, at=heure(clock.portal_now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer
