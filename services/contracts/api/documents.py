"""The API of documents for candidates: what was published for each candidature, what is to read,
files and forms."""

from types import NoneType
from typing import Annotated

from marshmallow import ValidationError, fields
from msgspec import Meta

from services.contracts import page_labels
from services.contracts.api.fields import ReadField
from services.contracts.api.given import Given, given
from services.contracts.api.operation import (
    CANDIDATE,
    Answered,
    Callers,
    CandidatureLabels,
    Instant,
)
from services.contracts.document_rules import FileFormat

TITLE = page_labels.DOCUMENTS
RENDERING_SECONDS = 60.0  # for a document that is rendered on demand
PDF_TYPE = "application/pdf"


class Tile(CandidatureLabels):
    """A candidature as « Mes documents » shows it."""

    ecartee: Annotated[bool, Meta(description="Écartée par son service gestionnaire")]
    version: Annotated[
        int | None, Meta(description="Version de la candidature que documents connaît")
    ] = None


class Tiles(Answered):
    candidatures: tuple[Tile, ...]


class Document(Answered):
    id: str
    type: str
    type_label: str
    label: str
    version: Annotated[
        int | None, Meta(description="De la candidature ; null pour ce qu'un service publie")
    ]
    published_at: Instant
    size: Annotated[int, Meta(description="Octets du PDF")]


class ListedDocument(Document):
    """A document among those of its candidature, with what became of it."""

    edition: Annotated[int, Meta(description="Grandit quand des dates qu'il imprime ont changé")]
    replaced_at: Annotated[
        Instant | None, Meta(description="Quand un document plus récent l'a remplacé")
    ]
    replaced_by_version: Annotated[
        int | None, Meta(description="Version plus récente de la candidature")
    ]
    withdrawn_at: Annotated[
        Instant | None, Meta(description="Retiré : il ne s'ouvre plus que par le service")
    ]
    withdrawal_reason: Annotated[
        str | None, Meta(description="Motif ; du candidat, celui qui lui est destiné")
    ]


class Documents(Answered):
    documents: tuple[ListedDocument, ...]


class DocumentToRead(Document):
    """A document that a gestionnaire published and the candidate has not opened yet."""

    candidature_id: str


class DocumentsToRead(Answered):
    documents: tuple[DocumentToRead, ...]


class FileQuery(Given):
    """The way in which a file is answered. `save` asks the browser to save rather than to show."""

    save: bool = given(fields.Boolean(load_default=False))


class FormQuery(FileQuery):
    format: FileFormat = given(fields.Enum(FileFormat, by_value=True, load_default=FileFormat.PDF))


class VersionField(ReadField[int | None]):
    """Reads « current », which is None, or the number of a version."""

    def read(self, value: object) -> int | None:
        if value == "current":
            return None
        if (
            isinstance(value, str)
            and value.isascii()
            and value.isdigit()
            and len(value) <= 6
            and int(value) > 0
        ):
            return int(value)
        raise ValidationError("« current » ou un numéro de version est attendu.")


class ConfirmationQuery(FormQuery):
    """The confirmation that is asked for. `version`: None for the current one."""

    version: int | None = given(VersionField(load_default=None))


_OWN_DOCUMENTS = Callers(CANDIDATE)

list_candidatures = _OWN_DOCUMENTS.get(
    "/v1/candidatures",
    Tiles,
    f"Tiles of « {page_labels.DOCUMENTS} », also once the session has closed.",
)
list_documents = _OWN_DOCUMENTS.get(
    "/v1/candidatures/<candidature_id>/documents",
    Documents,
    "« Documents relatifs à ma candidature »",
)
list_documents_to_read = _OWN_DOCUMENTS.get(
    "/v1/documents/to-read",
    DocumentsToRead,
    "What gestionnaires published for the caller, and the caller has not opened yet.",
)
mark_opened = _OWN_DOCUMENTS.post(
    "/v1/documents/<document_id>/opening",
    NoneType,
    "The caller has opened the document; repeated, it changes nothing.",
)
read_pdf = _OWN_DOCUMENTS.get(
    "/v1/documents/<document_id>/file",
    bytes,
    "A document as PDF.",
    query=FileQuery,
    media_type=PDF_TYPE,
    seconds=RENDERING_SECONDS,
)
read_html = _OWN_DOCUMENTS.get(
    "/v1/documents/<document_id>/html",
    bytes,
    "The same document as a page that a screen reader can read.",
    query=FileQuery,
    media_type="text/html",
    seconds=RENDERING_SECONDS,
)
read_confirmation = _OWN_DOCUMENTS.get(
    "/v1/candidatures/<candidature_id>/confirmation",
    bytes,
    "« Visualiser/Imprimer »: the confirmation at once, made on the spot where it is not there "
    "yet.",
    query=ConfirmationQuery,
    media_type=PDF_TYPE,
    seconds=RENDERING_SECONDS,
)
read_form = _OWN_DOCUMENTS.get(
    "/v1/candidatures/<candidature_id>/forms/<code>",
    bytes,
    "« Editer le formulaire à compléter », with the candidate's data.",
    query=FormQuery,
    media_type=PDF_TYPE,
    seconds=RENDERING_SECONDS,
)
