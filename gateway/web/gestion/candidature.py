"""A candidature: what was declared and what changed from version to version, notes between
gestionnaires; its end, with a reason, on the candidate's request or by écart, and its return. Its
documents: one written for it alone and published at once; one of any origin withdrawn."""

from operator import itemgetter

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_calls
from gateway.pages import render_page
from gateway.posted_forms import (
    new_order_key,
    posted_order_key,
    posted_paragraphs,
    posted_text,
    shown_on,
)
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import address_query, names_by_id
from gateway.web.gestion.publication import (
    PUBLISH,
    errors_by_field,
    posted_withdrawal,
    read_import_form,
    type_options,
)
from services.chassis.errors import DomainError, NotFound, found
from services.clock import portal_now
from services.contracts import page_labels
from services.contracts.api import staff_candidatures as api
from services.contracts.api.audit import ENTRIES
from services.contracts.api.staff_documents import (
    StaffDocument,
    list_documents,
    publish_documents,
    read_document,
)
from services.contracts.api.staff_imports import withdraw_document
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registration_rules import (
    ACTIVE,
    CANDIDATURE_STATE_LABELS,
    VALIDATION_LABELS,
)

MAIL_LABELS = {"waiting": "En attente d'envoi", "taken": "Envoyé", "refused": "Refusé"}
MANAGE = "candidatures:manage"
BY_STAFF = "staff:"
API_ACTS = {"desinscription": "withdrawal", "ecart": "ecart", "retablissement": "restoration"}
CHANGE = f"/candidatures/<candidature_id>/<any({', '.join(API_ACTS)}):act>"
DOCUMENT = "/candidatures/<candidature_id>/documents/<document_id>/retrait"
WRITTEN_FIELDS = ("type", "title", "paragraphs")
DONE_SENTENCES = {
    "document": (
        f"Le document est publié : le candidat le trouve dans « {page_labels.DOCUMENTS} » dans un "
        "instant."
    ),
    "retrait": "Le document est retiré : le candidat ne l'ouvre plus.",
    "note": "La note est gardée avec la candidature.",
    "desinscription": "Le candidat est désinscrit : un mail le lui confirme.",
    "ecart": (
        "La candidature est écartée : le candidat en lit le motif dans « "
        f"{page_labels.REGISTRATIONS} »."
    ),
    "abandon": (
        "La correction est abandonnée : la candidature reste telle qu'elle est enregistrée."
    ),
    "correction": "La correction est enregistrée : un mail en donne le motif au candidat.",
    "retablissement": "La candidature est rétablie : un mail le confirme au candidat.",
}


