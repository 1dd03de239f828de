"""What the worker is asked to do after a commit: the data of each follow-up."""

from dataclasses import dataclass

from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.contracts.pieces import IncompleteCandidature


@dataclass(frozen=True)
class DocumentsToMake:
    """The automatic documents of a saved version, or those of these `types`."""

    candidature_id: str
    version: int
    types: tuple[DocumentType, ...] = AUTOMATIC_TYPES


@dataclass(frozen=True)
class ReminderToMake:
    """The « Relance » of a candidature. `reminded_at`: ISO 8601."""

    event_id: str
    reminded_at: str
    candidature: IncompleteCandidature


@dataclass(frozen=True)
class DocumentToPublish:
    """A candidature's document of an order."""

    publication_id: str
    candidature_id: str


@dataclass(frozen=True)
class ChunkToPublish:
    """The documents of an import from position `first` to `last`."""

    import_id: str
    first: int
    last: int


@dataclass(frozen=True)
class SendingToCheck:
    sending_id: str
