"""A candidate's uploads: begun where the piece may be deposited, within the limits of one candidate."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.pieces.dependencies import dependencies
from services.pieces.domain import uploads as rules
from services.pieces.domain.files import clean_filename
from services.pieces.domain.refusals import too_many_deposits_per_hour
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposits import refuse_closed_deposit
from services.pieces.operations.received_files import refuse_size
from services.pieces.queries.pieces import lock_candidature_of_piece, own_piece
from services.uploads.uploads import Progress, Uploads

uploads = Uploads(db, Upload, UploadPart, rules.MAX_OPEN_UPLOADS, rules.MAX_OPEN_BYTES)


def begin_upload(candidate_id: str, piece_id: str, filename: str, length: int, at: datetime) -> Progress:
    """Announce a file of `length` bytes; `at` is the instant that counts for the deposit period.

    Raises NotFound, DepositClosed, TooLarge, FileRefused for an empty file, TooManyDeposits or TooManyUploads beyond
    what one candidate may have on its way.
    """
    refuse_size(length)
    with db.operation() as session:
        lock_candidature_of_piece(session, piece_id)
        refuse_closed_deposit(own_piece(session, candidate_id, piece_id), at)
        _refuse_beyond_hourly_limit(session, candidate_id, dependencies().deposits_per_hour)
        name = clean_filename(filename)
        return uploads.begin(session, candidate_id, filename=name, length=length, at=at, piece_id=piece_id)


def _refuse_beyond_hourly_limit(session: Session, candidate_id: str, deposits_per_hour: int) -> None:
    """Raises TooManyDeposits."""
    now = system_now()
    touched = select(Upload.touched_at).where(Upload.owner_id == candidate_id, Upload.touched_at > now - rules.HOUR)
    times = session.scalars(touched.order_by(Upload.touched_at)).all()  # whatever became of the uploads
    if (excess := len(times) - rules.uploads_per_hour(deposits_per_hour)) >= 0:
        raise too_many_deposits_per_hour(int((times[excess] + rules.HOUR - now).total_seconds()) + 1)
