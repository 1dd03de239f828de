"""Limits of uploads in parts (how many, how large, how long), which instant counts for them, and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.errors import Conflict, DomainError, TooLarge
from services.chassis.french import file_size
from services.contracts import problem_types
from services.contracts.piece_rules import MAX_FILE_BYTES, MAX_MERGED_FILES
from services.pieces.domain.refusals import TooManyDeposits

MAX_OPEN_UPLOADS = MAX_MERGED_FILES
"""Uploads of one candidate that are not deposited yet, begun and waiting in the database: enough for all pages of one
document. How many are received or deposited at the same time is another matter (operations/deposit_limits.py)."""
MAX_OPEN_BYTES = 24 * 1024 * 1024
HOUR = timedelta(hours=1)  # the period of the limits « an hour », of uploads and of deposits
UPLOAD_GRACE = timedelta(minutes=30)
"""How long the instant of an upload's beginning counts for the deposit period; untouched for as long, an open upload
may be abandoned for a new one."""
UPLOAD_EXPIRY = timedelta(hours=24)
"""How long an upload is kept after its last bytes."""


def uploads_per_hour(deposits_per_hour: int) -> int:
    """Uploads that one candidate may begin within an hour, abandoned or not, since their bytes are written to the
    database as they come: as many as deposits, and the pages of ten documents at least."""
    return max(deposits_per_hour, 10 * MAX_MERGED_FILES)


class UploadIncomplete(Conflict):
    """An upload has not all its bytes; `upload` is its id, `offset` how many it has."""

    problem = problem_types.UPLOAD_INCOMPLETE


class UploadDeposited(Conflict):
    """An upload is part of another deposit already."""

    problem = problem_types.UPLOAD_DEPOSITED


class WrongOffset(Conflict):
    """Bytes do not begin where the upload ends, at `offset`."""

    problem = problem_types.WRONG_OFFSET


class WrongTusVersion(DomainError):
    """The Tus-Resumable header does not say 1.0.0."""

    problem = problem_types.PROTOCOL_VERSION


class BadRequestHeader(DomainError):
    """A header of the tus protocol is missing or malformed."""

    problem = problem_types.BAD_REQUEST


def deposit_instant(begun_at: Sequence[datetime], requested_at: datetime) -> datetime:
    """The instant that counts for the deposit period: when the first upload began, if that is less than UPLOAD_GRACE
    ago, else that of the request."""
    first = min(begun_at)
    return first if first <= requested_at < first + UPLOAD_GRACE else requested_at


def upload_incomplete(upload_id: str, offset: int) -> UploadIncomplete:
    return UploadIncomplete(
        "Le fichier n'est pas encore entièrement arrivé. Reprenez l'envoi, puis recommencez.",
        upload=upload_id,
        offset=offset,
    )


def wrong_offset(offset: int) -> WrongOffset:
    return WrongOffset("L'envoi reprend à un autre endroit que celui où il s'est arrêté.", offset=offset)


def more_bytes_than_announced() -> TooLarge:
    return TooLarge("L'envoi contient plus d'octets que la taille annoncée du fichier.")


def too_many_open_uploads(seconds: int) -> TooManyDeposits:
    return TooManyDeposits(
        f"Plusieurs de vos envois ne sont pas terminés ({MAX_OPEN_UPLOADS} fichiers ou {file_size(MAX_OPEN_BYTES)} "
        "au plus). Terminez-les ou annulez-les, ou réessayez plus tard.",
        retry_after=seconds,
    )


def merged_too_large(size: int, largest: str, largest_size: int) -> TooLarge:
    """For files merged into one PDF of `size` bytes; `largest`: the name of the largest file."""
    return TooLarge(
        f"Réunies, les pages font {file_size(size)} : la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}. "
        f"La plus volumineuse est « {largest} » ({file_size(largest_size)}) : réduisez-la ou retirez-la."
    )
