"""For staff and their tools: the documents of a candidature of their académies, each as PDF."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.documents.api.candidate import file_response
from services.documents.api.schemas import FileQuery, StaffDocumentsSchema
from services.documents.dependencies import dependencies
from services.documents.domain.publisher import Publisher
from services.documents.operations.staff_documents import open_document
from services.documents.queries.documents import list_for_staff

READ = "candidatures:read"
blp = Blueprint("staff", __name__, url_prefix="/v1/staff", description="Documents d'une candidature")


@blp.route("/candidatures/<string:candidature_id>/documents")
@access.staff(READ)
@blp.response(200, StaffDocumentsSchema)
def list_staff_documents(candidature_id: str) -> dict[str, Any]:
    """All documents of a candidature, withdrawn ones too, the newest first."""
    return {"documents": list_for_staff(candidature_id, access.caller().academies)}


@blp.route("/documents/<string:document_id>/file")
@access.staff(READ)
@blp.arguments(FileQuery, location="query")
@blp.alt_response(200, content_type="application/pdf", success=True)
@answers_with(blp, problem_types.UNAVAILABLE)
def open_staff_document(query: dict[str, Any], document_id: str) -> Response:
    """A document as PDF, also one that was withdrawn; that it was opened is in the audit trail."""
    caller = access.caller()
    file = open_document(dependencies(), Publisher(caller.id, caller.academies), document_id)
    return file_response(file, save=query["save"])
