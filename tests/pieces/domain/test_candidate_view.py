"""Every state of a piece: what is said beside it is true, and asks for nothing that no button does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.contracts import page_labels
from services.pieces.domain import candidate_view as rules
from services.pieces.domain.candidate_view import CandidateView, candidate_view
from services.pieces.domain.piece import NO_LONGER_ASKED, PieceState
from services.pieces.domain.statuses import Scan, Status
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, SECOND

LATER = CLOSES + timedelta(days=14)
END = "14/11/2021 23:59 (heure/Paris)"
EXAMINED = replace(FILE, controlled=True)
INFECTED = replace(FILE, scan=Scan.INFECTED)
REFUSED = a_piece(deposit=EXAMINED, status=Status.NON_COMPLIANT, validated_at=DURING, reopened_until=LATER)
AGAIN = f"Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {END}."
MENDED = f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le {END}."
TOO_LATE = f"Cette pièce pouvait être déposée à nouveau jusqu'au {END}."

ADD, ADD_AND_DELETE, DELETE, NO_BUTTON = (True, False), (True, True), (False, True), (False, False)
OPEN = [
    (EMPTY, None, ADD),
    (a_piece(), None, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED), rules.DANGEROUS, ADD_AND_DELETE),
    (a_piece(validated_at=DURING), None, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.RECEIVED), rules.RECEIVED, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.COMPLIANT), rules.NOTHING_TO_DO, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.COMPLIANT, validated_at=DURING), rules.NOTHING_TO_DO, NO_BUTTON),
    (replace(EMPTY, status=Status.RECEIVED), rules.RECEIVED, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(reopened_until=LATER), MENDED, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED, reopened_until=LATER), rules.DANGEROUS, ADD_AND_DELETE),
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


@pytest.mark.parametrize(("piece", "sentence", "buttons"), OPEN)
def test_within_the_period(piece: PieceState, sentence: str | None, buttons: tuple[bool, bool]) -> None:
    assert candidate_view(piece, DURING) == CandidateView(sentence, *buttons)


@pytest.mark.parametrize(("piece", "sentence", "buttons"), CLOSED)
def test_after_the_period(piece: PieceState, sentence: str | None, buttons: tuple[bool, bool]) -> None:
    assert candidate_view(piece, CLOSES) == CandidateView(sentence, *buttons)
    assert candidate_view(piece, LATER - SECOND) == CandidateView(sentence, *buttons)


@pytest.mark.parametrize(("piece", "sentence", "buttons"), OVER)
def test_after_the_date_of_the_refusal(piece: PieceState, sentence: str | None, buttons: tuple[bool, bool]) -> None:
    assert candidate_view(piece, LATER) == CandidateView(sentence, *buttons)
