"""What candidates read of their documents: tiles, lists, files, and what accounts copies for them.
What is not the caller's own is not found. Also what the gateway asks for who holds a paper."""

import unicodedata
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import documents as api
from services.contracts.api import personal_data
from services.contracts.api import verification as paper_api
from services.contracts.api.history import History, read_history
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
papers = Views("papers", __name__)

# The HTML page needs its own style sheet and nothing else, wherever it is opened from.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@views.serves(api.list_candidatures)
def list_candidatures() -> api.Tiles:
    with db.reading() as transaction:
        return candidatures.list_tiles(transaction, access.caller_id())


@views.serves(api.list_documents)
def list_documents(candidature_id: str) -> api.Documents:
    with db.reading() as transaction:
        return documents.list_documents(transaction, access.caller_id(), candidature_id)


@views.serves(api.list_documents_to_read)
def list_documents_to_read() -> api.DocumentsToRead:
    with db.reading() as transaction:
        return documents.list_unopened(transaction, access.caller_id())


@views.serves(api.mark_opened)
def mark_opened(document_id: str) -> None:
    document_files.mark_opened(access.caller_id(), document_id)


@views.serves(api.read_pdf)
def document_pdf(document_id: str, query: api.FileQuery) -> Response:
    return file_response(_own_file(document_id, FileFormat.PDF), save=query.save)


@views.serves(api.read_html)
def document_html(document_id: str, query: api.FileQuery) -> Response:
    return file_response(_own_file(document_id, FileFormat.HTML), save=query.save)


def _own_file(document_id: str, file_format: FileFormat) -> File:
    """Return a file of the caller's document. Raises NotFound, Unavailable."""
    document, candidature = documents.document_of(access.caller_id(), document_id)
    return document_files.file_of(dependencies(), document, candidature, file_format)


@views.serves(api.read_confirmation)
def confirmation(candidature_id: str, query: api.ConfirmationQuery) -> Response:
    file = document_files.confirmation_file(
        dependencies(), access.caller_id(), candidature_id, query.version, query.format
    )
    return file_response(file, save=query.save)


@views.serves(api.read_form)
def form(candidature_id: str, code: str, query: api.FormQuery) -> Response:
    file = document_files.form_file(
        dependencies(), access.caller_id(), candidature_id, code, query.format
    )
    return file_response(file, save=query.save)


@papers.serves(paper_api.verify)
def verify(body: paper_api.Lookup) -> paper_api.Verdict:
    return verification.verify(dependencies(), body.code, body.source)


@papers.serves(paper_api.read_paper_keys)
def read_paper_keys() -> Keys:
    return Keys(keys=tuple(dependencies().paper_keys.jwks()["keys"]))


@views.serves(read_history)
def read_own_history(candidature_id: str) -> History:
    with db.reading() as transaction:
        return history(transaction, access.caller_id(), candidature_id)


@views.serves(personal_data.read_part)
def read_part(candidate_id: str) -> personal_data.Part:
    with db.reading() as transaction:
        return part(transaction, candidate_id)


@views.serves(personal_data.read_held_file)
def read_held_file(candidate_id: str, file_id: str) -> Response:
    with db.reading() as transaction:
        document, candidature = kept_document(transaction, candidate_id, file_id)
    file = document_files.file_of(dependencies(), document, candidature, FileFormat.PDF)
    return Response(file.content, content_type=personal_data.read_held_file.media_type)


def file_response(file: File, *, save: bool) -> Response:
    """Answer with a file to be saved or shown, of which a browser runs and stores nothing."""
    response = Response(file.content, content_type=file.format.content_type)
    set_filename(response, "attachment" if save else "inline", file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if file.format is FileFormat.HTML:
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def set_filename(response: Response, disposition: str, filename: str) -> None:
    """Set the Content-Disposition of RFC 6266: the name with its accents, and one in ASCII for old
    clients."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    with_accents = f"UTF-8''{quote(filename, safe='')}"
    names = {"filename": plain, "filename*": with_accents}
    response.headers["Content-Disposition"] = dump_options_header(disposition, names)
