"""Imports of exam offices: prepared, checked, previewed, published, withdrawn, within the caller's académies."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.http import parse_options_header

from services.chassis.errors import DomainError, NotFound
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.contracts.publication_rules import MAX_ARCHIVE_BYTES, MAX_CSV_BYTES
from services.documents.api.candidate import file_response
from services.documents.api.import_schemas import (
    DocumentSearchSchema,
    ImportDocumentsSchema,
    ImportFormSchema,
    ImportSchema,
    ImportsQuery,
    ImportsSchema,
    NewImportSchema,
    PreviewQuery,
    PublicationSchema,
    RefusalsSchema,
    RowsQuery,
    WithdrawalSchema,
    represent_form,
)
from services.documents.api.schemas import OrderKeySchema
from services.documents.dependencies import dependencies
from services.documents.domain.document_types import DocumentType
from services.documents.domain.import_columns import COLUMNS, model_lines
from services.documents.domain.publisher import Publisher
from services.documents.models import Import
from services.documents.operations import import_publication, import_withdrawal, imports
from services.documents.operations.import_pdfs import add_pdfs
from services.documents.operations.import_previews import preview
from services.documents.operations.imports import NewImport
from services.documents.queries import imports as queries
from services.documents.queries.declared_documents import declared_types
from services.documents.queries.imports import Page
from services.documents.queries.recipients import list_sessions

blp = Blueprint("imports", __name__, url_prefix="/v1", description="Publier pour de nombreux candidats")

SCOPE = "documents:publish"


def _file_body(content_type: str, what: str) -> dict[str, Any]:
    schema = {"schema": {"type": "string", "format": "binary"}}
    description = f"{what}, sans enveloppe ; le nom du fichier dans Content-Disposition (filename*)"
    return {"description": description, "required": True, "content": {content_type: schema}}


@blp.route("/import-form")
@access.staff(SCOPE)
@blp.response(200, ImportFormSchema)
def read_form() -> dict[str, Any]:
    """The types with the columns of their CSV, the caller's académies, the sessions that have candidatures."""
    return represent_form(access.caller().academies, list_sessions(), declared_types())


