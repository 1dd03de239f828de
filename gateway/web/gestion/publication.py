"""« Documents »: what was published for many candidates at a time, and the beginning of a new
publication; then one publication: its file, which documents checks line by line, or file by file in
its turn, what was checked, a preview, « Publier », how far it is, what is taken back."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.file_uploads import ReceivedFile, send_files
from gateway.pages import render_page
from gateway.posted_forms import (
    in_field,
    new_order_key,
    posted_order_key,
    posted_paragraphs,
    posted_text,
    shown_on,
    typed_number,
)
from gateway.sessions import may, staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import (
    academie_options,
    read_page,
    render_list,
    sealed_search,
    search_of_address,
    typed_filters,
)
from gateway.web.justificatifs.file_reception import STAFF_UPLOADS, received_files
from services.chassis.errors import Conflict, DomainError, Invalid, found
from services.contracts import document_rules as rules
from services.contracts import page_labels, problem_types
from services.contracts.api import staff_imports as api
from services.contracts.api.given import readers_of
from services.contracts.api.staff_imports import Import, ImportDocuments, ImportForm, SessionChoice
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_FORM
from services.french import file_size

CHANGED_AND_SENT_AGAIN = (
    "Vous avez déjà préparé une publication avec ce formulaire, puis vous l'avez modifié. Pour en "
    "préparer une autre avec ce que vous voyez ici, choisissez à nouveau « Continuer »."
)
READ = "candidatures:read"
PUBLISH = "documents:publish"
FIELDS = ("type", "source", "academie", "session", "title", "paragraphs")
STATE_SEVERITIES = {
    rules.PREPARED: "new",
    rules.CHECKED: "new",
    rules.READY: "new",
    rules.PUBLISHING: "info",
    rules.PUBLISHED: "success",
    rules.FAILED: "error",
    rules.WITHDRAWN: "warning",
    rules.ABANDONED: None,
}
"""Of the badges of imports and of their documents."""
FILE_FIELD = "fichier"
NO_FILE = "Choisissez un fichier à envoyer."
TOO_MANY_FILES = f"Envoyez {rules.MAX_PDFS_PER_SENDING} fichiers au plus à la fois."
DOCUMENT = "/documents/<import_id>/documents/<document_id>/retrait"
OPEN_STATES = (rules.PREPARED, rules.CHECKED)
REFUSALS_SHOWN_HERE = (409, 412, 422, 429)
DONE_SENTENCES = {
    "controle": "Le fichier est contrôlé. Rien n'est encore publié.",
    "envoi": "L'envoi est reçu. Rien n'est publié avant son contrôle et votre confirmation.",
    "publication": (
        "La publication est lancée : chaque candidat trouve son document dans « "
        f"{page_labels.DOCUMENTS} »."
    ),
    "abandon": "La publication est abandonnée : rien n'a été publié.",
    "retrait": "Les documents sont retirés : les candidats ne les voient plus.",
    "retrait-document": "Le document est retiré : le candidat ne le voit plus.",
}


@blueprint.get("/documents", who=access.staff(READ))
def list_imports() -> ResponseReturnValue:
    shown = typed_filters(api.IMPORTS, request.args)
    none = api.Imports(items=(), next_cursor=None)
    page = read_page(api.IMPORTS, shown, api.list_imports, none)
    return render_list(
        "gestion/templates/imports.html",
        api.IMPORTS,
        shown,
        {"academie": academie_options()},
        page=page,
        is_first_page="cursor" not in request.args,
        state_severities=STATE_SEVERITIES,
    )


@blueprint.get("/documents/nouveau", who=access.staff(PUBLISH))
def ask_import(
    typed: Mapping[str, str] | None = None,
    order_key: str = "",
    form: ImportForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    return render_page(
        "gestion/templates/nouvel_import.html",
        choices_of=_choices(form or read_import_form()),
        typed=typed or {"source": rules.CSV},
        order_key=order_key or new_order_key(),
        refusal=refusal,
        errors=errors_by_field(refusal) if refusal else [],
    )


@blueprint.post("/documents/nouveau", who=access.staff(PUBLISH))
def create_import() -> ResponseReturnValue:
    typed = {name: posted_text(name) for name in FIELDS}
    order_key = posted_order_key()
    form = read_import_form()
    try:
        new = staff_member.call(
            api.create_import(body=_new_import(form, typed), headers={"Idempotency-Key": order_key})
        )
    except DomainError as refusal:
        if refusal.http_status not in (403, 409, 422):
            raise
        if refusal.slug == problem_types.KEY_ALREADY_USED.slug:
            return ask_import(typed, new_order_key(), form, Conflict(CHANGED_AND_SENT_AGAIN))
        return ask_import(typed, order_key, form, refusal)
    return redirect(url_for("gestion.show_import", import_id=new.id), code=303)


@blueprint.get("/documents/modeles/<type>.csv", who=access.staff(PUBLISH))
def import_model(type: str) -> ResponseReturnValue:
    """A model of the CSV, to be filled in; of a session it has the candidates."""
    scope = {name: request.args.get(name) for name in readers_of(api.ModelQuery)}
    return staff_member.stream(api.read_model(type, query=scope))


def read_import_form() -> ImportForm:
    return staff_member.call(api.read_form())


def _new_import(form: ImportForm, typed: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Return what was typed, by the names of the API: the session as its two labels, the text as
    its paragraphs."""
    chosen = next((choice for choice in form.sessions if _label(choice) == typed["session"]), None)
    session = {"session": chosen.session if chosen else "", "exam": chosen.exam if chosen else ""}
    return {**typed, **session, "paragraphs": posted_paragraphs()}


