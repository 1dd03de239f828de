"""For staff and their tools, within their académies: what is published to several, the documents of
a candidature; imports of exam offices, prepared, checked, previewed, published, withdrawn."""

from flask import Response

from services.chassis import exports
from services.chassis.errors import NotFound
from services.chassis.web import access
from services.chassis.web.operations import Reply, Views
from services.contracts.api import staff_documents
from services.contracts.api import staff_imports as api
from services.contracts.api.documents import FileQuery
from services.contracts.api.staff_lists import ListPage
from services.contracts.api.uploads import OneUpload
from services.contracts.document_rules import DocumentType
from services.documents.api.candidate import file_response, set_filename
from services.documents.dependencies import dependencies
from services.documents.domain.document_names import filename
from services.documents.domain.import_columns import COLUMNS, example_lines, model_headings
from services.documents.domain.recipients import Publisher, Scope
from services.documents.models import Import, db
from services.documents.operations import import_files, import_publication, imports
from services.documents.operations.document_files import open_document
from services.documents.operations.import_publication import preview
from services.documents.operations.publishing import publish
from services.documents.queries import documents
from services.documents.queries import imports as queries
from services.uploads.uploads import Progress
from services.uploads.views import upload_views

documents_views = Views("staff", __name__)
views = Views("imports", __name__)


def who_publishes() -> Publisher:
    """Return the caller as who publishes, with their académies."""
    caller = access.caller()
    return Publisher(caller.id, caller.academies)


@documents_views.serves(staff_documents.list_documents)
def list_documents_for_staff(candidature_id: str) -> staff_documents.StaffDocuments:
    with db.reading_for_staff() as transaction:
        return documents.list_for_staff(transaction, candidature_id, who_publishes())


@documents_views.serves(staff_documents.read_remade)
def read_remade() -> list[staff_documents.RemadeDocuments]:
    with db.reading_for_staff() as transaction:
        return documents.list_remade(transaction)


@documents_views.serves(staff_documents.publish_documents)
def publish_documents(
    headers: staff_documents.OrderKey, body: staff_documents.Order
) -> staff_documents.Accepted:
    return publish(dependencies(), who_publishes(), body, headers.order_key)


@documents_views.serves(staff_documents.read_document)
def open_staff_document(document_id: str, query: FileQuery) -> Response:
    file = open_document(dependencies(), who_publishes(), document_id)
    return file_response(file, save=query.save)


def _answer(row: Import) -> api.Import:
    """Return an import as it is answered, with what of it waits for its check."""
    with db.reading() as transaction:
        return queries.import_answer(transaction, row)


@views.serves(api.read_form)
def read_form() -> api.ImportForm:
    with db.reading_for_staff() as transaction:
        return queries.import_form(transaction, access.caller_academies())


@views.serves(api.read_model)
def read_model(type: str, query: api.ModelQuery) -> Response:
    publisher = who_publishes()
    if type not in COLUMNS or (query.academie and not publisher.may_publish_in(query.academie)):
        raise NotFound()
    document_type = DocumentType(type)
    label = document_type.label
    if query.is_of_session:
        response = _filled_model(publisher, document_type, query)
    else:
        example = exports.Table(model_headings(document_type), [example_lines(document_type)])
        response = exports.table_response(example)
    name = filename(
        f"Modèle {query.part or ''} - {label}",
        query.specialite or query.session,
        extension=exports.EXTENSION,
    )
    set_filename(response, "attachment", name)
    return response


def _filled_model(
    publisher: Publisher, document_type: DocumentType, query: api.ModelQuery
) -> Response:
    """Export the model with the candidates of a session. Raises NotFound."""
    scope = Scope(query.exam, query.session, query.academie)
    completed = queries.import_of(publisher, query.absent_from) if query.absent_from else None
    return exports.export_response(
        "modele",
        db.reading_for_staff(export=True),
        lambda transaction: queries.filled_model(
            transaction, document_type, scope, query.part, completed
        ),
        lambda: imports.record_export(publisher, "import_model", document_type.label),
    )


