"""A document that a gestionnaire writes: his title and paragraphs under the candidature's head."""

from __future__ import annotations

from services.contracts.registrations import RegistrationSaved
from services.documents.rendering.head import head_of
from services.documents.rendering.sheet import Field, Fields, Letterhead, Paragraphs, Sheet


def notice(
    event: RegistrationSaved, name: str, title: str, paragraphs: tuple[str, ...], letterhead: Letterhead
) -> Sheet:
    """`name` is the type's label, `title` what stands on top in capitals."""
    said = event.confirmation
    about = [Fields((((Field("Spécialité", said.specialite),),),), heading="Candidature")] if said.specialite else []
    return Sheet(
        name=name,
        letterhead=letterhead,
        head=head_of(event, title.upper(), with_version=False),
        blocks=(*about, Paragraphs(paragraphs)),
        author=event.academie.label,
    )
