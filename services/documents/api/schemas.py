"""What the API reads and answers."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from services.documents.domain.document_types import PUBLISHED, type_label
from services.documents.domain.file_format import FileFormat
from services.documents.domain.identifiers import PATTERN
from services.documents.domain.publication_limits import (
    MAX_ORDER_KEY_LENGTH,
    MAX_PARAGRAPH_LENGTH,
    MAX_PARAGRAPHS,
    MAX_RECIPIENTS,
    MAX_TITLE_LENGTH,
)
from services.documents.rendering.glyphs import cleaned


class TileSchema(Schema):
    """`ecartee`: its service gestionnaire set the candidature aside."""

    id = fields.String(required=True)
    exam_label = fields.String(required=True)
    session_label = fields.String(required=True)
    academie_label = fields.String(required=True)
    specialite = fields.String(required=True, allow_none=True)
    numero_inscription = fields.String(required=True)
    ecartee = fields.Boolean(required=True)


class TilesSchema(Schema):
    candidatures = fields.List(fields.Nested(TileSchema), required=True)


class DocumentSchema(Schema):
    id = fields.String(required=True)
    type = fields.String(required=True)
    type_label = fields.Function(lambda row: type_label(row.type, row.type_label), metadata={"type": "string"})
    label = fields.String(required=True)
    version = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    size = fields.Integer(required=True, attribute="pdf_size", metadata={"description": "Octets du PDF"})


class DocumentToReadSchema(DocumentSchema):
    candidature_id = fields.String(required=True)


class DocumentsToReadSchema(Schema):
    documents = fields.List(fields.Nested(DocumentToReadSchema), required=True)


class DocumentsSchema(Schema):
    documents = fields.List(fields.Nested(DocumentSchema), required=True)


class StaffDocumentSchema(DocumentSchema):
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    withdrawal_reason = fields.String(required=True, allow_none=True)


class StaffDocumentsSchema(Schema):
    documents = fields.List(fields.Nested(StaffDocumentSchema), required=True)


class FileQuery(Schema):
    """`save` asks the browser to save rather than to show."""

    save = fields.Boolean(load_default=False)


class FormQuery(FileQuery):
    format = fields.Enum(FileFormat, by_value=True, load_default=FileFormat.PDF)


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


class PdfField(fields.Field[bytes]):
    """A PDF in base64, small enough for a JSON body."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            content = base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("Un PDF codé en base64 est attendu.") from error
        if not content.startswith(b"%PDF-"):
            raise ValidationError("Le fichier n'est pas un PDF.")
        return content


class PrintedText(fields.String):
    """Text as documents print it: NFC, on one line, without control characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return cleaned(super()._deserialize(value, attr, data, **kwargs) or "").strip()


PARAGRAPH = PrintedText(required=True, validate=validate.Length(min=1, max=MAX_PARAGRAPH_LENGTH))
_ID = fields.String(validate=validate.Regexp(rf"{PATTERN}\Z"))


class OrderSchema(Schema):
    """`paragraphs` are the document itself, or the text alternative of `pdf`."""

    type = fields.String(required=True, validate=validate.OneOf([document_type.value for document_type in PUBLISHED]))
    title = PrintedText(required=True, validate=validate.Length(min=1, max=MAX_TITLE_LENGTH))
    paragraphs = fields.List(PARAGRAPH, required=True, validate=validate.Length(min=1, max=MAX_PARAGRAPHS))
    candidatures = fields.List(_ID, required=True, validate=validate.Length(min=1, max=MAX_RECIPIENTS))
    pdf = PdfField(load_default=None)


class OrderKeySchema(Schema):
    class Meta:
        unknown = EXCLUDE  # the other headers

    order_key = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=validate.Length(min=1, max=MAX_ORDER_KEY_LENGTH),
    )


class AcceptedSchema(Schema):
    id = fields.String(required=True)
    accepted = fields.Integer(required=True)
    refused = fields.List(fields.String(), required=True)