@blueprint.get("/candidatures/<candidature_id>", who=access.staff("candidatures:read"))
def show_candidature(candidature_id: str, refusal: DomainError | None = None) -> Response:
    candidature = staff_member.call(api.read_candidature(candidature_id))
    documents = _documents(candidature_id)  # before names, which the page can do without sooner
    return render_page(
        "gestion/templates/candidature.html",
        refusal=refusal,
        candidature=candidature,
        staff_names=names_by_id(_authors(candidature)),
        documents=documents,
        version_to_come=_version_to_come(candidature, documents),
        state_labels=CANDIDATURE_STATE_LABELS,
        validation_labels=VALIDATION_LABELS,
        history=_history(candidature),
        is_closed=candidature.session_closes <= portal_now(),
        journal=address_query(
            ENTRIES, {"numero": candidature.numero_candidat or "", "candidats": "oui"}
        ),
        mail_labels=MAIL_LABELS,
        automatic_types=AUTOMATIC_TYPES,
        note=posted_text("text") if refusal else "",
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.get("/candidatures/documents/<document_id>", who=access.staff("candidatures:read"))
def open_document(document_id: str) -> Response:
    """Show the document as PDF; documents writes down who opened it."""
    return staff_member.stream(read_document(document_id))


@blueprint.post("/candidatures/<candidature_id>/notes", who=access.staff(MANAGE))
@shown_on(show_candidature, 422)
def write_note(candidature_id: str) -> ResponseReturnValue:
    staff_member.call(api.write_note(candidature_id, body={"text": posted_text("text")}))
    return redirect(
        url_for("gestion.show_candidature", candidature_id=candidature_id, fait="note"), code=303
    )


def _history(candidature: api.Detail) -> list[api.Version | api.End]:
    """Its versions, and its ends between them, newest first."""
    acts = [(version.saved_at, version) for version in candidature.versions] + [
        (end.at, end) for end in candidature.ends
    ]
    return [act for _, act in sorted(acts, key=itemgetter(0), reverse=True)]


def _authors(candidature: api.Detail) -> set[str]:
    """The ids of staff who wrote a note or a version, corrects or ended it."""
    acts = [version.saved_by for version in candidature.versions] + [
        end.by for end in candidature.ends
    ]
    by_staff = {by.removeprefix(BY_STAFF) for by in acts if by.startswith(BY_STAFF)}
    correcting = {held.staff_id for held in candidature.under_way if held.staff_id}
    return by_staff | correcting | {written.staff_id for written in candidature.notes}


def _documents(candidature_id: str) -> tuple[StaffDocument, ...] | None:
    """None while documents does not answer; none where it has not heard of the candidature yet."""
    try:
        with optional_calls():
            return staff_member.call(list_documents(candidature_id)).documents
    except DomainError as refusal:
        return () if refusal.http_status == NotFound.problem.status else None


def _version_to_come(
    candidature: api.Detail, documents: tuple[StaffDocument, ...] | None
) -> int | None:
    """Return the saved version of which documents has not made all papers yet; None of a
    candidature that has ended, or where documents does not answer."""
    if documents is None or candidature.state != ACTIVE:
        return None
    newest = max(version.version for version in candidature.versions)
    made = {document.type for document in documents if (document.version or 0) >= newest}
    return None if set(AUTOMATIC_TYPES) <= made else newest


@blueprint.get(CHANGE, who=access.staff(MANAGE))
def ask_change(candidature_id: str, act: str, refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/changement_d_etat.html",
        refusal=refusal,
        candidature=staff_member.call(api.read_candidature(candidature_id)),
        act=act,
        reason=posted_text("reason"),
    )


@blueprint.post(CHANGE, who=access.staff(MANAGE))
@shown_on(ask_change, 409, 422, 429)
def change_state(candidature_id: str, act: str) -> ResponseReturnValue:
    body = {"reason": posted_text("reason")}
    staff_member.call(api.change_state(candidature_id, API_ACTS[act], body=body))
    return redirect(
        url_for("gestion.show_candidature", candidature_id=candidature_id, fait=act), code=303
    )


@blueprint.get("/candidatures/<candidature_id>/document", who=access.staff(PUBLISH))
def ask_document(candidature_id: str, refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/document_redige.html",
        refusal=refusal,
        candidature=staff_member.call(api.read_candidature(candidature_id)),
        types=type_options(read_import_form(), of_every_exam=True),
        typed={name: posted_text(name) for name in WRITTEN_FIELDS},
        order_key=posted_order_key() if refusal else new_order_key(),
        errors=errors_by_field(refusal) if refusal else [],
    )


@blueprint.post("/candidatures/<candidature_id>/document", who=access.staff(PUBLISH))
@shown_on(ask_document, 404, 409, 422)
def publish_document(candidature_id: str) -> ResponseReturnValue:
    order = {
        "type": posted_text("type"),
        "title": posted_text("title"),
        "paragraphs": posted_paragraphs(),
        "candidatures": [candidature_id],
    }
    staff_member.call(
        publish_documents(body=order, headers={"Idempotency-Key": posted_order_key()})
    )
    return redirect(
        url_for("gestion.show_candidature", candidature_id=candidature_id, fait="document"),
        code=303,
    )


@blueprint.get(DOCUMENT, who=access.staff(PUBLISH))
def ask_withdrawal(
    candidature_id: str, document_id: str, refusal: DomainError | None = None
) -> Response:
    """Raises NotFound for a document that is none of this candidature's."""
    documents = staff_member.call(list_documents(candidature_id)).documents
    return render_page(
        "gestion/templates/retrait_de_document.html",
        refusal=refusal,
        candidature=staff_member.call(api.read_candidature(candidature_id)),
        document=found(
            next((document for document in documents if document.id == document_id), None)
        ),
        **posted_withdrawal(),
    )


@blueprint.post(DOCUMENT, who=access.staff(PUBLISH))
@shown_on(ask_withdrawal, 422, 429)
def withdraw_published(candidature_id: str, document_id: str) -> ResponseReturnValue:
    staff_member.call(withdraw_document(document_id, body=posted_withdrawal()))
    return redirect(
        url_for("gestion.show_candidature", candidature_id=candidature_id, fait="retrait"),
        code=303,
    )
