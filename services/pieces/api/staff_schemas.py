"""Schemas of what the API reads from staff and their tools, and answers to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.web.instants import checked_instant
from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE
from services.pieces.api.schemas import TileSchema
from services.pieces.domain.periods import end_of_day
from services.pieces.domain.statuses import Scan, Status
from services.pieces.queries.staff_list import NO_STATUS


class LastDayOrInstant(fields.Field[datetime]):
    """A last day in Paris (« 2021-11-15 », included) or an exclusive instant with its offset; read as the latter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if isinstance(value, str) and len(value) == 10:
                instant = end_of_day(date.fromisoformat(value))
            else:
                instant = datetime.fromisoformat(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError("Une date AAAA-MM-JJ ou un instant ISO 8601 est attendu.") from error
        if instant.tzinfo is None:
            raise ValidationError("Le décalage horaire de l'instant est requis.")
        return checked_instant(instant)


class PiecesFilters(Schema):
    academie = fields.String(metadata={"description": "Code sur deux chiffres : 03"})
    session = fields.String(metadata={"description": "Nom ou libellé : 2022, BTS 2022"})
    exam = fields.String(metadata={"description": "Code de l'examen : BTS"})
    status = fields.String(
        validate=validate.OneOf([*(status.value for status in Status), NO_STATUS]),
        metadata={"description": f"« {NO_STATUS} » : sans statut"},
    )
    regroupement = fields.String(metadata={"description": "Code du regroupement"})
    code = fields.String(metadata={"description": "Code de la pièce : NATIDE06"})
    candidature = fields.String()
    candidate = fields.String(metadata={"description": "Identifiant du candidat"})
    numero_candidat = fields.String()
    deposited = fields.Boolean(metadata={"description": "Avec ou sans fichier déposé"})
    validated = fields.Boolean(metadata={"description": "Validées ou non par le candidat"})
    sent_again = fields.Boolean(metadata={"description": "Contrôlées auparavant ou jamais"})


class PiecesQuery(PiecesFilters):
    limit = fields.Integer(load_default=USUAL_PAGE, validate=validate.Range(1, LARGEST_PAGE))
    cursor = fields.String(metadata={"description": "next_cursor de la page précédente"})
    after = fields.String(metadata={"description": "Identifiant d'une pièce : celles qui la suivent dans la liste"})
    before = fields.String(metadata={"description": "Identifiant d'une pièce : celles juste avant elle, sans curseur"})


class PieceQuery(PiecesFilters):
    neighbours = fields.Boolean(
        load_default=False,
        metadata={"description": "Avec les pièces juste avant et juste après, dans la liste que les filtres donnent"},
    )


class PageQuery(Schema):
    ahead = fields.Boolean(
        load_default=False,
        metadata={"description": "Chargée avant d'être montrée : le journal le dit, et « openings » dit l'ouverture"},
    )


class OpeningSchema(Schema):
    deposit_id = fields.String(required=True, validate=validate.Length(max=32))
    page = fields.Integer(required=True, validate=validate.Range(1, 100_000))


class ControlSchema(Schema):
    deposit_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Dépôt examiné ; null pour une pièce reçue sur papier"},
    )
    status = fields.Enum(Status, by_value=True, required=True)
    comment = fields.String(load_default=None, allow_none=True)
    received_on = fields.Date(load_default=None, allow_none=True)
    resubmit_until = LastDayOrInstant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Dernier jour (AAAA-MM-JJ), ou instant exclu, pour déposer à nouveau"},
    )


class ItemToControl(ControlSchema):
    piece_id = fields.String(required=True)
    if_match = fields.String(load_default=None, allow_none=True, metadata={"description": "etag de la pièce lue"})


class ControlsSchema(Schema):
    controls = fields.List(fields.Nested(ItemToControl), required=True, validate=validate.Length(1, LARGEST_PAGE))


class IfMatch(Schema):
    if_match = fields.String(data_key="If-Match", load_default=None)


class StaffCandidature(TileSchema):
    candidate_id = fields.String(required=True)
    numero_candidat = fields.String(required=True)
    nom = fields.String(required=True)
    prenoms = fields.String(required=True)
    academie = fields.String(required=True)
    session = fields.String(required=True)
    exam = fields.String(required=True)


