"""A small picture of what a candidate has deposited: of a photograph, or of a document's first page."""

from __future__ import annotations

import io

from services.chassis.errors import NotFound
from services.pieces.domain import refusals
from services.pieces.domain.refusals import FileRefused, Unverifiable
from services.pieces.inspection.verdicts import Task
from services.pieces.models import db
from services.pieces.operations.accepting import SEEN
from services.pieces.operations.opening import verified
from services.pieces.parts import Parts
from services.pieces.queries.dossiers import own_dossier

_MEDIA_TYPES = frozenset(format.media_type for format in SEEN)


def picture(parts: Parts, candidate_id: str, piece_id: str) -> bytes:
    """The current file of a piece of this candidate, as a JPEG.

    Raises NotFound, NoPreview for an archive, a film …, Unavailable, or TooManyDeposits: a preview takes a place as a
    file does.
    """
    with db.reading() as session:
        deposit = own_dossier(session, candidate_id, piece_id).deposit
    if deposit is None:
        raise NotFound("Aucun fichier n'est déposé pour cette pièce.")
    if deposit.media_type not in _MEDIA_TYPES:
        raise _none()
    try:
        with parts.places.taken(candidate_id):
            content = verified(parts, deposit)
            return parts.inspections.make(candidate_id, Task.PREVIEW, io.BytesIO(content)).content
    except (FileRefused, Unverifiable) as error:
        raise _none() from error


def _none() -> refusals.NoPreview:
    return refusals.NoPreview("Ce fichier ne peut pas être montré en image. Ouvrez-le pour le vérifier.")
