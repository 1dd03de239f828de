"""When a regroupement can be validated, and what that covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.pieces.domain import validation
from services.pieces.domain.statuses import Scan, Status
from services.pieces.domain.validation import is_complete, validatable_indexes, validation_refusal
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, SECOND

LATER = CLOSES + timedelta(days=14)
OPTIONAL = replace(EMPTY, required=False)
VALIDATED = a_piece(validated_at=DURING)
MENDED = a_piece(reopened_until=LATER)


def test_every_required_piece_is_needed_and_named() -> None:
    assert validation_refusal([a_piece(), OPTIONAL], DURING) is None
    assert validation_refusal([a_piece(), EMPTY], DURING) == (
        "Il manque une pièce : NATIDE06 : Document justifiant l'identité."
    )
    assert "2 pièces" in str(validation_refusal([EMPTY, EMPTY, a_piece()], DURING))


def test_something_must_be_provided() -> None:
    assert validation_refusal([OPTIONAL], DURING) == validation.NOTHING_PROVIDED
    assert validation_refusal([replace(EMPTY, asked=False)], DURING) == validation.NOTHING_ASKED
    assert validation_refusal([], DURING) == validation.NOTHING_ASKED


def test_an_infected_file_must_be_replaced() -> None:
    infected = a_piece(deposit=replace(FILE, scan=Scan.INFECTED))
    assert "dangereux" in str(validation_refusal([infected], DURING))


def test_optional_pieces_without_a_file_are_frozen_too() -> None:
    assert validatable_indexes([a_piece(), OPTIONAL], DURING) == [0, 1]


def test_what_is_validated_is_not_validated_again() -> None:
    assert is_complete([VALIDATED, replace(OPTIONAL, validated_at=DURING)])
    assert validation_refusal([VALIDATED], DURING) == validation.ALREADY_VALIDATED
    assert validatable_indexes([VALIDATED, a_piece()], DURING) == [1]


def test_after_the_period_only_mended_refusals_are_validated_until_their_date() -> None:
    assert validation_refusal([a_piece()], CLOSES) == "Le dépôt est fermé depuis le 31/10/2021 23:59 (heure/Paris)."
    assert validation_refusal([VALIDATED, MENDED], LATER - SECOND) is None
    assert validatable_indexes([a_piece(), MENDED], CLOSES) == [1]
    assert validation_refusal([VALIDATED, MENDED], LATER) is not None


def test_a_refusal_not_mended_holds_the_validation_back_even_of_an_optional_piece() -> None:
    refused = replace(MENDED, status=Status.NON_COMPLIANT, required=False)
    assert "Il manque" in str(validation_refusal([VALIDATED, refused], DURING))


def test_a_paper_received_needs_no_file() -> None:
    assert validation_refusal([replace(EMPTY, status=Status.RECEIVED), a_piece()], DURING) is None


def test_pieces_no_longer_asked_for_are_no_part_of_it() -> None:
    assert validation_refusal([replace(EMPTY, asked=False), a_piece()], DURING) is None
    assert validatable_indexes([replace(EMPTY, asked=False), a_piece()], DURING) == [1]


def test_a_complete_regroupement_says_who_settled_it() -> None:
    by_staff = a_piece(status=Status.COMPLIANT)
    assert validation_refusal([by_staff, replace(EMPTY, status=Status.RECEIVED)], DURING) == validation.SETTLED_BY_STAFF
    assert validation_refusal([by_staff, VALIDATED], DURING) == validation.SETTLED_BY_BOTH
    assert validation_refusal([replace(by_staff, validated_at=DURING)], DURING) == validation.ALREADY_VALIDATED


def test_after_the_date_of_a_refusal_that_date_is_said() -> None:
    refused = replace(MENDED, status=Status.NON_COMPLIANT)
    assert validation_refusal([VALIDATED, refused], LATER) == (
        "Cette pièce pouvait être déposée à nouveau jusqu'au 14/11/2021 23:59 (heure/Paris)."
    )
