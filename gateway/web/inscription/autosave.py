"""Saves what is typed into a tab in the draft, as it is typed: called by the script `style/autosave.js` only."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.web.inscription import blueprint
from gateway.web.inscription.onglets import posted_answers, posted_revision
from gateway.web.inscription.tabs import store_tab
from services.chassis import clock
from services.chassis.errors import DomainError
from services.chassis.french import time_of_day
from services.chassis.web import problems
from services.contracts.registration_codes import STAY

SHOWN_BY_THE_PAGE = (404, 409, 422)


@blueprint.post("/inscription/<draft_id>/<int:number>/saisie")
@access.candidate
def autosave(draft_id: str, number: int) -> ResponseReturnValue:
    """{"revision", "at"}: the draft's new revision and the time in Paris; or the problem that the page shows."""
    try:
        result = store_tab(draft_id, number, revision=posted_revision(), values=posted_answers(), action=STAY)
    except DomainError as refusal:
        if refusal.http_status not in SHOWN_BY_THE_PAGE:
            raise
        return problems.of_domain_error(refusal)
    answer = jsonify(revision=result.revision, at=time_of_day(clock.portal_now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer
