"""What a candidate may do with a piece or a regroupement, why not, and what is left to do, in every state."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts import page_labels
from services.contracts.piece_rules import PiecesState, Scan, Status
from services.pieces.domain import piece as rules
from services.pieces.domain.missing_pieces import pieces_state, pieces_to_do
from services.pieces.domain.piece import (
    NO_LONGER_ASKED,
    CurrentDeposit,
    Period,
    PieceState,
    candidate_sentence,
    deletion_refusal,
    deposit_refusal,
    is_complete,
    validation_refusal,
)
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

EMPTY = PieceState(
    label="NATIDE06 : Document justifiant l'identité",
    asked=True,
    required=True,
    period=Period(OPENS, CLOSES),
    deposit=None,
    status=None,
    validated_at=None,
    resubmit_until=None,
)
FILE = CurrentDeposit(Scan.CLEAN, controlled=False)


def a_piece(**changes: Any) -> PieceState:
    """A required piece with a file, unless told otherwise."""
    return replace(EMPTY, **{"deposit": FILE, **changes})


LATER = CLOSES + timedelta(days=14)
END = "14/11/2021 23:59 (heure/Paris)"
EXAMINED = replace(FILE, controlled=True)
INFECTED = replace(FILE, scan=Scan.INFECTED)
REFUSED = a_piece(deposit=EXAMINED, status=Status.NON_COMPLIANT, validated_at=DURING, resubmit_until=LATER)


def test_why_nothing_changes_is_said() -> None:
    validated, refused = a_piece(validated_at=DURING), replace(REFUSED, asked=False)
    assert deposit_refusal(validated, DURING) == deletion_refusal(validated, DURING) == rules.VALIDATED
    for status in (Status.RECEIVED, Status.COMPLIANT):
        assert deposit_refusal(a_piece(status=status), DURING) == rules.CONTROLLED
    assert deletion_refusal(REFUSED, DURING) == rules.CONTROLLED
    assert deposit_refusal(refused, DURING) == deposit_refusal(a_piece(asked=False), DURING) == NO_LONGER_ASKED
    assert deletion_refusal(EMPTY, DURING) == rules.NO_FILE
    assert deposit_refusal(EMPTY, CLOSES) == EMPTY.period.closed_reason(CLOSES)


AGAIN = f"Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {END}."
TO_VALIDATE = f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le {END}."
TOO_LATE = f"Cette pièce pouvait être déposée à nouveau jusqu'au {END}."

ADD, ADD_AND_DELETE, DELETE, NO_BUTTON = (True, False), (True, True), (False, True), (False, False)
OPEN = [
    (EMPTY, None, ADD),
    (a_piece(), None, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED), rules.DANGEROUS, ADD_AND_DELETE),
    (a_piece(validated_at=DURING), None, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.RECEIVED), rules.RECEIVED, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.COMPLIANT), rules.NOTHING_TO_DO, NO_BUTTON),
    (replace(EMPTY, status=Status.RECEIVED), rules.RECEIVED, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(resubmit_until=LATER), TO_VALIDATE, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED, resubmit_until=LATER), rules.DANGEROUS, ADD_AND_DELETE),
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
    (a_piece(resubmit_until=LATER), TO_VALIDATE, ADD_AND_DELETE),
    (replace(REFUSED, asked=False), NO_LONGER_ASKED, NO_BUTTON),
]
OUTDATED = a_piece(deposit=replace(FILE, outdated=True), resubmit_until=LATER, asked_again_for=2)
ASKED_AGAIN = replace(EMPTY, resubmit_until=LATER, asked_again_for=2)
SIGN = rules.SIGN_AGAIN.format(2)
RENEWED = [
    (OUTDATED, f"{SIGN} {AGAIN}", ADD_AND_DELETE),
    (ASKED_AGAIN, f"{SIGN} {AGAIN}", ADD),
    (replace(ASKED_AGAIN, deposit=FILE), TO_VALIDATE, ADD_AND_DELETE),
]
OVER = [
    (OUTDATED, f"{SIGN} {TOO_LATE}", NO_BUTTON),
    (REFUSED, TOO_LATE, NO_BUTTON),
    (a_piece(resubmit_until=LATER), TOO_LATE, NO_BUTTON),
]


CASES = (
    (a_piece(), None, NO_BUTTON, OPENS - SECOND),
    *((*case, DURING) for case in OPEN),
    *((*case, at) for case in [*CLOSED, *RENEWED] for at in (CLOSES, LATER - SECOND)),
    *((*case, LATER) for case in OVER),
)


@pytest.mark.parametrize(("piece", "sentence", "buttons", "at"), CASES)
def test_the_sentence_and_the_buttons_are_those_of_the_state(
    piece: PieceState, sentence: str | None, buttons: tuple[bool, bool], at: datetime
) -> None:
    assert candidate_sentence(piece, at) == sentence
    assert (deposit_refusal(piece, at) is None, deletion_refusal(piece, at) is None) == buttons


OPTIONAL = replace(EMPTY, required=False)
VALIDATED = a_piece(validated_at=DURING)
MENDED = a_piece(resubmit_until=LATER)
REFUSED_AGAIN = a_piece(status=Status.NON_COMPLIANT, resubmit_until=LATER)


def test_every_required_piece_is_needed_and_named() -> None:
    assert validation_refusal([a_piece(), OPTIONAL], DURING) is None
    assert validation_refusal([a_piece(), EMPTY], DURING) == (
        "Il manque une pièce : NATIDE06 : Document justifiant l'identité."
    )
    assert "2 pièces" in str(validation_refusal([EMPTY, EMPTY, a_piece()], DURING))
    refused = replace(MENDED, status=Status.NON_COMPLIANT)
    assert "Il manque" in str(validation_refusal([VALIDATED, replace(refused, required=False)], DURING))
    assert validation_refusal([VALIDATED, refused], LATER) == TOO_LATE
    assert "dangereux" in str(validation_refusal([a_piece(deposit=INFECTED)], DURING))
    unasked, on_paper = replace(EMPTY, asked=False), replace(EMPTY, status=Status.RECEIVED)
    assert validation_refusal([on_paper, unasked, a_piece()], DURING) is None, "what needs no file"
    assert [piece.is_open(DURING) for piece in (unasked, a_piece(), OPTIONAL)] == [False, True, True]
    assert validation_refusal([OPTIONAL], DURING) == rules.NOTHING_PROVIDED
    assert validation_refusal([unasked], DURING) == validation_refusal([], DURING) == rules.NOTHING_ASKED


def test_what_is_settled_is_not_validated_again_and_says_by_whom_it_was() -> None:
    by_staff = a_piece(status=Status.COMPLIANT)
    assert is_complete([VALIDATED, replace(OPTIONAL, validated_at=DURING)])
    assert validation_refusal([VALIDATED], DURING) == rules.ALREADY_VALIDATED
    assert not VALIDATED.is_open(DURING)
    assert validation_refusal([by_staff, replace(EMPTY, status=Status.RECEIVED)], DURING) == rules.SETTLED_BY_STAFF
    assert validation_refusal([by_staff, VALIDATED], DURING) == rules.SETTLED_BY_BOTH
    assert validation_refusal([replace(by_staff, validated_at=DURING)], DURING) == rules.ALREADY_VALIDATED


def test_after_the_period_only_mended_refusals_are_validated_until_their_date() -> None:
    assert validation_refusal([a_piece()], CLOSES) == "Le dépôt est fermé depuis le 31/10/2021 23:59 (heure/Paris)."
    assert validation_refusal([VALIDATED, MENDED], LATER - SECOND) is None
    assert (a_piece().is_open(CLOSES), MENDED.is_open(CLOSES)) == (False, True)
    assert validation_refusal([VALIDATED, MENDED], LATER) is not None


NOTHING = {"missing": 0, "refused": 0, "to_validate": 0, "late": 0, "until": None, "opens": None}
UNDATED = replace(REFUSED_AGAIN, required=False, resubmit_until=None)
SETTLED = [VALIDATED, a_piece(status=Status.COMPLIANT), replace(EMPTY, asked=False)]
ACTIONS: dict[str, tuple[list[list[PieceState]], datetime, dict[str, object]]] = {
    "without a file": ([[EMPTY, OPTIONAL, a_piece()], [EMPTY]], DURING, {"missing": 2, "until": CLOSES}),
    "in the last second": ([[EMPTY]], CLOSES - SECOND, {"missing": 1, "until": CLOSES}),
    "once the period is over": ([[EMPTY, OPTIONAL]], CLOSES, {"late": 1}),
    "before the period": ([[EMPTY, OPTIONAL]], OPENS - SECOND, {"opens": OPENS}),
    "refused by the antivirus": ([[a_piece(deposit=INFECTED)]], DURING, {"missing": 1, "until": CLOSES}),
    "refused": ([[REFUSED_AGAIN]], CLOSES, {"refused": 1, "until": LATER}),
    "refused, once its date is over": ([[REFUSED_AGAIN]], LATER, {"late": 1}),
    "refused without a date": ([[UNDATED]], CLOSES, {"late": 1}),
    "complete": ([[a_piece(), OPTIONAL]], DURING, {"to_validate": 1, "until": CLOSES}),
    "mended": ([[VALIDATED, MENDED]], CLOSES, {"to_validate": 1, "until": LATER}),
    "provided in time": ([[a_piece(), VALIDATED, a_piece(status=Status.RECEIVED)]], CLOSES, {}),
    "validated, accepted or no longer asked for": ([SETTLED], DURING, {}),
    "given for an earlier version": ([[OUTDATED], [ASKED_AGAIN]], CLOSES, {"missing": 2, "until": LATER}),
    "the same, never asked of all": ([[replace(OUTDATED, required=False)]], DURING, {"missing": 1, "until": LATER}),
    "given for the new one": ([[replace(ASKED_AGAIN, deposit=FILE)]], CLOSES, {"to_validate": 1, "until": LATER}),
    "of two deadlines": ([[EMPTY], [REFUSED_AGAIN]], DURING, {"missing": 1, "refused": 1, "until": CLOSES}),
}


@pytest.mark.parametrize(("groups", "at", "actions"), ACTIONS.values(), ids=ACTIONS)
def test_what_is_left_to_do_is_counted_until_the_nearest_deadline(
    groups: list[list[PieceState]], at: datetime, actions: dict[str, Any]
) -> None:
    left = pieces_to_do("c", 1, groups, at)
    assert {name: getattr(left, name) for name in NOTHING} == {**NOTHING, **actions}


@pytest.mark.parametrize(
    ("pieces", "state"),
    [
        ([], None),
        ([replace(EMPTY, asked=False)], None),
        ([EMPTY, a_piece()], PiecesState.MISSING),
        ([REFUSED_AGAIN, VALIDATED], PiecesState.MISSING),
        ([a_piece(deposit=INFECTED)], PiecesState.MISSING),
        ([replace(OUTDATED, required=False)], PiecesState.MISSING),
        ([a_piece(), VALIDATED, OPTIONAL], PiecesState.TO_VALIDATE),
        ([*SETTLED, OPTIONAL], PiecesState.COMPLETE),
    ],
)
def test_what_the_pieces_of_a_candidature_are_at(pieces: list[PieceState], state: PiecesState | None) -> None:
    assert pieces_state(pieces) is state
