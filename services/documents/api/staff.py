"""For staff and their tools, within their académies: what is published to several, the documents of a candidature."""

from typing import Any

from flask import Response

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import staff_documents as api
from services.documents.api.candidate import file_response
from services.documents.dependencies import dependencies
from services.documents.domain.recipients import Publisher
from services.documents.operations.document_files import open_document
from services.documents.operations.publishing import publish
from services.documents.queries import documents

views = Views("staff", __name__)


def who_publishes() -> Publisher:
    """The caller."""
    caller = access.caller()
    return Publisher(caller.id, caller.academies)


views.calls(api.list_documents, documents.list_for_staff, staff=who_publishes)
views.calls(api.read_remade, documents.remade)


@views.serves(api.publish_documents)
def publish_documents(body: dict[str, Any], headers: dict[str, Any]) -> api.Accepted:
    return publish(dependencies(), who_publishes(), body, headers["order_key"])


@views.serves(api.read_document)
def open_staff_document(query: dict[str, Any], document_id: str) -> Response:
    return file_response(open_document(dependencies(), who_publishes(), document_id), save=query["save"])
