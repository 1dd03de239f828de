"""What candidates read of their documents: tiles, lists, files, and what accounts copies for them;
what is not the caller's own is not found. What the gateway asks for who holds a paper."""

import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import documents as api
from services.contracts.api import personal_data
from services.contracts.api import verification as paper_api
from services.contracts.api.history import read_history
from services.contracts.api.sessions import Keys
from services.contracts.document_rules import FileFormat
from services.documents.dependencies import dependencies
from services.documents.models import db
from services.documents.operations import document_files, verification
from services.documents.operations.document_files import File
from services.documents.queries import candidatures, documents
from services.documents.queries.history import history
from services.documents.queries.personal_data import kept_document, part

views = Views("documents", __name__)
views.calls(api.list_candidatures, candidatures.list_tiles, candidate_id=access.caller_id)
views.calls(api.list_documents, documents.list_documents, candidate_id=access.caller_id)
views.calls(api.list_documents_to_read, documents.list_unopened, candidate_id=access.caller_id)
views.calls(api.mark_opened, document_files.mark_opened, candidate_id=access.caller_id)
views.reads(read_history, history, db.reading, candidate_id=access.caller_id)
views.reads(personal_data.read_part, part, db.reading)
papers = Views("papers", __name__)
papers.calls(paper_api.verify, verification.verify, dependencies=dependencies)

# The HTML page needs its own style sheet and nothing else, wherever it is opened from.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@views.serves(api.read_pdf)
def document_pdf(query: dict[str, Any], document_id: str) -> Response:
    return _own_file(document_id, FileFormat.PDF, **query)


@views.serves(api.read_html)
def document_html(query: dict[str, Any], document_id: str) -> Response:
    return _own_file(document_id, FileFormat.HTML, **query)


def _own_file(document_id: str, file_format: FileFormat, *, save: bool) -> Response:
    own = documents.document_of(access.caller().id, document_id)
    return file_response(document_files.file_of(dependencies(), *own, file_format), save=save)


@views.serves(api.read_confirmation)
def confirmation(query: dict[str, Any], candidature_id: str) -> Response:
    candidate = access.caller().id
    version = query["version"]
    file = document_files.confirmation_file(
        dependencies(), candidate, candidature_id, version, query["format"]
    )
    return file_response(file, save=query["save"])


@views.serves(api.read_form)
def form(query: dict[str, Any], candidature_id: str, code: str) -> Response:
    file = document_files.form_file(
        dependencies(), access.caller().id, candidature_id, code, query["format"]
    )
    return file_response(file, save=query["save"])


@papers.serves(paper_api.read_paper_keys)
def read_paper_keys() -> Keys:
    return Keys(**dependencies().paper_keys.jwks())


@views.serves(personal_data.read_held_file)
def read_held_file(candidate_id: str, file_id: str) -> Response:
    with db.reading() as transaction:
        document, candidature = kept_document(transaction, candidate_id, file_id)
    file = document_files.file_of(dependencies(), document, candidature, FileFormat.PDF)
    return Response(file.content, content_type=personal_data.read_held_file.media_type)


def file_response(file: File, *, save: bool) -> Response:
    """The file, to be saved or shown; a browser runs nothing in it and stores nothing of it."""
    response = Response(file.content, content_type=file.format.content_type)
    set_filename(response, "attachment" if save else "inline", file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if file.format is FileFormat.HTML:
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def set_filename(response: Response, disposition: str, filename: str) -> None:
    """Content-Disposition of RFC 6266: the name with its accents, and one in ASCII for old
    clients."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
    response.headers.set("Content-Disposition", disposition, **names)
