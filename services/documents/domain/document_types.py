"""Which types of documents the portal makes by itself, and which ones exam offices publish."""

from __future__ import annotations

from services.contracts.document_types import LABELS, DocumentType

__all__ = ["AUTOMATIC", "LABELS", "PUBLISHED", "DocumentType", "type_label"]

# Created for every saved version; the others are published by a gestionnaire.
# The worker creates the confirmation last: by then a candidate who pressed « Visualiser/Imprimer » at once has had it
# rendered, and the worker takes that rendering.
AUTOMATIC = (DocumentType.DEMANDE, DocumentType.CONFIRMATION)
PUBLISHED = tuple(document_type for document_type in DocumentType if document_type not in AUTOMATIC)


def type_label(type: str, declared: str | None) -> str:
    """`declared`: the label of a type that is none of the guide's, as the exam's catalogue had it at the time."""
    return declared or DocumentType(type).label
