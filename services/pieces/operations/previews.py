"""A small picture of a deposited file: of a photograph, or of the first page of a PDF."""

from __future__ import annotations

import io

from services.chassis.errors import NotFound
from services.contracts.piece_rules import VIEWABLE_MEDIA_TYPES
from services.pieces.dependencies import Dependencies
from services.pieces.domain import refusals
from services.pieces.domain.piece import NO_FILE
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.protocol import Task
from services.pieces.models import db
from services.pieces.operations.downloads import read_verified
from services.pieces.queries.pieces import own_piece


def render_preview(dependencies: Dependencies, candidate_id: str, piece_id: str) -> bytes:
    """A JPEG of the current file of a piece of this candidate.

    Raises NotFound, NoPreview for an archive, a film …, Unavailable, or TooManyDeposits: a preview counts among the
    candidate's concurrent deposits.
    """
    with db.reading() as session:
        deposit = own_piece(session, candidate_id, piece_id).deposit
    if deposit is None:
        raise NotFound(NO_FILE)
    if deposit.media_type not in VIEWABLE_MEDIA_TYPES:
        raise no_preview()
    try:
        with dependencies.concurrent_deposits.place(candidate_id):
            content = read_verified(dependencies, deposit)
            return dependencies.inspections.convert(candidate_id, Task.PREVIEW, io.BytesIO(content)).content
    except (FileRefused, UnverifiableFile) as error:
        raise no_preview() from error


def no_preview() -> refusals.NoPreview:
    return refusals.NoPreview("Ce fichier ne peut pas être montré en image. Ouvrez-le pour le vérifier.")
