"""One document written for one candidature: type, title and text, published at once; one of any origin withdrawn."""

from collections.abc import Mapping

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import new_order_key, posted_order_key, posted_text, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.imports import PUBLISH, errors_by_field, read_import_form, type_options
from gateway.web.gestion.publication import posted_withdrawal
from services.chassis.errors import DomainError, found
from services.contracts.api.staff_candidatures import read_candidature
from services.contracts.api.staff_documents import list_documents, publish_documents
from services.contracts.api.staff_imports import withdraw_document

DOCUMENT = "/candidatures/<candidature_id>/documents/<document_id>/retrait"
FIELDS = ("type", "title", "paragraphs")
REFUSALS_SHOWN_HERE = (404, 409, 422)


@blueprint.get("/candidatures/<candidature_id>/document", who=access.staff(PUBLISH))
def ask_document(
    candidature_id: str, typed: Mapping[str, str] | None = None, order_key: str = "", refusal: DomainError | None = None
) -> Response:
    candidature = staff_member.call(read_candidature, candidature_id=candidature_id)
    return render_page(
        "gestion/templates/document_redige.html",
        refusal=refusal,
        candidature=candidature,
        types=type_options(read_import_form(), of_every_exam=True),
        typed=typed or {},
        order_key=order_key or new_order_key(),
        errors=errors_by_field(refusal) if refusal else [],
    )


@blueprint.post("/candidatures/<candidature_id>/document", who=access.staff(PUBLISH))
def publish_document(candidature_id: str) -> ResponseReturnValue:
    typed = {name: posted_text(name) for name in FIELDS}
    order_key = posted_order_key()
    order = {
        "type": typed["type"],
        "title": typed["title"],
        "paragraphs": [line.strip() for line in typed["paragraphs"].splitlines() if line.strip()],
        "candidatures": [candidature_id],
    }
    try:
        staff_member.call(publish_documents, body=order, headers={"Idempotency-Key": order_key})
    except DomainError as refusal:
        return ask_document(candidature_id, typed, order_key, shown_here(refusal, REFUSALS_SHOWN_HERE))
    return redirect(url_for("gestion.show_candidature", candidature_id=candidature_id, fait="document"), code=303)


@blueprint.get(DOCUMENT, who=access.staff(PUBLISH))
def ask_withdrawal(candidature_id: str, document_id: str, refusal: DomainError | None = None) -> Response:
    """Raises NotFound for a document that is none of this candidature's."""
    documents = staff_member.call(list_documents, candidature_id=candidature_id).documents
    return render_page(
        "gestion/templates/retrait_de_document.html",
        refusal=refusal,
        candidature=staff_member.call(read_candidature, candidature_id=candidature_id),
        document=found(next((document for document in documents if document.id == document_id), None)),
        **posted_withdrawal(),
    )


@blueprint.post(DOCUMENT, who=access.staff(PUBLISH))
def withdraw_published(candidature_id: str, document_id: str) -> ResponseReturnValue:
    body = posted_withdrawal()
    try:
        staff_member.call(withdraw_document, document_id=document_id, body=body)
    except DomainError as refusal:
        return ask_withdrawal(candidature_id, document_id, shown_here(refusal, (422, 429)))
    return redirect(url_for("gestion.show_candidature", candidature_id=candidature_id, fait="retrait"), code=303)