@views.serves(api.read_model_parts)
def read_model_parts(import_id: str) -> list[api.ModelPart]:
    with db.reading_for_staff(export=True) as transaction:
        return queries.model_parts(transaction, who_publishes(), import_id)


@views.serves(api.list_imports)
def list_imports(query: ListPage) -> api.Imports:
    with db.reading_for_staff() as transaction:
        return queries.list_imports(transaction, who_publishes(), query)


@views.serves(api.create_import)
def create_import(headers: staff_documents.OrderKey, body: api.NewImport) -> api.Import:
    return _answer(imports.create_import(who_publishes(), body, headers.order_key))


@views.serves(api.read_import)
def read_import(import_id: str) -> api.Import:
    return _answer(queries.import_of(who_publishes(), import_id))


@views.serves(api.take_uploads)
def take_uploads(import_id: str, body: OneUpload) -> Reply[api.Import]:
    [upload_id] = body.uploads
    row = import_files.take_upload(dependencies(), who_publishes(), import_id, upload_id)
    answer = _answer(row)
    return Reply(answer, status=202 if answer.to_check else 200)


@views.serves(api.list_refusals)
def list_refusals(import_id: str, query: api.RowsQuery) -> api.Refusals:
    with db.reading_for_staff() as transaction:
        return queries.list_refusals(transaction, who_publishes(), import_id, query)


@views.serves(api.read_lines_to_mend)
def read_lines_to_mend(import_id: str) -> Response:
    publisher = who_publishes()
    row = queries.import_of(publisher, import_id)
    return exports.export_response(
        "lignes-a-corriger",
        db.reading_for_staff(export=True),
        lambda transaction: queries.lines_to_mend(transaction, row),
        lambda: imports.record_export(publisher, "import_refusals", import_id),
    )


@views.serves(api.read_check)
def read_check(import_id: str) -> api.ImportCheck:
    with db.reading_for_staff() as transaction:
        return queries.check_of(transaction, who_publishes(), import_id)


@views.serves(api.list_documents)
def list_import_documents(import_id: str, query: api.DocumentsQuery) -> api.ImportDocuments:
    with db.reading_for_staff() as transaction:
        return queries.list_import_documents(transaction, who_publishes(), import_id, query)


@views.serves(api.search_documents)
def search_import_documents(import_id: str, body: api.DocumentSearch) -> api.ImportDocuments:
    with db.reading_for_staff() as transaction:
        return queries.search_import_documents(
            transaction, who_publishes(), import_id, body.numero_candidat
        )


@views.serves(api.read_preview)
def read_preview(import_id: str, query: api.PreviewQuery) -> Response:
    file = preview(dependencies(), who_publishes(), import_id, query.document, query.format)
    return file_response(file, save=False)


@views.serves(api.publish)
def publish_import(import_id: str, body: api.Publication) -> api.Import:
    row = import_publication.publish_import(
        who_publishes(), import_id, body.revision, accept_incomplete=body.accept_incomplete
    )
    return _answer(row)


@views.serves(api.abandon)
def abandon_import(import_id: str) -> api.Import:
    return _answer(imports.abandon_import(who_publishes(), import_id))


@views.serves(api.withdraw)
def withdraw_import(import_id: str, body: api.Withdrawal) -> api.Import:
    row = imports.withdraw_import(
        who_publishes(), import_id, reason=body.reason, is_reason_shown=body.is_reason_shown
    )
    return _answer(row)


@views.serves(api.withdraw_document)
def withdraw_document(document_id: str, body: api.Withdrawal) -> None:
    imports.withdraw_document(
        who_publishes(), document_id, reason=body.reason, is_reason_shown=body.is_reason_shown
    )


def _begin_upload(import_id: str, filename: str, length: int) -> Progress:
    return import_files.begin_upload(who_publishes(), import_id, filename, length)


uploads = upload_views(api.uploads, imports.uploads, _begin_upload)
