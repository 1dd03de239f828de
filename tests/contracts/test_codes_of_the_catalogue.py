"""What the check of a catalogue lets through is what the other services can keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.pieces.domain.object_keys import DepositKey
from services.pieces.models import Candidature, Piece, Window
from services.registrations.catalogue import codes
from services.registrations.models import CatalogueRevision, CurrentExam, OpeningRow

COLUMNS = (
    Candidature.exam_code,
    Candidature.session_name,
    Window.exam_code,
    Window.session_name,
    Piece.code,
    Piece.group_code,
    Piece.form,
    CatalogueRevision.exam,
    CurrentExam.code,
    OpeningRow.session,
)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_no_column_is_shorter_than_the_longest_code(column: object) -> None:
    assert column.type.length >= codes.MAX_CHARACTERS  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["ID1", "A/B", "..", "É" * 30])
def test_a_code_is_measured_as_it_stands_in_the_key_of_a_file(code: str) -> None:
    key = DepositKey("c" * 32, "d" * 32, code, datetime(2026, 11, 25, tzinfo=UTC), "e" * 32, "f" * 64)
    assert len(str(key).split("/")[3]) == codes.encoded_bytes(code)
