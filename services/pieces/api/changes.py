"""The feed of changes, so that tools need not read lists again and again."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api import examples
from services.pieces.domain.changes import CHANGES_RETENTION, DEFAULT_LIMIT, MAX_LIMIT, ChangeKind
from services.pieces.models import Change, db
from services.pieces.operations.change_numbering import number_changes
from services.pieces.queries import changes

blp = Blueprint("changements", __name__, url_prefix="/v1", description="Suivi des changements")


class ChangesQuery(Schema):
    after = fields.String(
        load_default=None,
        metadata={"description": "next_cursor, ou cursor d'un changement ; sans lui, depuis le plus ancien gardé"},
    )
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))


class ChangeSchema(Schema):
    cursor = fields.String(required=True)
    at = fields.DateTime(
        required=True,
        metadata={"description": "Quand cela s'est fait ; d'un fichier remis en place : quand il fut déposé"},
    )
    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(ChangeKind)),
    )
    piece_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "null : la candidature entière"},
    )
    candidature_id = fields.String(required=True)
    numero_candidat = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    academie = fields.String(required=True)


class Changes(Schema):
    items = fields.List(fields.Nested(ChangeSchema), required=True)
    next_cursor = fields.String(required=True, metadata={"description": "À garder, même sans changement"})
    has_more = fields.Boolean(required=True, metadata={"description": "D'autres sont déjà là"})


@blp.route("/changes")
@access.staff("pieces:read")
@blp.arguments(ChangesQuery, location="query")
@blp.response(
    200,
    Changes,
    example=examples.CHANGES,
    description=f"Dans l'ordre, sans manque ; gardés {CHANGES_RETENTION.days} jours. Relire une page la redonne.",
)
@answers_with(blp, problem_types.CURSOR_EXPIRED)
def list_changes(query: dict[str, Any]) -> dict[str, Any]:
    """What has changed since `after`: deposits, removals, validations, controls, withdrawals of candidatures."""
    more_wait = number_changes()
    with db.reading_for_staff() as session:
        page = changes.changes_page(session, access.caller().academies, query["after"], query["limit"])
    return {
        "items": [_item(change) for change in page.items],
        "next_cursor": page.next_place.cursor,
        "has_more": page.has_more or more_wait,
    }


def _item(change: Change) -> dict[str, Any]:
    return {
        "cursor": changes.cursor_of(change),
        "at": change.at,
        "kind": change.kind,
        "piece_id": change.piece_id,
        "candidature_id": change.candidature_id,
        "numero_candidat": change.numero_candidat,
        "code": change.code,
        "academie": change.academie_code,
    }
