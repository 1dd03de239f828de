"""What a candidate may do with a piece, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.pieces.domain import piece as rules
from services.pieces.domain.piece import PieceState, deletion_refusal, deposit_refusal
from services.pieces.domain.statuses import Scan, Status
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

LATER = CLOSES + timedelta(days=14)
REFUSED = a_piece(
    deposit=replace(FILE, controlled=True),
    status=Status.NON_COMPLIANT,
    validated_at=DURING,
    reopened_until=LATER,
)


def test_within_the_period_a_file_is_deposited_replaced_and_deleted() -> None:
    assert deposit_refusal(EMPTY, DURING) is None
    assert deposit_refusal(a_piece(), DURING) is None
    assert deletion_refusal(a_piece(), DURING) is None


@pytest.mark.parametrize("at", [OPENS - SECOND, CLOSES])
def test_outside_the_period_nothing_changes(at: object) -> None:
    assert deposit_refusal(a_piece(), at)  # type: ignore[arg-type]
    assert deletion_refusal(a_piece(), at)  # type: ignore[arg-type]


def test_what_is_validated_stays() -> None:
    assert deposit_refusal(a_piece(validated_at=DURING), DURING) == rules.VALIDATED
    assert deletion_refusal(a_piece(validated_at=DURING), DURING) == rules.VALIDATED


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.COMPLIANT])
def test_what_the_service_took_up_stays(status: Status) -> None:
    assert deposit_refusal(a_piece(status=status), DURING) == rules.CONTROLLED


def test_a_piece_no_longer_asked_for_takes_no_file_but_gives_back_its_own() -> None:
    piece = a_piece(asked=False)
    assert deposit_refusal(piece, DURING) == rules.NO_LONGER_ASKED
    assert deletion_refusal(piece, DURING) is None


def test_there_is_nothing_to_delete_without_a_file() -> None:
    assert deletion_refusal(EMPTY, DURING) == rules.NO_FILE


def test_a_refused_piece_is_deposited_again_until_its_date_even_after_the_period() -> None:
    assert deposit_refusal(REFUSED, CLOSES + SECOND) is None
    assert deposit_refusal(REFUSED, LATER - SECOND) is None
    assert "14/11/2021 23:59" in str(deposit_refusal(REFUSED, LATER))


def test_the_refused_file_itself_is_not_deleted() -> None:
    assert deletion_refusal(REFUSED, DURING) == rules.CONTROLLED


def test_the_file_that_mends_a_refusal_can_be_changed_until_it_is_validated() -> None:
    mended = replace(REFUSED, deposit=FILE, status=None, validated_at=None)
    assert deposit_refusal(mended, LATER - SECOND) is None
    assert deletion_refusal(mended, LATER - SECOND) is None
    validated = replace(mended, validated_at=LATER - SECOND, reopened_until=None)
    assert deposit_refusal(validated, LATER - SECOND) == rules.VALIDATED


@pytest.mark.parametrize(
    ("piece", "provided"),
    [
        (EMPTY, False),
        (a_piece(), True),
        (a_piece(deposit=replace(FILE, scan=Scan.PENDING)), True),
        (a_piece(deposit=replace(FILE, scan=Scan.FAILED)), True),
        (a_piece(deposit=replace(FILE, scan=Scan.INFECTED)), False),
        (REFUSED, False),
        (replace(EMPTY, status=Status.RECEIVED), True),
        (replace(EMPTY, status=Status.NON_COMPLIANT), False),
    ],
)
def test_what_counts_as_provided(piece: PieceState, provided: bool) -> None:
    assert piece.provided is provided
