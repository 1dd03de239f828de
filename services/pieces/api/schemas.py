"""Schemas of what the API reads from candidates and answers to them."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate, validates

from services.contracts.file_rules import MAX_MERGED_FILES
from services.pieces.domain.legibility import Sign
from services.pieces.domain.statuses import Scan, Status


class TileSchema(Schema):
    id = fields.String(required=True)
    exam_label = fields.String(required=True)
    session_label = fields.String(required=True)
    academie_label = fields.String(required=True)
    specialite = fields.String(required=True, allow_none=True)
    numero_inscription = fields.String(required=True)


class TilesSchema(Schema):
    candidatures = fields.List(fields.Nested(TileSchema), required=True)


class DepositSchema(Schema):
    id = fields.String(required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Octets"})
    deposited_at = fields.DateTime(required=True)
    deposited_sentence = fields.String(required=True)
    scan = fields.String(required=True, metadata={"description": "Avis de l'antivirus, en français"})
    scan_code = fields.String(required=True, validate=validate.OneOf([scan.value for scan in Scan]))
    converted = fields.Boolean(
        required=True, metadata={"description": "Le fichier gardé n'est pas celui envoyé, octet pour octet"}
    )
    pages = fields.Integer(required=True, allow_none=True, metadata={"description": "D'un PDF"})
    look = fields.List(
        fields.String(validate=validate.OneOf([sign.value for sign in Sign])),
        required=True,
        metadata={"description": "Pourquoi le fichier pourrait être difficile à lire"},
    )
    validated_at = fields.DateTime(required=True, allow_none=True)
    validated_sentence = fields.String(required=True, allow_none=True)


class PieceSchema(Schema):
    id = fields.String(required=True)
    code = fields.String(required=True)
    label = fields.String(required=True)
    asked = fields.Boolean(required=True, metadata={"description": "Encore demandée par la candidature"})
    required = fields.Boolean(required=True)
    formats = fields.List(fields.String(), required=True)
    form = fields.String(required=True, allow_none=True)
    can_deposit = fields.Boolean(required=True)
    can_delete = fields.Boolean(required=True)
    deposit = fields.Nested(DepositSchema, required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True, metadata={"description": "En français"})
    status_code = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([status.value for status in Status])
    )
    status_comment = fields.String(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    resubmit_until = fields.DateTime(required=True, allow_none=True, metadata={"description": "Fin exclue"})
    resubmit_sentence = fields.String(required=True, allow_none=True, metadata={"deprecated": True})
    sentence = fields.String(
        required=True, allow_none=True, metadata={"description": "Où en est la pièce, pour le candidat"}
    )


class GroupSchema(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)
    can_validate = fields.Boolean(required=True)
    validate_blocked_reason = fields.String(required=True, allow_none=True)
    pieces = fields.List(fields.Nested(PieceSchema), required=True)


class PeriodSchema(Schema):
    sentence = fields.String(required=True)
    open = fields.Boolean(required=True)
    groups = fields.List(fields.Nested(GroupSchema), required=True)


class UploadsSchema(Schema):
    uploads = fields.List(
        fields.String(validate=validate.Length(max=64, error="64 caractères au maximum.")),
        required=True,
        validate=validate.Length(min=1, max=MAX_MERGED_FILES, error=f"De 1 à {MAX_MERGED_FILES} envois sont attendus."),
        metadata={"description": "Dans l'ordre des pages"},
    )

    @validates("uploads")
    def check_each_once(self, value: list[str], **_: object) -> None:
        if len(set(value)) < len(value):
            raise ValidationError("Le même envoi est donné deux fois.")


class AskedSchema(TileSchema):
    periods = fields.List(fields.Nested(PeriodSchema), required=True)
    warning = fields.String(required=True)


class DepositPeriodSchema(Schema):
    opens = fields.DateTime(required=True)
    closes = fields.DateTime(required=True, metadata={"description": "Fin exclue"})


class ResubmissionSchema(Schema):
    label = fields.String(required=True)
    until = fields.DateTime(required=True, metadata={"description": "Fin exclue"})


class LeftOfCandidatureSchema(Schema):
    candidature_id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Version de la candidature que pieces connaît"})
    missing = fields.Integer(required=True, metadata={"description": "Pièces obligatoires sans fichier"})
    refused = fields.Integer(required=True, metadata={"description": "Pièces non conformes, à déposer à nouveau"})
    to_validate = fields.Integer(required=True, metadata={"description": "Regroupements complets, à valider"})
    late = fields.Integer(required=True, metadata={"description": "Pièces non fournies, dont l'échéance est passée"})
    until = fields.DateTime(required=True, allow_none=True, metadata={"description": "La première échéance, exclue"})
    opens = fields.DateTime(required=True, allow_none=True, metadata={"description": "Ouverture du dépôt à venir"})
    periods = fields.List(fields.Nested(DepositPeriodSchema), required=True)
    resubmissions = fields.List(fields.Nested(ResubmissionSchema), required=True)


class LeftSchema(Schema):
    candidatures = fields.List(fields.Nested(LeftOfCandidatureSchema), required=True)
