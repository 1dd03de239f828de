"""One publication: its file, which documents checks line by line, or file by file in its turn; what was checked, a
preview, « Publier », how far it is, what is taken back."""

import re
from functools import partial
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.file_uploads import ReceivedFile, send_files
from gateway.pages import render_page
from gateway.posted_forms import in_field, posted_text, shown_on, typed_number
from gateway.sessions import may, staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.imports import PUBLISH, READ, STATE_SEVERITIES, read_import_form
from gateway.web.gestion.lists import sealed_search, search_of_address
from gateway.web.justificatifs.file_reception import STAFF_UPLOADS, received_files
from services.chassis.errors import DomainError, Invalid, found
from services.chassis.french import file_size
from services.contracts import page_labels
from services.contracts.api import staff_imports as api
from services.contracts.api.staff_imports import Import, ImportDocuments
from services.contracts.document_rules import (
    CHECKED,
    CSV,
    MAX_ARCHIVE_BYTES,
    MAX_CSV_BYTES,
    MAX_LINES,
    MAX_PDF_BYTES,
    MAX_PDFS_PER_SENDING,
    NUMERO_LENGTH,
    PREPARED,
)

FILE_FIELD = "fichier"
NO_FILE = "Choisissez un fichier à envoyer."
TOO_MANY_FILES = f"Envoyez {MAX_PDFS_PER_SENDING} fichiers au plus à la fois."
DOCUMENT = "/documents/<import_id>/documents/<document_id>/retrait"
OPEN_STATES = (PREPARED, CHECKED)
REFUSALS_SHOWN_HERE = (409, 412, 422, 429)
DONE_SENTENCES = {
    "controle": "Le fichier est contrôlé. Rien n'est encore publié.",
    "envoi": "L'envoi est reçu. Rien n'est publié avant son contrôle et votre confirmation.",
    "publication": f"La publication est lancée : chaque candidat trouve son document dans « {page_labels.DOCUMENTS} ».",
    "abandon": "La publication est abandonnée : rien n'a été publié.",
    "retrait": "Les documents sont retirés : les candidats ne les voient plus.",
    "retrait-document": "Le document est retiré : le candidat ne le voit plus.",
}
_NUMERO = re.compile(rf"[0-9]{{{NUMERO_LENGTH}}}")


@blueprint.get("/documents/<import_id>", who=access.staff(READ))
def show_import(import_id: str, refusal: DomainError | None = None) -> Response:
    publication = read_import(import_id)
    is_csv = publication.source == CSV
    types = read_import_form().types if may(PUBLISH) and is_csv and publication.state in OPEN_STATES else ()
    return render_page(
        "gestion/templates/publication.html",
        publication=publication,
        is_csv=is_csv,
        columns=next((item.columns for item in types if item.type == publication.type), ()),
        refusals=staff_member.call(api.list_refusals, import_id=import_id, query=_cursor()),
        check=staff_member.call(api.read_check, import_id=import_id) if publication.state == CHECKED else None,
        incomplete=staff_member.call(api.list_documents, import_id=import_id, query={"is_incomplete": True})
        if is_csv
        else None,
        state_severities=STATE_SEVERITIES,
        limits={
            "lines": MAX_LINES,
            "files": MAX_PDFS_PER_SENDING,
            "each": file_size(MAX_PDF_BYTES),
            "csv": file_size(MAX_CSV_BYTES),
            "together": file_size(MAX_ARCHIVE_BYTES),
        },
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        refusal=refusal,
    )


@blueprint.post("/documents/<import_id>/fichier", who=access.staff(PUBLISH))
def send_import_file(import_id: str) -> ResponseReturnValue:
    source = read_import(import_id).source
    largest = MAX_CSV_BYTES if source == CSV else MAX_ARCHIVE_BYTES
    try:
        with received_files(FILE_FIELD, staff_member.required().subject, largest, limit=STAFF_UPLOADS) as files:
            if not files or len(files) > (1 if source == CSV else MAX_PDFS_PER_SENDING):
                raise Invalid(TOO_MANY_FILES if files else NO_FILE)
            for file in files:
                _send(import_id, file)
    except DomainError as refusal:
        if refusal.http_status in (401, 403, 404):
            raise
        return show_import(import_id, in_field(refusal, FILE_FIELD))
    return _done(import_id, "controle" if source == CSV else "envoi")


def _send(import_id: str, file: ReceivedFile) -> None:
    """A CSV takes the place of the one sent before; a PDF or an archive is added."""

    def take(uploads: list[str]) -> None:
        staff_member.call(api.take_uploads, body={"uploads": uploads}, import_id=import_id)

    send_files(staff_member, api.uploads, [file], take, import_id=import_id)