def type_options(form: ImportForm, *, of_every_exam: bool = False) -> list[dict[str, str]]:
    """`of_every_exam`: without what only one exam's catalogue declares, which is published in
    PDF."""
    return [
        {"value": item.type, "label": f"{item.label} - {item.exam}" if item.exam else item.label}
        for item in form.types
        if item.exam is None or not of_every_exam
    ]


def _choices(form: ImportForm) -> dict[str, list[dict[str, str]]]:
    """The options of each list of the form."""
    return {
        "types": type_options(form),
        "sources": [
            {"value": value, "label": label} for value, label in rules.SOURCE_LABELS.items()
        ],
        "academies": [{"value": item.code, "label": item.label} for item in form.academies],
        "sessions": [{"value": _label(item), "label": _label(item)} for item in form.sessions],
    }


def _label(choice: SessionChoice) -> str:
    return f"{choice.session} - {choice.exam}"


def errors_by_field(refusal: DomainError) -> list[dict[str, str]]:
    """Tied to the page's fields: an exam is chosen with its session, a paragraph is part of the
    text."""
    first_errors: dict[str, dict[str, str]] = {}
    for error in refusal.errors:
        name = error.pointer.removeprefix("#/").partition("/")[0].replace("exam", "session")
        first_errors.setdefault(name, {"pointer": f"#/{name}", "detail": error.detail})
    return list(first_errors.values())


@blueprint.get("/documents/<import_id>", who=access.staff(READ))
def show_import(import_id: str, refusal: DomainError | None = None) -> Response:
    publication = read_import(import_id)
    is_csv = publication.source == rules.CSV
    types = (
        read_import_form().types
        if may(PUBLISH) and is_csv and publication.state in OPEN_STATES
        else ()
    )
    return render_page(
        "gestion/templates/publication.html",
        publication=publication,
        is_csv=is_csv,
        columns=next((item.columns for item in types if item.type == publication.type), ()),
        refusals=staff_member.call(api.list_refusals(import_id, query=_cursor())),
        check=(
            staff_member.call(api.read_check(import_id))
            if publication.state == rules.CHECKED
            else None
        ),
        incomplete=(
            staff_member.call(api.list_documents(import_id, query={"is_incomplete": True}))
            if is_csv
            else None
        ),
        state_severities=STATE_SEVERITIES,
        limits={
            "lines": rules.MAX_LINES,
            "files": rules.MAX_PDFS_PER_SENDING,
            "each": file_size(rules.MAX_PDF_BYTES),
            "csv": file_size(rules.MAX_CSV_BYTES),
            "together": file_size(rules.MAX_ARCHIVE_BYTES),
        },
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        refusal=refusal,
    )


@blueprint.post("/documents/<import_id>/fichier", who=access.staff(PUBLISH))
def send_import_file(import_id: str) -> ResponseReturnValue:
    source = read_import(import_id).source
    largest = rules.MAX_CSV_BYTES if source == rules.CSV else rules.MAX_ARCHIVE_BYTES
    try:
        with received_files(
            FILE_FIELD, staff_member.required().subject, largest, limit=STAFF_UPLOADS
        ) as files:
            if not files or len(files) > (1 if source == rules.CSV else rules.MAX_PDFS_PER_SENDING):
                raise Invalid(TOO_MANY_FILES if files else NO_FILE)
            for file in files:
                _send(import_id, file)
    except DomainError as refusal:
        if refusal.http_status in (401, 403, 404):
            raise
        return show_import(import_id, in_field(refusal, FILE_FIELD))
    return _done(import_id, "controle" if source == rules.CSV else "envoi")


