"""A page of a deposited file as a picture, for the gestionnaire who controls it.

Their browser gets nothing of the file itself, so that nothing in it can run there.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from services.chassis.database.audit import Actor
from services.chassis.errors import NotFound
from services.contracts.piece_rules import VIEWABLE_MEDIA_TYPES
from services.pieces.dependencies import Dependencies
from services.pieces.domain.piece import NO_FILE
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.protocol import Task
from services.pieces.models import AuditEntry, Deposit, db
from services.pieces.operations.controls import Gestionnaire
from services.pieces.operations.downloads import piece_to_open, read_verified
from services.pieces.operations.previews import no_preview
from services.pieces.queries.pieces import piece_within_academies

OPENED = "deposit.opened"
LOADED_AHEAD = "deposit.loaded_ahead"


@dataclass(frozen=True)
class PageToShow:
    """Page `number`, from 1 on, of a piece's current file. `ahead`: nobody looks at it yet."""

    piece_id: str
    number: int
    ahead: bool = False


def render_page_for_staff(dependencies: Dependencies, by: Gestionnaire, page: PageToShow) -> bytes:
    """A JPEG of the page; that it was opened, or loaded ahead, is in the audit trail.

    Raises NotFound outside the académies or where there is no such page, FileNotClean, NoPreview for an archive,
    a film …, Unavailable.
    """
    context = piece_to_open(by.academies, page.piece_id)
    if context.deposit is None:
        raise NotFound(NO_FILE)
    if context.deposit.media_type not in VIEWABLE_MEDIA_TYPES:
        raise no_preview()
    if page.number < 1:
        raise NotFound()
    owner = context.candidature.candidate_id  # who is demoted where the file breaks a limit
    picture = _rendered(dependencies, by.id, context.deposit, owner, page.number)
    _record(by, LOADED_AHEAD if page.ahead else OPENED, page.piece_id, context.deposit.id, page.number)
    return picture


def record_opening(by: Gestionnaire, piece_id: str, deposit_id: str, number: int) -> None:
    """Page `number` of this file, which was loaded ahead, is shown now.

    Raises NotFound outside the académies, or for a file that the piece never had.
    """
    with db.reading() as session:
        piece_within_academies(session, by.academies, piece_id)
        deposit = session.get(Deposit, deposit_id)
    if deposit is None or deposit.piece_id != piece_id:
        raise NotFound(NO_FILE)
    _record(by, OPENED, piece_id, deposit_id, number)


def _rendered(dependencies: Dependencies, staff_id: str, deposit: Deposit, owner: str, number: int) -> bytes:
    """Raises NotFound where there is no such page, NoPreview, Unavailable."""
    try:
        with dependencies.inspections.picture_turn(staff_id):
            content = io.BytesIO(read_verified(dependencies, deposit))
            picture = dependencies.inspections.convert(owner, Task.PAGE_PICTURE, content, number=number).content
    except (FileRefused, UnverifiableFile) as error:
        raise no_preview() from error
    if not picture:
        raise NotFound()
    return picture


def _record(by: Gestionnaire, action: str, piece_id: str, deposit_id: str, number: int) -> None:
    with db.operation() as session:
        after = {"deposit_id": deposit_id, "page": number}
        AuditEntry.record(session, Actor("staff", by.id), action, piece_id, after=after)
