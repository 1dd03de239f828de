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
# Made of every saved version without anybody's doing; the others are published by a gestionnaire.
# The worker makes the confirmation last: who presses « Visualiser/Imprimer » at once has it drawn by then.
AUTOMATIC = (DocumentType.DEMANDE, DocumentType.CONFIRMATION)
PUBLISHED = tuple(kind for kind in DocumentType if kind not in AUTOMATIC)
