"""The types of documents of guide §8, with the label that pages show, and the two formats of every
document; an exam's catalogue may declare further types. What an exam office may publish, and for
how many; states of imports."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from services.contracts.base import Labelled

MAX_CSV_BYTES = 5 * 1024 * 1024
MAX_PDF_BYTES = 5 * 1024 * 1024
"""Of each PDF, in an archive or by itself."""
MAX_ARCHIVE_BYTES = 20 * 1024 * 1024
"""Of a ZIP archive, and of the files of one form together. The gateway holds one in /tmp, which
counts in the memory of a container, documents in memory; the proxy lets as much pass."""
MAX_PDFS_PER_SENDING = 500
"""What is checked in one turn; an import may receive several sendings."""
MAX_LINES = 10_000
"""Lines of a CSV, and documents of an import."""

MAX_TITLE_LENGTH = 200  # characters, as those below
MAX_PARAGRAPHS = 50
MAX_PARAGRAPH_LENGTH = 5000
MAX_RECIPIENTS = 500
"""Candidatures that an order without a file names."""
MAX_REASON_LENGTH = 500
"""Of a withdrawal."""
MAX_ORDER_KEY_LENGTH = 200
"""Of the header Idempotency-Key."""

PREPARED = "prepared"
CHECKED = "checked"
PUBLISHING = "publishing"
PUBLISHED = "published"
ABANDONED = "abandoned"
WITHDRAWN = "withdrawn"
STATE_LABELS = {
    PREPARED: "En attente du fichier",
    CHECKED: "À publier",
    PUBLISHING: "Publication en cours",
    PUBLISHED: "Publié",
    ABANDONED: "Abandonné",
    WITHDRAWN: "Retiré",
}
NOTHING_READY = "Rien à publier"
"""The label of an import that was checked, and has no document."""
UNDER_CHECK = "Contrôle en cours"
"""The label of an import while PDFs that were sent for it wait for their check."""
READY = "ready"
FAILED = "failed"
DOCUMENT_STATE_LABELS = {
    READY: "À publier",
    PUBLISHED: "Publié",
    FAILED: "Non publié",
    ABANDONED: "Abandonné",
    WITHDRAWN: "Retiré",
}
CSV = "csv"
PDF = "pdf"
SOURCE_LABELS = {CSV: "Tableau CSV", PDF: "Fichiers PDF"}

# Invisible characters that would reorder the words of an official document.
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\t\r\n\x0b\x0c\u2028\u2029")


class DocumentType(Labelled):
    DEMANDE = "demande_pieces", "Demande de pièces justificatives"
    CONFIRMATION = "confirmation", "Confirmation d'inscription"
    RELANCE = "relance_pieces", "Relance de pièces justificatives"
    AMENAGEMENTS = "amenagements", "Notification de mesures d'aménagements"
    CONVOCATION = "convocation", "Convocation(s) aux épreuves"
    RELEVE = "releve_notes", "Relevé(s) de notes"


ONE_PER_SESSION = frozenset({DocumentType.RELEVE})
"""A new one replaces the earlier one whatever their titles; of others (convocations to written and
to oral épreuves), those of one title replace each other."""
FOR_EVERYBODY = frozenset({DocumentType.CONVOCATION, DocumentType.RELEVE})
"""Of these, who gets none is told before they are published."""
AUTOMATIC_TYPES = (DocumentType.DEMANDE, DocumentType.CONFIRMATION)
"""Made of every saved version in this order, by the worker or by who asks for one sooner."""
PUBLISHED_TYPES = tuple(
    document_type for document_type in DocumentType if document_type not in AUTOMATIC_TYPES
)
"""Of the guide's types; a gestionnaire publishes these, and those that catalogues declare."""
LONGEST_CODE = 32  # characters
CODE_FORM = rf"[a-z_]{{1,{LONGEST_CODE}}}"
"""Of a type that a catalogue declares: it stands in a column, and in the keys of its files."""
ID_FORM = r"[0-9a-f]{32}"
"""Of the ids of documents and candidatures."""


def type_label(type: str, declared: str | None) -> str:
    """`declared`: the label of a type that is none of the guide's, as the exam's catalogue had it
    at the time."""
    return declared or DocumentType(type).label


class FileFormat(StrEnum):
    """Values are the extensions, and what the API's `format` takes."""

    PDF = "pdf"
    HTML = "html"

    @property
    def content_type(self) -> str:
        return "application/pdf" if self is FileFormat.PDF else "text/html; charset=utf-8"


def cleaned_text(text: str) -> str:
    """The text as documents print it: in NFC, white space as plain spaces, without control or
    reordering characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if character in _BREAKS else character for character in composed)
    printed = (
        character
        for character in spaced
        if unicodedata.category(character) not in ("Cc", "Cs", "Cn")
    )
    return "".join(character for character in printed if character not in _REORDERING)