def _send(import_id: str, file: ReceivedFile) -> None:
    """A CSV takes the place of the one sent before; a PDF or an archive is added."""

    def take(uploads: list[str]) -> None:
        staff_member.call(api.take_uploads(import_id, body={"uploads": uploads}))

    send_files(staff_member, api.uploads, [file], take, target=import_id)


@blueprint.get("/documents/<import_id>/apercu", who=access.staff(PUBLISH))
def import_preview(import_id: str) -> ResponseReturnValue:
    """The first document as its candidate will get it, or the one of an id."""
    query = {"document": request.args.get("document") or None}
    return staff_member.stream(api.read_preview(import_id, query=query))


@blueprint.get("/documents/<import_id>/lignes-a-corriger.csv", who=access.staff(PUBLISH))
def lines_to_mend(import_id: str) -> Response:
    return staff_member.stream(api.read_lines_to_mend(import_id))


@blueprint.get("/documents/<import_id>/modeles", who=access.staff(PUBLISH))
def list_models(import_id: str) -> ResponseReturnValue:
    """The parts of the model that is filled with the session's candidates."""
    publication = read_import(
        import_id
    )  # first: counting the lines of thousands takes longer than a page waits
    parts = staff_member.call(api.read_model_parts(import_id))
    return render_page("gestion/templates/modeles.html", publication=publication, parts=parts)


@blueprint.post("/documents/<import_id>/publication", who=access.staff(PUBLISH))
@shown_on(show_import, *REFUSALS_SHOWN_HERE)
def publish_import(import_id: str) -> ResponseReturnValue:
    revision = found(request.form.get("revision", type=int))
    body = {"revision": revision, "accept_incomplete": "accept_incomplete" in request.form}
    staff_member.call(api.publish(import_id, body=body))
    return _done(import_id, "publication")


@blueprint.get("/documents/<import_id>/<any(abandon, retrait):act>", who=access.staff(PUBLISH))
@blueprint.get(
    DOCUMENT,
    who=access.staff(PUBLISH),
    endpoint="ask_document_withdrawal",
    defaults={"act": "retrait"},
)
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
        staff_member.call(api.abandon(import_id))
    else:
        staff_member.call(api.withdraw(import_id, body=posted_withdrawal()))
    return _done(import_id, act)


@blueprint.get("/documents/<import_id>/documents", who=access.staff(READ))
def list_import_documents(import_id: str) -> ResponseReturnValue:
    """List the documents of the candidate whose N° is in the address, else those that lack an
    épreuve (`incomplets`) or all of them."""
    numero = search_of_address().get("numero_candidat", "")
    page = ImportDocuments(items=(), next_cursor=None)
    if not numero:
        query = {**_cursor(), "is_incomplete": "incomplets" in request.args}
        page = staff_member.call(api.list_documents(import_id, query=query))
    elif re.fullmatch(NUMERO_CANDIDAT_FORM, numero):
        page = staff_member.call(api.search_documents(import_id, body={"numero_candidat": numero}))
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
    return redirect(
        url_for("gestion.list_import_documents", import_id=import_id, **search), code=303
    )


@blueprint.post(DOCUMENT, who=access.staff(PUBLISH))
@shown_on(partial(ask_end_of_import, act="retrait"), *REFUSALS_SHOWN_HERE)
def withdraw_document(import_id: str, document_id: str) -> ResponseReturnValue:
    staff_member.call(api.withdraw_document(document_id, body=posted_withdrawal()))
    address = url_for("gestion.list_import_documents", import_id=import_id, fait="retrait-document")
    return redirect(address, code=303)


def posted_withdrawal() -> dict[str, Any]:
    return {"reason": posted_text("reason"), "is_reason_shown": "motif_lu" in request.form}


def read_import(import_id: str) -> Import:
    return staff_member.call(api.read_import(import_id))


def _cursor() -> dict[str, str | None]:
    return {"cursor": request.args.get("cursor")}


def _done(import_id: str, what: str) -> ResponseReturnValue:
    return redirect(url_for("gestion.show_import", import_id=import_id, fait=what), code=303)
