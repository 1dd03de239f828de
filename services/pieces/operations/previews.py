"""A small picture of what a candidate has deposited: of a photograph, or of a document's first page."""

from __future__ import annotations

import io
from dataclasses import dataclass

from services.chassis.errors import NotFound
from services.pieces.domain import refusals
from services.pieces.domain.refusals import FileRefused, Unverifiable
from services.pieces.inspection.verdicts import Task
from services.pieces.models import Deposit, db
from services.pieces.operations.accepting import SEEN
from services.pieces.operations.opening import verified
from services.pieces.parts import Parts
from services.pieces.queries.dossiers import own_dossier

_MEDIA_TYPES = frozenset(format.media_type for format in SEEN)


@dataclass(frozen=True)
class Shown:
    """The deposit that can be shown; the picture is made when it is asked for."""

    deposit: Deposit
    candidate_id: str

    def picture(self, parts: Parts) -> bytes:
        """A JPEG. Raises NoPreview, Unavailable, or TooManyDeposits: one that is made takes a place as a file does."""
        try:
            with parts.places.taken(self.candidate_id):
                content = verified(parts, self.deposit)
                return parts.inspections.make(self.candidate_id, Task.PREVIEW, io.BytesIO(content)).content
        except (FileRefused, Unverifiable) as error:
            raise _none() from error


def shown(candidate_id: str, piece_id: str) -> Shown:
    """The current file of a piece of this candidate. Raises NotFound, or NoPreview for an archive, a film …"""
    with db.reading() as session:
        row = own_dossier(session, candidate_id, piece_id).deposit
    if row is None:
        raise NotFound("Aucun fichier n'est déposé pour cette pièce.")
    if row.media_type not in _MEDIA_TYPES:
        raise _none()
    return Shown(row, candidate_id)


def _none() -> refusals.NoPreview:
    return refusals.NoPreview("Ce fichier ne peut pas être montré en image. Ouvrez-le pour le vérifier.")
