"""For staff and their tools, within their académies: what is published to several, the documents of
a candidature; imports of exam offices, prepared, checked, previewed, published, withdrawn."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from services.chassis import exports
from services.chassis.errors import NotFound
from services.chassis.web import access
from services.chassis.web.operations import Reply, Views
from services.contracts.api import staff_documents
from services.contracts.api import staff_imports as api
from services.contracts.api.documents import FileQuery
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
from services.documents.queries.imports import import_answer, import_form
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


def _answered(act: Callable[..., Import]) -> Callable[..., api.Import]:
    """What reads or changes an import, with the import as its answer."""

    @wraps(act)
    def answered(**given: Any) -> api.Import:
        return import_answer(act(**given))

    return answered


views.calls(api.read_form, import_form, own_academies=access.caller_academies)
views.calls(api.read_model_parts, queries.model_parts, publisher=who_publishes)
views.calls(api.read_import, _answered(queries.import_of), publisher=who_publishes)
views.calls(api.list_refusals, queries.list_refusals, publisher=who_publishes)
views.calls(api.read_check, queries.check_of, publisher=who_publishes)
views.calls(api.list_documents, queries.list_import_documents, publisher=who_publishes)
views.calls(api.search_documents, queries.list_import_documents, publisher=who_publishes)
views.calls(api.publish, _answered(import_publication.publish_import), publisher=who_publishes)
views.calls(api.abandon, _answered(imports.abandon_import), publisher=who_publishes)
views.calls(api.withdraw, _answered(imports.withdraw_import), publisher=who_publishes)
views.calls(api.withdraw_document, imports.withdraw_document, publisher=who_publishes)


@views.serves(api.read_model)
def read_model(query: dict[str, Any], type: str) -> Response:
    if type not in COLUMNS or (
        query["academie"] and not who_publishes().may_publish_in(query["academie"])
    ):
        raise NotFound()
    document_type = DocumentType(type)
    publisher = who_publishes()
    part = query.pop("part")
    label = document_type.label
    specialite = query.pop("specialite")
    import_id = query.pop("absent_from")
    completed = queries.import_of(publisher, import_id) if import_id else None
    if all(query.values()):
        response = exports.export_response(
            "modele",
            db.reading_for_staff(export=True),
            lambda transaction: queries.filled_model(
                transaction, document_type, Scope(**query), part, completed
            ),
            lambda: imports.record_export(publisher, "import_model", label),
        )
    else:
        example = exports.Table(model_headings(document_type), [example_lines(document_type)])
        response = exports.table_response(example)
    name = filename(
        f"Modèle {part or ''} - {label}",
        specialite or query["session"],
        extension=exports.EXTENSION,
    )
    set_filename(response, "attachment", name)
    return response


@views.serves(api.list_imports)
def list_imports(query: dict[str, Any]) -> api.Imports:
    return queries.list_imports(who_publishes(), query)


@views.serves(api.create_import)
def create_import(headers: staff_documents.OrderKey, body: dict[str, Any]) -> api.Import:
    return import_answer(imports.create_import(who_publishes(), body, headers.order_key))


@views.serves(api.take_uploads)
def take_uploads(body: dict[str, Any], import_id: str) -> Reply[api.Import]:
    [upload_id] = body["uploads"]
    answer = import_answer(
        import_files.take_upload(dependencies(), who_publishes(), import_id, upload_id)
    )
    return Reply(answer, status=202 if answer.to_check else 200)


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


@views.serves(api.read_preview)
def read_preview(query: dict[str, Any], import_id: str) -> Response:
    file = preview(dependencies(), who_publishes(), import_id, query["document"], query["format"])
    return file_response(file, save=False)


def _begin_upload(import_id: str, filename: str, length: int) -> Progress:
    return import_files.begin_upload(who_publishes(), import_id, filename, length)


uploads = upload_views(api.uploads, imports.uploads, _begin_upload)
