"""What the check of a catalogue lets through is what the other services can keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.contracts.document_types import LONGEST_CODE
from services.documents.models import CachedRendering, Document, Import, Publication
from services.pieces.domain.object_keys import DepositKey
from services.pieces.models import Candidature, Piece, Window
from services.registrations.catalogue import length_checks
from services.registrations.domain import acquis, lengths
from services.registrations.domain.rules.exclusivity import EXCLUSIVE_NAMES
from services.registrations.domain.tabs import acquis_fields
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
    assert column.type.length >= lengths.CODE  # type: ignore[attr-defined]


@pytest.mark.parametrize("column", [Document.type, CachedRendering.type, Publication.type, Import.type], ids=str)
def test_no_column_is_shorter_than_the_longest_code_of_a_document(column: object) -> None:
    assert column.type.length >= LONGEST_CODE  # type: ignore[attr-defined]


def test_the_longest_names_of_fields_and_keys_of_exclusivity_are_kept_too() -> None:
    code = "E" * lengths.CODE
    longest = max(acquis.field(box, part, code) for box in acquis.Box for part in acquis_fields.PARTS_OF_UNITS)
    assert len(longest) <= lengths.FIELD_NAME
    parts = {"exam": lengths.CODE, "session": lengths.CODE, "academie": 2, "specialite": lengths.SHORT_CODE}
    assert set(parts) == set(EXCLUSIVE_NAMES)
    assert len("|".join(f"{name}={'x' * parts[name]}" for name in parts)) <= lengths.EXCLUSIVITY_KEY


@pytest.mark.parametrize("code", ["ID1", "A/B", "..", "É" * 30])
def test_a_code_is_measured_as_it_stands_in_the_key_of_a_file(code: str) -> None:
    key = DepositKey("c" * 32, "d" * 32, code, datetime(2026, 11, 25, tzinfo=UTC), "e" * 32, "f" * 64)
    assert len(str(key).split("/")[3]) == length_checks.encoded_bytes(code)
