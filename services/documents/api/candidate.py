"""What candidates read of their documents: tiles, lists, files. What is not the caller's own is not found."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response
from flask_smorest import Blueprint

from services.chassis.web import access
from services.contracts import page_labels
from services.documents.api.schemas import (
    ConfirmationQuery,
    DocumentsSchema,
    DocumentsToReadSchema,
    FileQuery,
    FormQuery,
    TileSchema,
    TilesSchema,
)
from services.documents.dependencies import dependencies
from services.documents.domain.file_format import FileFormat
from services.documents.operations import document_files
from services.documents.operations.document_files import File
from services.documents.operations.opened_documents import mark_opened
from services.documents.queries import candidatures, documents

blp = Blueprint("documents", __name__, url_prefix="/v1", description=page_labels.DOCUMENTS)

_TILE = TileSchema(exclude=("ecartee",))
# The HTML page needs its own style sheet and nothing else, wherever it is opened from.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@blp.route("/candidatures")
@access.candidate
@blp.response(200, TilesSchema)
def list_candidatures() -> dict[str, Any]:
    """Tiles of « Mes documents », also once the session has closed."""
    tiles = candidatures.list_tiles(access.caller().id)
    return {"candidatures": [{**_TILE.dump(tile.candidature), "ecartee": tile.ecartee} for tile in tiles]}


@blp.route("/candidatures/<string:candidature_id>/documents")
@access.candidate
@blp.response(200, DocumentsSchema)
def list_documents(candidature_id: str) -> dict[str, Any]:
    """« Documents relatifs à ma candidature »"""
    candidature = candidatures.candidature_of(access.caller().id, candidature_id)
    return {"documents": documents.list_documents(candidature.id)}


@blp.route("/documents/to-read")
@access.candidate
@blp.response(200, DocumentsToReadSchema)
def list_documents_to_read() -> dict[str, Any]:
    """What gestionnaires published for the caller, and the caller has not opened yet."""
    return {"documents": documents.list_unopened(access.caller().id)}


@blp.route("/documents/<string:document_id>/opening", methods=["POST"])
@access.candidate
@blp.response(204)
def opened(document_id: str) -> None:
    """The caller has opened the document; repeated, it changes nothing."""
    mark_opened(access.caller().id, document_id)


@blp.route("/documents/<string:document_id>/file")
@access.candidate
@blp.arguments(FileQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def document_pdf(query: dict[str, Any], document_id: str) -> Response:
    """A document as PDF."""
    file = document_files.document_file(dependencies(), access.caller().id, document_id, FileFormat.PDF)
    return file_response(file, save=query["save"])


@blp.route("/documents/<string:document_id>/html")
@access.candidate
@blp.arguments(FileQuery, location="query")
@blp.alt_response(200, content_type="text/html", success=True)
def document_html(query: dict[str, Any], document_id: str) -> Response:
    """The same document as a page that a screen reader can read."""
    file = document_files.document_file(dependencies(), access.caller().id, document_id, FileFormat.HTML)
    return file_response(file, save=query["save"])


@blp.route("/candidatures/<string:candidature_id>/confirmation")
@access.candidate
@blp.arguments(ConfirmationQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def confirmation(query: dict[str, Any], candidature_id: str) -> Response:
    """« Visualiser/Imprimer »: the confirmation at once, made on the spot where it is not there yet."""
    candidate, version = access.caller().id, query["version"]
    file = document_files.confirmation_file(dependencies(), candidate, candidature_id, version, query["format"])
    return file_response(file, save=query["save"])


@blp.route("/candidatures/<string:candidature_id>/forms/<string:code>")
@access.candidate
@blp.arguments(FormQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def form(query: dict[str, Any], candidature_id: str, code: str) -> Response:
    """« Editer le formulaire à compléter », with the candidate's data."""
    file = document_files.form_file(dependencies(), access.caller().id, candidature_id, code, query["format"])
    return file_response(file, save=query["save"])


def file_response(file: File, *, save: bool) -> Response:
    """The file, to be saved or shown; a browser runs nothing in it and stores nothing of it."""
    response = Response(file.content, content_type=file.format.content_type)
    _set_filename(response, "attachment" if save else "inline", file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if file.format is FileFormat.HTML:
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def _set_filename(response: Response, disposition: str, filename: str) -> None:
    """Content-Disposition of RFC 6266: the name with its accents, and one in ASCII for old clients."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
    response.headers.set("Content-Disposition", disposition, **names)
