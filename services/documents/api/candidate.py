"""What a candidate sees of his documents: tiles, lists, files. Every answer is his alone; the rest is not found."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response
from flask_smorest import Blueprint

from services.chassis.web import access
from services.documents import queries
from services.documents.api.schemas import (
    ConfirmationQuery,
    DocumentsSchema,
    DocumentsToReadSchema,
    FileQuery,
    FormQuery,
    TileSchema,
    TilesSchema,
)
from services.documents.operations import delivery, opening
from services.documents.operations.delivery import File, Form
from services.documents.parts import parts

blp = Blueprint("documents", __name__, url_prefix="/v1", description="Mes documents")

_TILE = TileSchema(exclude=("ecartee",))
# The page needs its own style sheet and nothing else, wherever it is opened from.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@blp.route("/candidatures")
@access.candidate
@blp.response(200, TilesSchema)
def list_candidatures() -> dict[str, Any]:
    """Tiles of « Mes documents », also once the session has closed."""
    tiles = queries.candidatures_of(access.caller().id)
    return {"candidatures": [{**_TILE.dump(tile.candidature), "ecartee": tile.ecartee} for tile in tiles]}


@blp.route("/candidatures/<string:candidature_id>/documents")
@access.candidate
@blp.response(200, DocumentsSchema)
def list_documents(candidature_id: str) -> dict[str, Any]:
    """« Documents relatifs à ma candidature »"""
    copy = queries.own_copy(access.caller().id, candidature_id)
    return {"documents": queries.documents_of(copy.id)}


@blp.route("/documents/to-read")
@access.candidate
@blp.response(200, DocumentsToReadSchema)
def list_documents_to_read() -> dict[str, Any]:
    """What gestionnaires published for the caller and he has not opened yet."""
    return {"documents": queries.to_read(access.caller().id)}


@blp.route("/documents/<string:document_id>/opening", methods=["POST"])
@access.candidate
@blp.response(204)
def opened(document_id: str) -> None:
    """The caller has opened the document; repeated, it changes nothing."""
    opening.note_opened(access.caller().id, document_id)


@blp.route("/documents/<string:document_id>/file")
@access.candidate
@blp.arguments(FileQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def document_pdf(query: dict[str, Any], document_id: str) -> Response:
    """A document as PDF."""
    file = delivery.document_file(parts(), access.caller().id, document_id, Form.PDF)
    return _sent(file, save=query["save"])


@blp.route("/documents/<string:document_id>/html")
@access.candidate
@blp.arguments(FileQuery, location="query")
@blp.alt_response(200, content_type="text/html", success=True)
def document_html(query: dict[str, Any], document_id: str) -> Response:
    """The same document as a page that a screen reader can read."""
    file = delivery.document_file(parts(), access.caller().id, document_id, Form.HTML)
    return _sent(file, save=query["save"])


@blp.route("/candidatures/<string:candidature_id>/confirmation")
@access.candidate
@blp.arguments(ConfirmationQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def confirmation(query: dict[str, Any], candidature_id: str) -> Response:
    """« Visualiser/Imprimer »: the confirmation at once, made on the spot where it is not there yet."""
    candidate, version = access.caller().id, query["version"]
    file = delivery.confirmation_file(parts(), candidate, candidature_id, version, query["format"])
    return _sent(file, save=query["save"])


@blp.route("/candidatures/<string:candidature_id>/forms/<string:code>")
@access.candidate
@blp.arguments(FormQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
def form(query: dict[str, Any], candidature_id: str, code: str) -> Response:
    """« Editer le formulaire à compléter », with the candidate's data."""
    file = delivery.form_file(parts(), access.caller().id, candidature_id, code, query["format"])
    return _sent(file, save=query["save"])


def _sent(file: File, *, save: bool) -> Response:
    response = Response(file.content, content_type=file.form.content_type)
    _name(response, "attachment" if save else "inline", file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if file.form is Form.HTML:
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def _name(response: Response, disposition: str, filename: str) -> None:
    """RFC 6266: the name with its accents, and one without for what cannot read them."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
    response.headers.set("Content-Disposition", disposition, **names)