@blp.route("/import-models/<string:type>")
@access.staff(SCOPE)
@blp.alt_response(200, content_type="text/csv", success=True)
def read_model(type: str) -> Response:
    """A model of the CSV of that type: the headings and two lines."""
    if type not in COLUMNS:
        raise NotFound()
    document_type = DocumentType(type)
    lines = io.StringIO()
    csv.writer(lines, delimiter=";", lineterminator="\r\n").writerows(model_lines(document_type))
    response = Response("\ufeff" + lines.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="modele-{document_type.value}.csv"'
    return response


@blp.route("/imports")
@access.staff(SCOPE)
@blp.arguments(ImportsQuery, location="query")
@blp.response(200, ImportsSchema)
def list_imports(query: dict[str, Any]) -> Page:
    """The imports of the caller's académies, the newest first."""
    return queries.list_imports(_publisher(), query["academie"], query["cursor"])


@blp.route("/imports", methods=["POST"])
@access.staff(SCOPE)
@blp.arguments(NewImportSchema)
@blp.arguments(OrderKeySchema, location="headers")
@blp.response(201, ImportSchema)
@answers_with(blp, problem_types.FORBIDDEN, problem_types.KEY_ALREADY_USED)
def create_import(body: dict[str, Any], headers: dict[str, Any]) -> Import:
    """Prepare an import; its file is sent next.

    Given again with the same Idempotency-Key, the answer is the import that was prepared first, as it now is.
    """
    given = {**body, "paragraphs": tuple(body["paragraphs"])}
    return imports.create_import(_publisher(), NewImport(**given), headers["order_key"])


@blp.route("/imports/<string:import_id>")
@access.staff(SCOPE)
@blp.response(200, ImportSchema)
def read_import(import_id: str) -> Import:
    """An import, with how far its publication is."""
    return queries.import_of(_publisher(), import_id)


@blp.route("/imports/<string:import_id>/csv", methods=["PUT"])
@access.staff(SCOPE)
@blp.doc(requestBody=_file_body("text/csv", "Le tableau CSV"))
@blp.response(200, ImportSchema)
@answers_with(
    blp, problem_types.LENGTH_REQUIRED, problem_types.TOO_LARGE, problem_types.CONFLICT, problem_types.INVALID
)
def put_csv(import_id: str) -> Import:
    """Check a CSV line by line; it replaces the one that was sent before. Nothing is published."""
    content = _body(MAX_CSV_BYTES).read()
    return imports.check_csv(_publisher(), import_id, _filename(), content)


@blp.route("/imports/<string:import_id>/pdfs", methods=["PUT"])
@access.staff(SCOPE)
@blp.doc(requestBody=_file_body("application/octet-stream", "Un PDF, ou une archive ZIP de PDF"))
@blp.response(200, ImportSchema)
@answers_with(
    blp,
    problem_types.LENGTH_REQUIRED,
    problem_types.TOO_LARGE,
    problem_types.CONFLICT,
    problem_types.INVALID,
    problem_types.UNAVAILABLE,
)
def put_pdfs(import_id: str) -> Import:
    """Add PDFs, each with the N° candidat in its name, to those that were sent before. Nothing is published."""
    return add_pdfs(dependencies(), _publisher(), import_id, _filename(), _body(MAX_ARCHIVE_BYTES))


@blp.route("/imports/<string:import_id>/refusals")
@access.staff(SCOPE)
@blp.arguments(RowsQuery, location="query")
@blp.response(200, RefusalsSchema)
def list_refusals(query: dict[str, Any], import_id: str) -> Page:
    """The lines and files that are not published, each with its reason."""
    return queries.list_refusals(_publisher(), import_id, query["cursor"])


@blp.route("/imports/<string:import_id>/documents")
@access.staff(SCOPE)
@blp.arguments(RowsQuery, location="query")
@blp.response(200, ImportDocumentsSchema)
def list_documents(query: dict[str, Any], import_id: str) -> Page:
    """The documents of an import with their states."""
    return queries.list_import_documents(_publisher(), import_id, query["cursor"])


@blp.route("/imports/<string:import_id>/documents/search", methods=["POST"])
@access.staff(SCOPE)
@blp.arguments(DocumentSearchSchema)
@blp.response(200, ImportDocumentsSchema)
def search_documents(body: dict[str, Any], import_id: str) -> Page:
    """The documents of an import that are of one N° candidat, which stands in no address."""
    return queries.list_import_documents(_publisher(), import_id, numero_candidat=body["numero_candidat"])


@blp.route("/imports/<string:import_id>/preview")
@access.staff(SCOPE)
@blp.arguments(PreviewQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
@answers_with(blp, problem_types.CONFLICT, problem_types.UNAVAILABLE)
def read_preview(query: dict[str, Any], import_id: str) -> Response:
    """One of the documents as its candidate will get it. Written to the audit trail."""
    file = preview(dependencies(), _publisher(), import_id, query["document"], query["format"])
    return file_response(file, save=False)


@blp.route("/imports/<string:import_id>/publication", methods=["POST"])
@access.staff(SCOPE)
@blp.arguments(PublicationSchema)
@blp.response(202, ImportSchema)
@answers_with(blp, problem_types.CONFLICT, problem_types.PRECONDITION_FAILED)
def publish(body: dict[str, Any], import_id: str) -> Import:
    """Publish what is right; the worker makes the documents. Given again, it changes nothing."""
    return import_publication.publish_import(_publisher(), import_id, body["revision"])


@blp.route("/imports/<string:import_id>/abandonment", methods=["POST"])
@access.staff(SCOPE)
@blp.response(200, ImportSchema)
@answers_with(blp, problem_types.CONFLICT)
def abandon(import_id: str) -> Import:
    """Give up an import that is not published."""
    return imports.abandon_import(_publisher(), import_id)


@blp.route("/imports/<string:import_id>/withdrawal", methods=["POST"])
@access.staff(SCOPE)
@blp.arguments(WithdrawalSchema)
@blp.response(200, ImportSchema)
@answers_with(blp, problem_types.CONFLICT)
def withdraw(body: dict[str, Any], import_id: str) -> Import:
    """Take back every document of an import, with a reason; what is not published yet will not be."""
    return import_withdrawal.withdraw_import(_publisher(), import_id, body["reason"])


@blp.route("/published-documents/<string:document_id>/withdrawal", methods=["POST"])
@access.staff(SCOPE)
@blp.arguments(WithdrawalSchema)
@blp.response(204)
def withdraw_document(body: dict[str, Any], document_id: str) -> None:
    """Take back one published document, with a reason."""
    import_withdrawal.withdraw_document(_publisher(), document_id, body["reason"])


def _publisher() -> Publisher:
    caller = access.caller()
    return Publisher(caller.id, caller.academies)


def _body(max_bytes: int) -> Any:
    """The request's stream, of at most `max_bytes`. Raises DomainError without a length; a longer body is answered
    with 413 at its first read."""
    if request.content_length is None:
        raise DomainError("La longueur du fichier (Content-Length) est requise.", problem=problem_types.LENGTH_REQUIRED)
    request.max_content_length = max_bytes
    return request.stream


def _filename() -> str:
    _, options = parse_options_header(request.headers.get("Content-Disposition", ""))
    return options.get("filename", "")
