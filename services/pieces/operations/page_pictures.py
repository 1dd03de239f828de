"""A page of a deposited file as a picture, for the gestionnaire who controls it.

Their browser gets nothing of the file itself, so that nothing in it can run there.
"""

from __future__ import annotations

import io

from services.chassis.database.audit import Actor
from services.chassis.errors import NotFound
from services.contracts.file_rules import VIEWABLE_MEDIA_TYPES
from services.pieces.dependencies import Dependencies
from services.pieces.domain.piece import NO_FILE
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.protocol import Task
from services.pieces.models import AuditEntry, db
from services.pieces.operations.downloads import piece_to_open, read_verified
from services.pieces.operations.previews import no_preview


def render_page_for_staff(
    dependencies: Dependencies, staff_id: str, academies: frozenset[str] | None, piece_id: str, number: int
) -> bytes:
    """A JPEG of page `number`, from 1 on, of the current file; each look at a page is in the audit trail.

    Raises NotFound outside the académies (None: all) or where there is no such page, FileNotClean, NoPreview for an
    archive, a film …, Unavailable.
    """
    context = piece_to_open(academies, piece_id)
    if context.deposit is None:
        raise NotFound(NO_FILE)
    if context.deposit.media_type not in VIEWABLE_MEDIA_TYPES:
        raise no_preview()
    if number < 1:
        raise NotFound()
    owner = context.candidature.candidate_id  # who is demoted where the file breaks a limit
    try:
        with dependencies.inspections.picture_turn(staff_id):
            content = io.BytesIO(read_verified(dependencies, context.deposit))
            picture = dependencies.inspections.convert(owner, Task.PAGE_PICTURE, content, number=number).content
    except (FileRefused, UnverifiableFile) as error:
        raise no_preview() from error
    if not picture:
        raise NotFound()
    with db.operation() as session:
        after = {"deposit_id": context.deposit.id, "page": number}
        AuditEntry.record(session, Actor("staff", staff_id), "deposit.opened", piece_id, after=after)
    return picture
