"""What the API reads and answers."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.documents.operations.delivery import Form


class TileSchema(Schema):
    id = fields.String(required=True)
    exam_label = fields.String(required=True)
    session_label = fields.String(required=True)
    academie_label = fields.String(required=True)
    specialite = fields.String(required=True, allow_none=True)
    numero_inscription = fields.String(required=True)


class TilesSchema(Schema):
    candidatures = fields.List(fields.Nested(TileSchema), required=True)


class DocumentSchema(Schema):
    id = fields.String(required=True)
    type = fields.String(required=True)
    label = fields.String(required=True)
    version = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    size = fields.Integer(required=True, attribute="pdf_size", metadata={"description": "Octets du PDF"})


class DocumentsSchema(Schema):
    documents = fields.List(fields.Nested(DocumentSchema), required=True)


class FileQuery(Schema):
    """`save` asks the browser to save rather than to show."""

    save = fields.Boolean(load_default=False)


class FormQuery(FileQuery):
    format = fields.Enum(Form, by_value=True, load_default=Form.PDF)


class VersionField(fields.Field[int | None]):
    """« current » (None) or the number of a version."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if value == "current":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 6 and int(value) > 0:
            return int(value)
        raise ValidationError("« current » ou un numéro de version est attendu.")


class ConfirmationQuery(FormQuery):
    version = VersionField(load_default=None)
