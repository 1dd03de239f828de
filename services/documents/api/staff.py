"""What gestionnaires publish: relances, aménagements, convocations, relevés."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.documents.api.schemas import AcceptedSchema, OrderKeySchema, OrderSchema
from services.documents.dependencies import dependencies
from services.documents.domain.document_types import DocumentType
from services.documents.operations.publishing import Accepted, Order, publish

blp = Blueprint("publications", __name__, url_prefix="/v1", description="Publier un document")


@blp.route("/publications", methods=["POST"])
@access.staff("documents:publish")
@blp.arguments(OrderSchema)
@blp.arguments(OrderKeySchema, location="headers")
@blp.response(202, AcceptedSchema)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.KEY_ALREADY_USED)
def publish_documents(body: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    """Publish one document for each of the candidatures within the caller's académies; the worker makes them.

    An order given again with the same Idempotency-Key is not carried out twice: it gets the first one's answer.
    """
    caller = access.caller()
    order = Order(
        type=DocumentType(body["type"]),
        title=body["title"],
        paragraphs=tuple(body["paragraphs"]),
        candidatures=tuple(body["candidatures"]),
        pdf=body["pdf"],
    )
    return publish(dependencies(), caller.id, caller.academies, order, headers["order_key"])