class Regroupement(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class StaffDeposit(Schema):
    id = fields.String(required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    deposited_at = fields.DateTime(required=True)
    scan = fields.String(required=True, validate=validate.OneOf([scan.value for scan in Scan]))
    scan_label = fields.String(required=True)
    openable = fields.Boolean(required=True, metadata={"description": "L'antivirus laisse les gestionnaires l'ouvrir"})
    pages = fields.Integer(required=True, allow_none=True, metadata={"description": "D'un PDF"})


class PastDeposit(StaffDeposit):
    removed_at = fields.DateTime(required=True, allow_none=True)
    kept_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Jusqu'à quand un fichier remplacé ou supprimé peut être remis en place"},
    )


class PastControl(Schema):
    deposit_id = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    status_label = fields.String(required=True)
    comment = fields.String(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    resubmit_until = fields.DateTime(required=True, allow_none=True)
    staff_id = fields.String(required=True)
    controlled_at = fields.DateTime(required=True)


class History(Schema):
    deposits = fields.List(fields.Nested(PastDeposit), required=True)
    controls = fields.List(fields.Nested(PastControl), required=True)


class StaffPiece(Schema):
    id = fields.String(required=True)
    etag = fields.String(required=True)
    candidature = fields.Nested(StaffCandidature, required=True)
    code = fields.String(required=True)
    label = fields.String(required=True)
    regroupement = fields.Nested(Regroupement, required=True)
    asked = fields.Boolean(required=True)
    required = fields.Boolean(required=True)
    deposit_opens = fields.DateTime(required=True)
    deposit_closes = fields.DateTime(required=True)
    status = fields.String(required=True, allow_none=True)
    status_label = fields.String(required=True, allow_none=True)
    comment = fields.String(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    resubmit_until = fields.DateTime(required=True, allow_none=True, metadata={"description": "Fin exclue"})
    validated_at = fields.DateTime(required=True, allow_none=True)
    deposit = fields.Nested(StaffDeposit, required=True, allow_none=True)


class RecentOpening(Schema):
    staff_id = fields.String(required=True)
    at = fields.DateTime(required=True)


class Neighbours(Schema):
    previous = fields.Nested(StaffPiece, required=True, allow_none=True)
    following = fields.Nested(StaffPiece, required=True, allow_none=True)


class StaffPieceDetail(StaffPiece):
    neighbours = fields.Nested(Neighbours, required=True, allow_none=True, metadata={"description": "Sur demande"})
    history = fields.Nested(History, required=True)
    recent_openings = fields.List(
        fields.Nested(RecentOpening),
        required=True,
        metadata={"description": "D'autres gestionnaires qui ont ouvert le fichier dans les dernières minutes"},
    )


class StaffPieces(Schema):
    items = fields.List(fields.Nested(StaffPiece), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WaitingPieces(Schema):
    exam = fields.String(required=True)
    session = fields.String(required=True)
    session_label = fields.String(required=True)
    regroupement = fields.String(required=True)
    regroupement_label = fields.String(required=True)
    number = fields.Integer(required=True)
    validated = fields.Integer(required=True, metadata={"description": "Validées par leur candidat"})
    sent_again = fields.Integer(required=True, metadata={"description": "Déjà contrôlées auparavant"})
    oldest = fields.DateTime(required=True, metadata={"description": "Le plus ancien dépôt"})


class ControlQueue(Schema):
    items = fields.List(fields.Nested(WaitingPieces), required=True)


class ControlResult(Schema):
    piece_id = fields.String(required=True)
    http_status = fields.Integer(required=True, metadata={"description": "200, 404, 409, 412, 422 ou 428"})
    piece = fields.Nested(StaffPiece, required=True, allow_none=True)
    problem = fields.Dict(required=True, allow_none=True)
    current = fields.Nested(
        StaffPiece,
        required=True,
        allow_none=True,
        metadata={"description": "Avec un refus : la pièce telle qu'elle est, si elle peut être lue"},
    )


class ControlResults(Schema):
    results = fields.List(fields.Nested(ControlResult), required=True)
