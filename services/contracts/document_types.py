"""The types of documents of guide §8, with the label that pages show; an exam's catalogue may declare further ones."""

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
LONGEST_CODE = 32  # characters
CODE_FORM = rf"[a-z_]{{1,{LONGEST_CODE}}}"
"""Of a type that a catalogue declares: it stands in a column, and in the keys of its files."""
