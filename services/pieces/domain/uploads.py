"""Limits of candidates' uploads (how many, how large), which instant counts for them, and their errors."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.errors import TooLarge
from services.chassis.french import file_size
from services.contracts.piece_rules import MAX_FILE_BYTES, MAX_MERGED_FILES

MAX_OPEN_UPLOADS = MAX_MERGED_FILES
"""Uploads of one candidate that are not deposited yet, begun and waiting in the database: enough for all pages of one
document. How many are received or deposited at the same time is another matter (operations/deposit_limits.py)."""
MAX_OPEN_BYTES = 24 * 1024 * 1024
HOUR = timedelta(hours=1)  # the period of the limits « an hour », of uploads and of deposits
INSTANT_COUNTS = timedelta(minutes=30)
"""How long the instant of an upload's beginning counts for the deposit period."""


def uploads_per_hour(deposits_per_hour: int) -> int:
    """Uploads that one candidate may begin within an hour, abandoned or not, since their bytes are written to the
    database as they come: as many as deposits, and the pages of ten documents at least."""
    return max(deposits_per_hour, 10 * MAX_MERGED_FILES)


def deposit_instant(begun_at: Sequence[datetime], requested_at: datetime) -> datetime:
    """The instant that counts for the deposit period: when the first upload began, if that is less than INSTANT_COUNTS
    ago, else that of the request."""
    first = min(begun_at)
    return first if first <= requested_at < first + INSTANT_COUNTS else requested_at


def merged_too_large(size: int, largest: str, largest_size: int) -> TooLarge:
    """For files merged into one PDF of `size` bytes; `largest`: the name of the largest file."""
    return TooLarge(
        f"Réunies, les pages font {file_size(size)} : la taille ne doit pas excéder {file_size(MAX_FILE_BYTES)}. "
        f"La plus volumineuse est « {largest} » ({file_size(largest_size)}) : réduisez-la ou retirez-la."
    )
