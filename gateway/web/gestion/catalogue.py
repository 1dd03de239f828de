"""« Catalogue »: the exams in force; a folder of files checked, compared with them, and loaded by
an administrator.

The page of a comparison carries the archive, so that what is loaded is what was compared and
nothing is stored between.
"""

from base64 import urlsafe_b64encode

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import in_field, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.justificatifs.file_reception import STAFF_UPLOADS, received_files
from services.chassis.errors import DomainError, Invalid
from services.contracts.api import administration as api
from services.contracts.api.administration import MAX_CATALOGUE_BYTES

MANAGE = "catalogue:manage"
FIELD = "fichier"
NO_FILE = "Choisissez l'archive à vérifier."
LOADED = "Le catalogue est chargé : il est en vigueur dès maintenant."
REFUSALS_SHOWN_HERE = (412, 413, 422)


@blueprint.get("/catalogue", who=access.staff(MANAGE))
def show_catalogue(refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/catalogue.html",
        exams=staff_member.call(api.list_exams()).exams,
        refusal=refusal,
        mistakes=refusal.extra.get("mistakes", ()) if refusal else (),
        mistakes_in_all=refusal.extra.get("mistakes_in_all", 0) if refusal else 0,
        largest=MAX_CATALOGUE_BYTES,
        done=LOADED if request.args.get("fait") == "chargement" else None,
    )


@blueprint.get("/catalogue/<code>.zip", who=access.staff(MANAGE))
def download_catalogue(code: str) -> Response:
    return staff_member.stream(api.read_files(code))


@blueprint.post("/catalogue", who=access.staff(MANAGE))
def compare_catalogue() -> ResponseReturnValue:
    try:
        archive = _received_archive()
    except DomainError as refusal:
        return show_catalogue(in_field(refusal, FIELD))
    return _compared(archive)


@blueprint.post("/catalogue/chargement", who=access.staff(MANAGE))
def load_catalogue() -> ResponseReturnValue:
    body = {name: request.form.get(name, "") for name in ("archive", "etag")}
    try:
        staff_member.call(api.load_catalogue(body=body))
    except DomainError as refusal:
        if refusal.http_status in (412, 422, 429):
            return _compared(body["archive"], refusal)
        return show_catalogue(shown_here(refusal, REFUSALS_SHOWN_HERE))
    return redirect(url_for("gestion.show_catalogue", fait="chargement"), code=303)


def _received_archive() -> str:
    """The archive that was chosen, in base64url. Raises DomainError."""
    owner = staff_member.required().subject
    with received_files(FIELD, owner, MAX_CATALOGUE_BYTES, limit=STAFF_UPLOADS) as files:
        if len(files) != 1:
            raise Invalid(NO_FILE)
        return urlsafe_b64encode(files[0].content.read()).decode()


def _compared(archive: str, refusal: DomainError | None = None) -> Response:
    """What loading the archive would change, and why it was not loaded; or what is wrong with
    it."""
    try:
        comparison = staff_member.call(api.compare_catalogue(body={"archive": archive}))
    except DomainError as mistakes:
        return show_catalogue(shown_here(mistakes, REFUSALS_SHOWN_HERE))
    of_exams = any(exam.changes for exam in comparison.exams)
    return render_page(
        "gestion/templates/catalogue_compare.html",
        refusal=refusal,
        comparison=comparison,
        changes_something=of_exams
        or comparison.new_etablissements
        or comparison.changed_etablissements,
        archive=archive,
    )
