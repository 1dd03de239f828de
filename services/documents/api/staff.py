"""For staff and their tools, within their académies: what is published to several, the documents of a candidature."""

from typing import Any

from flask import Response

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import staff_documents as api
from services.contracts.document_rules import DocumentType
from services.documents.api.candidate import file_response
from services.documents.dependencies import dependencies
from services.documents.domain.recipients import Publisher
from services.documents.operations.document_files import open_document
from services.documents.operations.publishing import Order, publish
from services.documents.queries import documents

views = Views("staff", __name__)


@views.serves(api.publish_documents)
def publish_documents(body: dict[str, Any], headers: dict[str, Any]) -> api.Accepted:
    caller = access.caller()
    order = Order(
        type=DocumentType(body["type"]),
        title=body["title"],
        paragraphs=tuple(body["paragraphs"]),
        candidatures=tuple(body["candidatures"]),
        pdf=body["pdf"],
    )
    return publish(dependencies(), caller.id, caller.academies, order, headers["order_key"])


@views.serves(api.list_documents)
def list_documents(candidature_id: str) -> api.StaffDocuments:
    return documents.list_for_staff(candidature_id, access.caller().academies)


@views.serves(api.read_remade)
def read_remade() -> list[api.RemadeDocuments]:
    return documents.remade()


@views.serves(api.read_document)
def open_staff_document(query: dict[str, Any], document_id: str) -> Response:
    caller = access.caller()
    file = open_document(dependencies(), Publisher(caller.id, caller.academies), document_id)
    return file_response(file, save=query["save"])
