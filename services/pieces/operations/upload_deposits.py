"""Uploads become a deposit: a single one as it is, several joined into a PDF; asked again, the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.errors import NotFound
from services.pieces.domain import uploads as rules
from services.pieces.domain.formats import Format
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.accepting import Accepted, accepted
from services.pieces.operations.deposits import counted, put_in_place
from services.pieces.operations.joining import Page, joined
from services.pieces.operations.receiving import on_disk
from services.pieces.parts import Parts
from services.pieces.queries.dossiers import Dossier, own_dossier
from services.pieces.queries.uploads import parts_of, progress, uploads_of


class _ChangedMeanwhile(Exception):
    """They are deposited already, the same request sent a second time came first; or some of them are gone."""


def deposit_uploads(
    parts: Parts, candidate_id: str, piece_id: str, upload_ids: Sequence[str], asked_at: datetime
) -> Dossier:
    """The uploads' bytes become the piece's current file; the piece as it then is. Asked again it changes nothing.

    Raises NotFound, UploadIncomplete, UploadDeposited, and what `deposits.deposit` does; then nothing is kept, but the
    uploads stay.
    """
    with counted(), parts.places.taken(candidate_id):
        while True:
            with db.reading() as session:
                dossier = own_dossier(session, candidate_id, piece_id)
                uploads = [_whole_upload(session, candidate_id, piece_id, upload_id) for upload_id in upload_ids]
                if _deposited(session, uploads):
                    return dossier
            at = rules.counted_from([upload.begun_at for upload in uploads], asked_at)
            settle = partial(_settle, upload_ids)
            with suppress(_ChangedMeanwhile), ExitStack() as files:  # what became of them is said above
                accept = partial(_accepted, parts, candidate_id, uploads, files)
                return put_in_place(parts, candidate_id, piece_id, accept, at, settle)


def _whole_upload(session: Session, candidate_id: str, piece_id: str, upload_id: str) -> Upload:
    """Raises NotFound, UploadIncomplete."""
    known = progress(session, candidate_id, upload_id)
    if known.upload.piece_id != piece_id:
        raise NotFound("Cet envoi n'est pas celui de cette pièce.")
    if not known.complete:
        raise rules.incomplete(upload_id, known.offset)
    return known.upload


def _deposited(session: Session, uploads: Sequence[Upload]) -> bool:
    """Whether these are a deposit already. Raises UploadDeposited where some of them are of another one."""
    deposits = {upload.deposit_id for upload in uploads}
    if deposits == {None}:
        return False
    deposit_id = deposits.pop()
    if deposits or deposit_id is None or uploads_of(session, deposit_id) != {upload.id for upload in uploads}:
        raise rules.UploadDeposited("Un de ces fichiers est déjà déposé avec d'autres. Envoyez-le à nouveau.")
    return True


def _accepted(
    parts: Parts, candidate_id: str, uploads: Sequence[Upload], files: ExitStack, wanted: tuple[Format, ...]
) -> Accepted:
    """On disk until `files` is closed."""
    pages = [Page(upload.id, upload.filename, partial(_content, upload)) for upload in uploads]
    if len(pages) > 1:
        return joined(parts, candidate_id, pages, wanted)
    file = files.enter_context(on_disk(pages[0].chunks()))
    return accepted(parts, candidate_id, pages[0].filename, file, wanted)


def _content(upload: Upload) -> Iterator[bytes]:
    """Raises UploadIncomplete where the database has lost parts since they were counted."""
    size = 0
    with db.reading() as session:
        for part in parts_of(session, upload.id):
            size += len(part)
            yield part
    if size != upload.length:
        raise rules.incomplete(upload.id, size)


def _settle(upload_ids: Sequence[str], session: Session, deposit_id: str) -> None:
    """In the deposit's transaction: the uploads are it from now on, and their bytes go."""
    waiting = select(Upload).where(Upload.id.in_(upload_ids), Upload.deposit_id.is_(None), Upload.given_up.is_(False))
    rows = session.scalars(waiting.order_by(Upload.id).with_for_update()).all()
    if len(rows) != len(upload_ids):
        raise _ChangedMeanwhile
    for row in rows:
        row.deposit_id, row.touched_at = deposit_id, system_now()
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(upload_ids)))
