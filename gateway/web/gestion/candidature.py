"""A candidature: what was declared and what changed from version to version, its documents, notes between
gestionnaires; its end, with a reason, on the candidate's request or by écart, and its return."""

from operator import itemgetter

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_calls
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.comptes import CORRECT
from gateway.web.gestion.lists import address_query
from gateway.web.gestion.names_from_accounts import names_by_id
from services.chassis.clock import portal_now
from services.chassis.errors import DomainError, NotFound
from services.contracts import page_labels
from services.contracts.api import staff_candidatures as api
from services.contracts.api.audit import ENTRIES
from services.contracts.api.staff_documents import StaffDocument, list_documents, read_document
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registration_rules import CANDIDATURE_STATE_LABELS, VALIDATION_LABELS

MAIL_LABELS = {"waiting": "En attente d'envoi", "taken": "Envoyé", "refused": "Refusé"}
MANAGE = "candidatures:manage"
BY_STAFF = "staff:"
API_ACTS = {"desinscription": "withdrawal", "ecart": "ecart", "retablissement": "restoration"}
DONE_SENTENCES = {
    "document": f"Le document est publié : le candidat le trouve dans « {page_labels.DOCUMENTS} » dans un instant.",
    "retrait": "Le document est retiré : le candidat ne l'ouvre plus.",
    "note": "La note est gardée avec la candidature.",
    "desinscription": "Le candidat est désinscrit : un mail le lui confirme.",
    "ecart": f"La candidature est écartée : le candidat en lit le motif dans « {page_labels.REGISTRATIONS} ».",
    "abandon": "La correction est abandonnée : la candidature reste telle qu'elle est enregistrée.",
    "correction": "La correction est enregistrée : un mail en donne le motif au candidat.",
    "retablissement": "La candidature est rétablie : un mail le confirme au candidat.",
}


@blueprint.get("/candidatures/<candidature_id>", who=access.staff("candidatures:read"))
def show_candidature(candidature_id: str, *, note: str = "", refusal: DomainError | None = None) -> Response:
    """`note`: as it was typed, where it was refused."""
    member = staff_member.required()
    candidature = staff_member.call(api.read_candidature, candidature_id=candidature_id)
    documents = _documents(candidature_id)  # before names, which the page can do without sooner
    return render_page(
        "gestion/templates/candidature.html",
        refusal=refusal,
        candidature=candidature,
        staff_names=names_by_id(_authors(candidature)),
        documents=documents,
        state_labels=CANDIDATURE_STATE_LABELS,
        validation_labels=VALIDATION_LABELS,
        history=_history(candidature),
        is_closed=candidature.session_closes <= portal_now(),
        can_manage=MANAGE in member.scopes,
        can_correct=CORRECT in member.scopes,
        can_publish="documents:publish" in member.scopes,
        journal=address_query(ENTRIES, {"numero": candidature.numero_candidat or "", "candidats": "oui"}),
        reads_journal="audit:read" in member.scopes,
        mail_labels=MAIL_LABELS,
        automatic_types=AUTOMATIC_TYPES,
        note=note,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.get("/candidatures/documents/<document_id>", who=access.staff("candidatures:read"))
def open_document(document_id: str) -> ResponseReturnValue:
    """A document of a candidature as PDF; documents writes down who opened it."""
    return staff_member.stream(read_document, document_id=document_id)


@blueprint.post("/candidatures/<candidature_id>/notes", who=access.staff(MANAGE))
def write_note(candidature_id: str) -> ResponseReturnValue:
    text = posted_text("text")
    try:
        staff_member.call(api.write_note, body={"text": text}, candidature_id=candidature_id)
    except DomainError as refusal:
        return show_candidature(candidature_id, note=text, refusal=shown_here(refusal, (422,)))
    return redirect(url_for("gestion.show_candidature", candidature_id=candidature_id, fait="note"), code=303)


def _history(candidature: api.Detail) -> list[api.Version | api.End]:
    """Its versions, and its ends between them, newest first."""
    acts = [(version.saved_at, version) for version in candidature.versions] + [
        (end.at, end) for end in candidature.ends
    ]
    return [act for _, act in sorted(acts, key=itemgetter(0), reverse=True)]


def _authors(candidature: api.Detail) -> set[str]:
    """The ids of staff who wrote a note or a version, corrects or ended it."""
    acts = [version.saved_by for version in candidature.versions] + [end.by for end in candidature.ends]
    by_staff = {by.removeprefix(BY_STAFF) for by in acts if by.startswith(BY_STAFF)}
    correcting = {held.staff_id for held in candidature.under_way if held.staff_id}
    return by_staff | correcting | {written.staff_id for written in candidature.notes}


def _documents(candidature_id: str) -> tuple[StaffDocument, ...] | None:
    """None while documents does not answer; none where it has not heard of the candidature yet."""
    try:
        with optional_calls():
            return staff_member.call(list_documents, candidature_id=candidature_id).documents
    except DomainError as refusal:
        return () if refusal.http_status == NotFound.problem.status else None


@blueprint.get(
    "/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>", who=access.staff(MANAGE)
)
def ask_change(candidature_id: str, act: str, *, reason: str = "", refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/changement_d_etat.html",
        refusal=refusal,
        candidature=staff_member.call(api.read_candidature, candidature_id=candidature_id),
        act=act,
        reason=reason,
    )


@blueprint.post(
    "/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>", who=access.staff(MANAGE)
)
def change_state(candidature_id: str, act: str) -> ResponseReturnValue:
    reason = posted_text("reason")
    try:
        staff_member.call(
            api.change_state,
            body={"reason": reason},
            candidature_id=candidature_id,
            how=API_ACTS[act],
        )
    except DomainError as refusal:
        return ask_change(candidature_id, act, reason=reason, refusal=shown_here(refusal, (409, 422, 429)))
    return redirect(url_for("gestion.show_candidature", candidature_id=candidature_id, fait=act), code=303)
