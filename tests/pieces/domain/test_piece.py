"""What a candidate may do with a piece, why not, and what is said beside it in every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.contracts import page_labels
from services.pieces.domain import candidate_view as view_rules
from services.pieces.domain import piece as piece_rules
from services.pieces.domain.candidate_view import CandidateView, candidate_view
from services.pieces.domain.piece import NO_LONGER_ASKED, PieceState, deletion_refusal, deposit_refusal
from services.pieces.domain.statuses import Scan, Status
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

LATER = CLOSES + timedelta(days=14)
END = "14/11/2021 23:59 (heure/Paris)"
EXAMINED = replace(FILE, controlled=True)
INFECTED = replace(FILE, scan=Scan.INFECTED)
REFUSED = a_piece(deposit=EXAMINED, status=Status.NON_COMPLIANT, validated_at=DURING, reopened_until=LATER)


def test_why_nothing_changes_is_said() -> None:
    validated, refused = a_piece(validated_at=DURING), replace(REFUSED, asked=False)
    assert deposit_refusal(validated, DURING) == deletion_refusal(validated, DURING) == piece_rules.VALIDATED
    for status in (Status.RECEIVED, Status.COMPLIANT):
        assert deposit_refusal(a_piece(status=status), DURING) == piece_rules.CONTROLLED
    assert deletion_refusal(REFUSED, DURING) == piece_rules.CONTROLLED
    assert deposit_refusal(refused, DURING) == deposit_refusal(a_piece(asked=False), DURING) == NO_LONGER_ASKED
    assert deletion_refusal(EMPTY, DURING) == piece_rules.NO_FILE
    assert deposit_refusal(EMPTY, CLOSES) == EMPTY.period.closed_reason(CLOSES)


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


AGAIN = f"Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {END}."
MENDED = f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le {END}."
TOO_LATE = f"Cette pièce pouvait être déposée à nouveau jusqu'au {END}."

ADD, ADD_AND_DELETE, DELETE, NO_BUTTON = (True, False), (True, True), (False, True), (False, False)
OPEN = [
    (EMPTY, None, ADD),
    (a_piece(), None, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED), view_rules.DANGEROUS, ADD_AND_DELETE),
    (a_piece(validated_at=DURING), None, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.RECEIVED), view_rules.RECEIVED, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.COMPLIANT), view_rules.NOTHING_TO_DO, NO_BUTTON),
    (replace(EMPTY, status=Status.RECEIVED), view_rules.RECEIVED, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(reopened_until=LATER), MENDED, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED, reopened_until=LATER), view_rules.DANGEROUS, ADD_AND_DELETE),
    (replace(EMPTY, asked=False), NO_LONGER_ASKED, NO_BUTTON),
    (a_piece(asked=False), NO_LONGER_ASKED, DELETE),
    (replace(REFUSED, asked=False), NO_LONGER_ASKED, NO_BUTTON),
    (replace(a_piece(deposit=EXAMINED, status=Status.COMPLIANT), asked=False), NO_LONGER_ASKED, NO_BUTTON),
]
CLOSED = [
    (EMPTY, None, NO_BUTTON),
    (a_piece(), None, NO_BUTTON),
    (a_piece(deposit=INFECTED), None, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(reopened_until=LATER), MENDED, ADD_AND_DELETE),
    (replace(REFUSED, asked=False), NO_LONGER_ASKED, NO_BUTTON),
]
OVER = [(REFUSED, TOO_LATE, NO_BUTTON), (a_piece(reopened_until=LATER), TOO_LATE, NO_BUTTON)]


CASES = (
    (a_piece(), None, NO_BUTTON, OPENS - SECOND),
    *((*case, DURING) for case in OPEN),
    *((*case, at) for case in CLOSED for at in (CLOSES, LATER - SECOND)),
    *((*case, LATER) for case in OVER),
)


@pytest.mark.parametrize(("piece", "sentence", "buttons", "at"), CASES)
def test_the_sentence_and_the_buttons_are_those_of_the_state(
    piece: PieceState, sentence: str | None, buttons: tuple[bool, bool], at: datetime
) -> None:
    assert candidate_view(piece, at) == CandidateView(sentence, *buttons)
