"""Codes that several services know: what one lets through or answers with is what the others can
keep and show. Types of problems, which tools tell by their slugs."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.tools.problem_types import lines
from gateway.components import STATUS_SEVERITIES
from gateway.web.justificatifs.liste import NOT_SCANNED, SCAN_WORDS, UNDER_SCAN
from services.contracts import registration_rules as rules
from services.contracts.document_rules import LONGEST_CODE
from services.contracts.piece_rules import PICTURE_FORMATS, Format, Scan, Status
from services.contracts.problem_types import ALL
from services.documents.models import Document, Import, Publication
from services.pieces.domain.files import deposit_key
from services.pieces.inspection.images import READERS
from services.pieces.inspection.tasks import CHECKS
from services.pieces.models import Candidature, Piece, Window
from services.registrations.catalogue.fields import encoded_bytes
from services.registrations.domain import acquis
from services.registrations.domain.acquis import PARTS_OF_UNITS
from services.registrations.domain.obstacles import EXCLUSIVE_NAMES
from services.registrations.models import CatalogueRevision, CurrentExam, OpeningRow

OF_CATALOGUES: tuple[Any, ...] = (
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
OF_DOCUMENTS: tuple[Any, ...] = (Document.type, Publication.type, Import.type)


def test_no_column_is_shorter_than_the_longest_code_that_it_may_be_given() -> None:
    longest = {
        **dict.fromkeys(OF_CATALOGUES, rules.CODE_LENGTH),
        **dict.fromkeys(OF_DOCUMENTS, LONGEST_CODE),
    }
    assert {
        str(column) for column, length in longest.items() if column.type.length < length
    } == set()


def test_the_longest_names_of_fields_and_keys_of_exclusivity_are_kept_too() -> None:
    code = "E" * rules.CODE_LENGTH
    longest = max(acquis.field(box, part, code) for box in acquis.Box for part in PARTS_OF_UNITS)
    assert len(longest) <= rules.FIELD_NAME_LENGTH
    parts = dict.fromkeys(("exam", "session"), rules.CODE_LENGTH)
    parts |= {"academie": 2, "specialite": rules.SHORT_CODE_LENGTH}
    assert set(parts) == set(EXCLUSIVE_NAMES)
    assert (
        len("|".join(f"{name}={'x' * parts[name]}" for name in parts))
        <= rules.EXCLUSIVITY_KEY_LENGTH
    )


def test_a_code_is_measured_as_it_stands_in_the_key_of_a_file() -> None:
    for code in ("ID1", "A/B", "..", "É" * 30):
        key = deposit_key(
            "c" * 32, "d" * 32, code, datetime(2026, 11, 25, tzinfo=UTC), "e" * 32, "f" * 64
        )
        assert len(key.split("/")[3]) == encoded_bytes(code), code


def test_the_pages_know_every_status_and_antivirus_state_that_pieces_answers_with() -> None:
    assert set(STATUS_SEVERITIES) == set(Status)
    assert (UNDER_SCAN, NOT_SCANNED) == (Scan.PENDING, Scan.NOT_SCANNED)
    assert set(SCAN_WORDS) == {Scan.CLEAN, Scan.INFECTED}


def test_pieces_checks_every_format_that_may_be_asked_for_but_what_is_heard() -> None:
    assert set(READERS) == set(PICTURE_FORMATS)
    assert set(CHECKS) == set(Format) - {Format.MP3}


def test_no_two_types_have_the_same_slug() -> None:
    assert [slug for slug, number in Counter(kind.slug for kind in ALL).items() if number > 1] == []
    assert all(re.fullmatch("[a-z-]+", kind.slug) for kind in ALL)


def test_the_page_for_authors_of_tools_is_what_the_command_makes_of_them() -> None:
    page = Path(__file__).parents[2] / "docs" / "problem-types.md"
    assert page.read_text(encoding="utf-8") == "\n".join(lines()) + "\n", "make definitions"
