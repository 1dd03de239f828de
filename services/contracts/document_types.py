"""The types of documents of guide §8, with the label that pages show, and the two formats of every document; an exam's
catalogue may declare further types."""

from __future__ import annotations

from enum import StrEnum


class DocumentType(StrEnum):
    CONFIRMATION = "confirmation"
    DEMANDE = "demande_pieces"
    RELANCE = "relance_pieces"
    AMENAGEMENTS = "amenagements"
    CONVOCATION = "convocation"
    RELEVE = "releve_notes"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    DocumentType.CONFIRMATION: "Confirmation d'inscription",
    DocumentType.DEMANDE: "Demande de pièces justificatives",
    DocumentType.RELANCE: "Relance de pièces justificatives",
    DocumentType.AMENAGEMENTS: "Notification de mesures d'aménagements",
    DocumentType.CONVOCATION: "Convocation(s) aux épreuves",
    DocumentType.RELEVE: "Relevé(s) de notes",
}
AUTOMATIC = (DocumentType.DEMANDE, DocumentType.CONFIRMATION)
"""Created for every saved version; every other type, those of catalogues included, is published by a gestionnaire.
The worker creates the confirmation last: by then a candidate who pressed « Visualiser/Imprimer » at once has had it
rendered, and the worker takes that rendering."""
PUBLISHED = tuple(document_type for document_type in DocumentType if document_type not in AUTOMATIC)
"""Of the guide's types."""
LONGEST_CODE = 32  # characters
CODE_FORM = rf"[a-z_]{{1,{LONGEST_CODE}}}"
"""Of a type that a catalogue declares: it stands in a column, and in the keys of its files."""
ID_FORM = r"[0-9a-f]{32}"
"""Of the ids of documents and candidatures."""


def type_label(type: str, declared: str | None) -> str:
    """`declared`: the label of a type that is none of the guide's, as the exam's catalogue had it at the time."""
    return declared or DocumentType(type).label


class FileFormat(StrEnum):
    """Values are the extensions, and what the API's `format` takes."""

    PDF = "pdf"
    HTML = "html"

    @property
    def content_type(self) -> str:
        return "application/pdf" if self is FileFormat.PDF else "text/html; charset=utf-8"
