"""Schemas of missing pieces and reminders, and their JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE
from services.pieces.api import representations
from services.pieces.api.staff_schemas import Regroupement, StaffCandidature
from services.pieces.domain.days_left import days_left
from services.pieces.operations.reminders_by_hand import Outcome
from services.pieces.queries.incomplete_counts import IncompleteSession as IncompleteSessionNumbers
from services.pieces.queries.missing_pieces_list import ListedCandidature


class MissingPiecesFilters(Schema):
    academie = fields.String(metadata={"description": "Code sur deux chiffres : 03"})
    exam = fields.String(metadata={"description": "Code de l'examen : BTS"})
    session = fields.String(metadata={"description": "Nom de la session : 2022"})
    regroupement = fields.String(metadata={"description": "Code du regroupement"})


class MissingPiecesQuery(MissingPiecesFilters):
    limit = fields.Integer(load_default=USUAL_PAGE, validate=validate.Range(1, LARGEST_PAGE))
    cursor = fields.String(metadata={"description": "next_cursor de la page précédente"})


class MissingPiece(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)
    refused = fields.Boolean(required=True, metadata={"description": "« Non Conforme », à déposer à nouveau"})


class MissingPart(Schema):
    regroupement = fields.Nested(Regroupement, required=True)
    deposit_closes = fields.DateTime(required=True, metadata={"description": "Fin exclue"})
    days_left = fields.Integer(required=True, metadata={"description": "Jours entiers d'ici le dernier ; 0 : ce jour"})
    pieces = fields.List(fields.Nested(MissingPiece), required=True)


class IncompleteCandidature(Schema):
    candidature = fields.Nested(StaffCandidature, required=True)
    missing = fields.List(fields.Nested(MissingPart), required=True)
    last_reminder = fields.DateTime(required=True, allow_none=True)


class OpenSession(Schema):
    exam = fields.String(required=True)
    session = fields.String(required=True)
    label = fields.String(required=True)


class MissingPieces(Schema):
    items = fields.List(fields.Nested(IncompleteCandidature), required=True)
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Une page peut être vide et avoir une suite"},
    )
    sessions = fields.List(
        fields.Nested(OpenSession), required=True, metadata={"description": "Celles dont le dépôt est ouvert"}
    )


class IncompleteSession(OpenSession):
    candidatures = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Auxquelles il manque des pièces ; null : à compter"}
    )
    deposit_closes = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Prochaine fin (exclue) de son dépôt ; null s'il ne reste que des renvois"},
    )
    days_left = fields.Integer(required=True, allow_none=True)


class MissingPiecesCounts(Schema):
    items = fields.List(fields.Nested(IncompleteSession), required=True)
    counted_at = fields.DateTime(required=True, allow_none=True)


class RemindersSchema(Schema):
    candidatures = fields.List(
        fields.String(), load_default=None, allow_none=True, validate=validate.Length(1, LARGEST_PAGE)
    )
    filters = fields.Nested(
        MissingPiecesFilters,
        load_default=None,
        allow_none=True,
        metadata={"description": "Celles que la liste trouve, sans celles déjà relancées ce jour"},
    )
    cursor = fields.String(
        load_default=None, metadata={"description": "Avec des filtres : next_cursor de la réponse précédente"}
    )


class ReminderResult(Schema):
    candidature = fields.String(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)


class ReminderResults(Schema):
    results = fields.List(fields.Nested(ReminderResult), required=True)
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Redemander avec lui : d'autres peuvent suivre, même après une réponse vide"},
    )


def represent_session(item: IncompleteSessionNumbers, at: datetime) -> dict[str, Any]:
    until = item.deposit_closes
    return {**asdict(item), "days_left": days_left(until, at) if until else None}


def represent_incomplete(item: ListedCandidature, at: datetime) -> dict[str, Any]:
    incomplete = item.incomplete
    return {
        "candidature": representations.staff_candidature(incomplete.candidature),
        "missing": [
            {
                "regroupement": {"code": group_code, "label": pieces[0].piece.group_label},
                "deposit_closes": until,
                "days_left": days_left(until, at),
                "pieces": [
                    {"code": missing.piece.code, "label": missing.piece.label, "refused": missing.refused}
                    for missing in pieces
                ],
            }
            for group_code, until, pieces in incomplete.parts()
        ],
        "last_reminder": item.last_reminder,
    }
