"""The API of documents for staff and their tools: the documents of a candidature, and one published
for several."""

import base64
import binascii
from typing import Annotated

from marshmallow import ValidationError, fields, validate
from msgspec import Meta

from services.contracts import document_rules as rules
from services.contracts import problem_types
from services.contracts.api.documents import PDF_TYPE, RENDERING_SECONDS, FileQuery, ListedDocument
from services.contracts.api.fields import CleanedText, ReadField
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, staff

TITLE = "Documents d'une candidature"


class StaffDocument(ListedDocument):
    """A document for staff, who open it also once it is withdrawn."""

    is_reason_shown: Annotated[bool, Meta(description="Le candidat lit le motif du retrait")]


class StaffDocuments(Answered):
    documents: tuple[StaffDocument, ...]


class Accepted(Answered):
    """An order that was taken. `accepted`: how many documents follow from it.

    `refused`: candidatures that are unknown, withdrawn or of another académie, without saying
    which it is.
    """

    id: str
    accepted: int
    refused: tuple[str, ...]


class RemadeDocuments(Answered):
    """An opening whose dates have moved: how many of its documents are to print those in force
    (`expected`), and how many do (`made`)."""

    exam: str
    session: str
    academie: str
    expected: int
    made: int
    last_made_at: Instant | None


class PdfField(ReadField[bytes]):
    """A PDF in base64, small enough for a JSON body."""

    def read(self, value: object) -> bytes:
        try:
            content = base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("Un PDF codé en base64 est attendu.") from error
        if not content.startswith(b"%PDF-"):
            raise ValidationError("Le fichier n'est pas un PDF.")
        return content


class PrintedText(CleanedText):
    """Text as documents print it: NFC, on one line, without control characters."""

    def cleaned(self, text: str) -> str:
        return rules.cleaned_text(text).strip()


PARAGRAPH = PrintedText(
    required=True, validate=validate.Length(min=1, max=rules.MAX_PARAGRAPH_LENGTH)
)
_ID = fields.String(validate=validate.Regexp(rf"{rules.ID_FORM}\Z"))


class Order(Given):
    """A document to be published for several candidatures.

    `paragraphs` are the document itself, or the text alternative of `pdf`.
    """

    type: str = given(
        fields.String(
            required=True,
            validate=validate.OneOf(
                [document_type.value for document_type in rules.PUBLISHED_TYPES]
            ),
        )
    )
    title: str = given(
        PrintedText(required=True, validate=validate.Length(min=1, max=rules.MAX_TITLE_LENGTH))
    )
    paragraphs: list[str] = given(
        fields.List(
            PARAGRAPH, required=True, validate=validate.Length(min=1, max=rules.MAX_PARAGRAPHS)
        )
    )
    candidatures: list[str] = given(
        fields.List(_ID, required=True, validate=validate.Length(min=1, max=rules.MAX_RECIPIENTS))
    )
    pdf: bytes | None = given(PdfField(load_default=None))


class OrderKey(Given):
    """The key under which a caller may repeat an order."""

    order_key: str | None = given(
        fields.String(
            data_key="Idempotency-Key",
            load_default=None,
            validate=validate.Length(min=1, max=rules.MAX_ORDER_KEY_LENGTH),
            metadata={
                "description": "La même demande, répétée sous la même clé, n'est faite qu'une fois"
            },
        )
    )


_READ = Callers(staff("candidatures:read"))

publish_documents = Callers(staff("documents:publish")).post(
    "/v1/publications",
    Accepted,
    "Publish one document for each of the candidatures within the caller's académies; the worker "
    "makes them.",
    headers=OrderKey,
    body=Order,
    status=202,
    answer_words="Avec la même Idempotency-Key, la première réponse",
    problems=(problem_types.NOT_FOUND, problem_types.KEY_ALREADY_USED),
)
list_documents = _READ.get(
    "/v1/staff/candidatures/<candidature_id>/documents",
    StaffDocuments,
    "All documents of a candidature, withdrawn ones too, the newest first.",
)
read_document = _READ.get(
    "/v1/staff/documents/<document_id>/file",
    bytes,
    "A document as PDF, also one that was withdrawn; that it was opened is in the audit trail.",
    query=FileQuery,
    media_type=PDF_TYPE,
    seconds=RENDERING_SECONDS,
    problems=(problem_types.UNAVAILABLE,),
)
read_remade = Callers(staff("openings:manage")).get(
    "/v1/staff/remade-documents",
    list[RemadeDocuments],
    "How far the documents are that are made again since dates have moved, by opening.",
)
