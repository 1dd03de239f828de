"""The types of documents of guide §8, with the label that pages show."""

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
# Created for every saved version; the others are published by a gestionnaire.
# The worker creates the confirmation last: by then a candidate who pressed « Visualiser/Imprimer » at once has had it
# rendered, and the worker takes that rendering.
AUTOMATIC = (DocumentType.DEMANDE, DocumentType.CONFIRMATION)
PUBLISHED = tuple(document_type for document_type in DocumentType if document_type not in AUTOMATIC)
