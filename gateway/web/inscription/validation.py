"""« Valider mon inscription »: what the candidate certifies, then the password or FranceConnect, which accounts vouches
for."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.sessions import visitor
from gateway.web.inscription import blueprint
from services.chassis.errors import DomainError, NotFound
from services.contracts.api import registrations as api
from services.contracts.api.own_account import prove_password
from services.contracts.registration_rules import CERTIFICATION, VALIDATED

STATUSES_SHOWN_HERE = (403, 409, 412, 422, 429, 503)


@blueprint.get("/inscriptions/<candidature_id>/validation", who=access.CANDIDATE)
def ask_validation(candidature_id: str, refusal: DomainError | None = None) -> Response:
    candidature = visitor.call(api.read_candidature, candidature_id=candidature_id)
    return render_page(
        "inscription/templates/validation.html",
        active="inscriptions",
        refusal=None if candidature.validation == VALIDATED else refusal,  # the form was sent twice
        candidature=candidature,
        certification=CERTIFICATION,
    )


@blueprint.post("/inscriptions/<candidature_id>/validation", who=access.CANDIDATE)
def validate_registration(candidature_id: str) -> ResponseReturnValue:
    """The version that was shown, by its digest: a newer one is shown instead of being validated unread. Raises
    NotFound for what no form of ours holds."""
    version, digest = request.form.get("version", type=int), posted_text("digest")
    if version is None:
        raise NotFound()
    try:
        proof = visitor.call(prove_password, body={**given_again(), "digest": digest}).proof
        shown = {"version": version, "digest": digest, "proof": proof}
        visitor.call(api.validate_version, body=shown, candidature_id=candidature_id)
    except DomainError as refusal:
        return ask_validation(candidature_id, shown_here(refusal, STATUSES_SHOWN_HERE))
    return redirect(url_for("inscription.show", candidature_id=candidature_id, fait="validation"), code=303)
