"""A document that a gestionnaire publishes: a title and paragraphs under the candidature's head."""

from __future__ import annotations

from services.contracts.registrations import RegistrationSaved
from services.documents.rendering.document_head import head_of
from services.documents.rendering.sheet import Field, Fields, Letterhead, Paragraphs, Sheet


def notice(
    event: RegistrationSaved, name: str, title: str, paragraphs: tuple[str, ...], letterhead: Letterhead
) -> Sheet:
    """`name` is the document type's label; `title` is printed on top in capitals."""
    specialite = event.confirmation.specialite
    candidature = [Fields((((Field("Spécialité", specialite),),),), heading="Candidature")] if specialite else []
    return Sheet(
        name=name,
        letterhead=letterhead,
        head=head_of(event, title.upper(), with_version=False),
        blocks=(*candidature, Paragraphs(paragraphs)),
        author=event.academie.label,
    )
