"""What the API answers to candidates."""

from __future__ import annotations

from marshmallow import Schema, fields


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
    status = fields.String(required=True, allow_none=True)
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


class AskedSchema(TileSchema):
    periods = fields.List(fields.Nested(PeriodSchema), required=True)
    warning = fields.String(required=True)