@blueprint.get("/documents/<import_id>/apercu", who=access.staff(PUBLISH))
def import_preview(import_id: str) -> ResponseReturnValue:
    """The first document as its candidate will get it, or the one of an id."""
    query = {"document": request.args.get("document") or None}
    return staff_member.stream(api.read_preview, query=query, import_id=import_id)


blueprint.streams(
    "/documents/<import_id>/lignes-a-corriger.csv", "lines_to_mend", api.read_lines_to_mend, who=access.staff(PUBLISH)
)


@blueprint.get("/documents/<import_id>/modeles", who=access.staff(PUBLISH))
def list_models(import_id: str) -> ResponseReturnValue:
    """The parts of the model that is filled with the session's candidates."""
    publication = read_import(import_id)  # first: counting the lines of thousands takes longer than a page waits
    parts = staff_member.call(api.read_model_parts, import_id=import_id)
    return render_page("gestion/templates/modeles.html", publication=publication, parts=parts)


@blueprint.post("/documents/<import_id>/publication", who=access.staff(PUBLISH))
@shown_on(show_import, *REFUSALS_SHOWN_HERE)
def publish_import(import_id: str) -> ResponseReturnValue:
    revision = found(request.form.get("revision", type=int))
    body = {"revision": revision, "accept_incomplete": "accept_incomplete" in request.form}
    staff_member.call(api.publish, import_id=import_id, body=body)
    return _done(import_id, "publication")


@blueprint.get("/documents/<import_id>/<any(abandon, retrait):act>", who=access.staff(PUBLISH))
@blueprint.get(DOCUMENT, who=access.staff(PUBLISH), endpoint="ask_document_withdrawal", defaults={"act": "retrait"})
def ask_end_of_import(
    import_id: str, act: str, document_id: str | None = None, refusal: DomainError | None = None
) -> Response:
    return render_page(
        "gestion/templates/fin_de_publication.html",
        publication=read_import(import_id),
        act=act,
        document_id=document_id,
        refusal=refusal,
        **posted_withdrawal(),
    )


@blueprint.post("/documents/<import_id>/<any(abandon, retrait):act>", who=access.staff(PUBLISH))
@shown_on(ask_end_of_import, *REFUSALS_SHOWN_HERE)
def end_import(import_id: str, act: str) -> ResponseReturnValue:
    if act == "abandon":
        staff_member.call(api.abandon, import_id=import_id)
    else:
        staff_member.call(api.withdraw, import_id=import_id, body=posted_withdrawal())
    return _done(import_id, act)


@blueprint.get("/documents/<import_id>/documents", who=access.staff(READ))
def list_import_documents(import_id: str) -> ResponseReturnValue:
    """Of the candidate whose N° is in the address, else those that lack an épreuve (`incomplets`) or all of them."""
    numero, page = search_of_address().get("numero_candidat", ""), ImportDocuments(items=(), next_cursor=None)
    if not numero:
        query = {**_cursor(), "is_incomplete": "incomplets" in request.args}
        page = staff_member.call(api.list_documents, import_id=import_id, query=query)
    elif _NUMERO.fullmatch(numero):
        page = staff_member.call(api.search_documents, import_id=import_id, body={"numero_candidat": numero})
    return render_page(
        "gestion/templates/documents_publies.html",
        publication=read_import(import_id),
        documents=page.items,
        next_cursor=page.next_cursor,
        numero=numero,
        same_list={"incomplets": 1} if "incomplets" in request.args else {},
        state_severities=STATE_SEVERITIES,
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
    )


@blueprint.post("/documents/<import_id>/documents", who=access.staff(READ))
def search_import_documents(import_id: str) -> ResponseReturnValue:
    search = sealed_search({"numero_candidat": typed_number(posted_text("numero_candidat"))})
    return redirect(url_for("gestion.list_import_documents", import_id=import_id, **search), code=303)


@blueprint.post(DOCUMENT, who=access.staff(PUBLISH))
@shown_on(partial(ask_end_of_import, act="retrait"), *REFUSALS_SHOWN_HERE)
def withdraw_document(import_id: str, document_id: str) -> ResponseReturnValue:
    staff_member.call(api.withdraw_document, document_id=document_id, body=posted_withdrawal())
    address = url_for("gestion.list_import_documents", import_id=import_id, fait="retrait-document")
    return redirect(address, code=303)


def posted_withdrawal() -> dict[str, Any]:
    return {"reason": posted_text("reason"), "is_reason_shown": "motif_lu" in request.form}


def read_import(import_id: str) -> Import:
    return staff_member.call(api.read_import, import_id=import_id)


def _cursor() -> dict[str, str | None]:
    return {"cursor": request.args.get("cursor")}


def _done(import_id: str, what: str) -> ResponseReturnValue:
    return redirect(url_for("gestion.show_import", import_id=import_id, fait=what), code=303)
