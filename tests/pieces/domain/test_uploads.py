"""Which instant counts for an upload, and how many may be begun."""

from __future__ import annotations

from services.contracts.file_rules import MAX_MERGED_FILES
from services.pieces.domain.uploads import UPLOAD_GRACE, deposit_instant, uploads_per_hour
from tests.pieces.example_events import DURING, SECOND


def test_what_counts_is_when_the_first_upload_began_unless_it_took_too_long() -> None:
    in_time, late = DURING + UPLOAD_GRACE - SECOND, DURING + UPLOAD_GRACE
    assert deposit_instant([DURING + SECOND, DURING], in_time) == DURING
    assert deposit_instant([DURING], late) == late
    assert deposit_instant([DURING], DURING) == DURING
    assert deposit_instant([DURING], DURING - SECOND) == DURING - SECOND


def test_uploads_are_as_many_as_deposits_and_never_less_than_the_pages_of_ten_documents() -> None:
    assert uploads_per_hour(500) == 500
    assert uploads_per_hour(1) == 10 * MAX_MERGED_FILES
