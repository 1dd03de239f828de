"""What the API of imports reads and answers."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.document_types import CODE_FORM
from services.contracts.publication_rules import (
    CSV,
    DOCUMENT_STATE_LABELS,
    PDF,
    SOURCE_LABELS,
    STATE_LABELS,
)
from services.documents.api.schemas import PARAGRAPH, PrintedText
from services.documents.domain.document_types import PUBLISHED, type_label
from services.documents.domain.file_format import FileFormat
from services.documents.domain.identifiers import PATTERN
from services.documents.domain.import_columns import COLUMNS, NUMERO_LENGTH
from services.documents.domain.publication_limits import MAX_PARAGRAPHS, MAX_REASON_LENGTH, MAX_TITLE_LENGTH
from services.documents.queries.declared_documents import DeclaredType
from services.reference import academies

_POSITION = validate.Range(min=0, max=10_000_000)
_TYPES = validate.Regexp(rf"{CODE_FORM}\Z", error="Choisissez un type de document.")
_SOURCES = validate.OneOf([CSV, PDF], error="Choisissez un tableau CSV ou des fichiers PDF.")
_SESSION = validate.Length(min=1, max=200, error="Choisissez une session.")
_ACADEMIE = validate.Length(min=1, max=8, error="Choisissez une académie.")
_REASON = validate.Length(
    min=1, max=MAX_REASON_LENGTH, error=f"Saisissez un motif ({MAX_REASON_LENGTH} caractères au plus)."
)


class NewImportSchema(Schema):
    """`paragraphs`: the text above the table of a CSV's documents (optional), or the text alternative of PDFs.
    `session` and `exam`: labels of `GET /v1/import-form`. `title`: by default the label of the type."""

    type = fields.String(required=True, validate=_TYPES)
    source = fields.String(required=True, validate=_SOURCES)
    academie = fields.String(required=True, validate=_ACADEMIE)
    session = PrintedText(required=True, validate=_SESSION)
    exam = PrintedText(required=True, validate=_SESSION)
    title = PrintedText(load_default="", validate=validate.Length(max=MAX_TITLE_LENGTH))
    paragraphs = fields.List(PARAGRAPH, load_default=list, validate=validate.Length(max=MAX_PARAGRAPHS))


class ImportSchema(Schema):
    """`revision` grows with each file; a publication names the one that was read."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    type_label = fields.Function(lambda row: type_label(row.type, row.type_label), metadata={"type": "string"})
    source = fields.String(required=True)
    source_label = fields.Function(lambda row: SOURCE_LABELS[row.source], metadata={"type": "string"})
    academie = fields.String(required=True, attribute="academie_code")
    academie_label = fields.Function(lambda row: _academie_label(row.academie_code), metadata={"type": "string"})
    exam = fields.String(required=True, attribute="exam_label")
    session = fields.String(required=True, attribute="session_label")
    title = fields.String(required=True)
    paragraphs = fields.List(fields.String(), required=True)
    state = fields.String(required=True)
    state_label = fields.Function(lambda row: STATE_LABELS[row.state], metadata={"type": "string"})
    revision = fields.Integer(required=True)
    filename = fields.String(required=True, allow_none=True)
    unused_columns = fields.List(fields.String(), required=True)
    ready = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    published = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    publication_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    withdrawal_reason = fields.String(required=True, allow_none=True)


class ImportsSchema(Schema):
    items = fields.List(fields.Nested(ImportSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ImportsQuery(Schema):
    academie = fields.String(load_default=None, validate=_ACADEMIE, metadata={"description": "Code : 03"})
    cursor = fields.String(load_default=None, validate=validate.Length(max=100))


class RowsQuery(Schema):
    """`cursor`: the `next_cursor` of the page before."""

    cursor = fields.Integer(load_default=0, validate=_POSITION)


class DocumentSearchSchema(Schema):
    numero_candidat = fields.String(required=True, validate=validate.Regexp(rf"[0-9]{{{NUMERO_LENGTH}}}\Z"))


class PreviewQuery(Schema):
    document = fields.String(
        load_default=None,
        validate=validate.Regexp(rf"{PATTERN}\Z"),
        metadata={"description": "Identifiant d'un document de la publication ; par défaut le premier"},
    )
    format = fields.Enum(FileFormat, by_value=True, load_default=FileFormat.PDF)


class RefusalSchema(Schema):
    """`place`: the number of the line, or the name of the file."""

    place = fields.String(required=True)
    numero_candidat = fields.String(required=True)
    reason = fields.String(required=True)


class RefusalsSchema(Schema):
    items = fields.List(fields.Nested(RefusalSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ImportDocumentSchema(Schema):
    """`id`: that of the document once it is published."""

    id = fields.String(required=True)
    numero_candidat = fields.String(required=True)
    state = fields.String(required=True)
    state_label = fields.Function(lambda row: DOCUMENT_STATE_LABELS[row.state], metadata={"type": "string"})
    reason = fields.String(required=True, allow_none=True)
    filename = fields.String(required=True, allow_none=True)


class ImportDocumentsSchema(Schema):
    items = fields.List(fields.Nested(ImportDocumentSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PublicationSchema(Schema):
    revision = fields.Integer(required=True, validate=_POSITION)


class WithdrawalSchema(Schema):
    reason = PrintedText(required=True, validate=_REASON)


class ColumnSchema(Schema):
    label = fields.String(required=True)
    hint = fields.String(required=True)
    required = fields.Boolean(required=True)


class TypeSchema(Schema):
    """`columns`: of its CSV; none where it is published in PDF only. `exam`: the only one that has this type, declared
    by its catalogue; null for the types of every exam."""

    type = fields.String(required=True)
    label = fields.String(required=True)
    exam = fields.String(required=True, allow_none=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)


class ChoiceSchema(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class SessionSchema(Schema):
    session = fields.String(required=True)
    exam = fields.String(required=True)


class ImportFormSchema(Schema):
    """What may be chosen for a new import."""

    types = fields.List(fields.Nested(TypeSchema), required=True)
    academies = fields.List(fields.Nested(ChoiceSchema), required=True)
    sessions = fields.List(fields.Nested(SessionSchema), required=True)


def represent_form(
    own_academies: frozenset[str] | None, sessions: list[tuple[str, str]], declared: list[DeclaredType]
) -> dict[str, Any]:
    """The data of ImportFormSchema; `own_academies` None: all."""
    return {
        "types": [
            *(
                {"type": item.value, "label": item.label, "exam": None, "columns": list(COLUMNS.get(item, ()))}
                for item in PUBLISHED
            ),
            *({"type": item.type, "label": item.label, "exam": item.exam, "columns": []} for item in declared),
        ],
        "academies": [
            {"code": academie.code, "label": academie.label}
            for academie in academies.all()
            if own_academies is None or academie.code in own_academies
        ],
        "sessions": [{"session": session, "exam": exam} for session, exam in sessions],
    }


def _academie_label(code: str) -> str:
    academie = academies.by_code(code)
    return academie.label if academie else code
