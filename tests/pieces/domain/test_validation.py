"""When a regroupement can be validated, what that covers, and what is left to do with its pieces until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.pieces.domain import validation
from services.pieces.domain.remaining_actions import RemainingActions, remaining_actions
from services.pieces.domain.statuses import Scan, Status
from services.pieces.domain.validation import is_complete, validatable_indexes, validation_refusal
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

LATER = CLOSES + timedelta(days=14)
OPTIONAL = replace(EMPTY, required=False)
VALIDATED = a_piece(validated_at=DURING)
MENDED = a_piece(reopened_until=LATER)
NOTHING = RemainingActions(missing=0, refused=0, to_validate=0, late=0, until=None, opens=None)
REFUSED = a_piece(status=Status.NON_COMPLIANT, reopened_until=LATER)


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


def test_required_pieces_without_a_file_are_missing_until_their_period_ends() -> None:
    assert remaining_actions([[EMPTY, OPTIONAL, a_piece()], [EMPTY]], DURING) == replace(
        NOTHING, missing=2, until=CLOSES
    )
    assert remaining_actions([[EMPTY]], CLOSES - SECOND).missing == 1
    assert remaining_actions([[EMPTY, OPTIONAL]], CLOSES) == replace(NOTHING, late=1)


def test_a_file_that_the_antivirus_refused_is_missing_again() -> None:
    assert remaining_actions([[a_piece(deposit=replace(FILE, scan=Scan.INFECTED))]], DURING).missing == 1


def test_a_refused_piece_waits_for_another_file_until_its_own_date_even_after_the_period() -> None:
    assert remaining_actions([[REFUSED]], CLOSES) == replace(NOTHING, refused=1, until=LATER)
    assert remaining_actions([[REFUSED]], LATER) == replace(NOTHING, late=1)


def test_a_complete_regroupement_waits_for_its_validation() -> None:
    assert remaining_actions([[a_piece(), OPTIONAL]], DURING) == replace(NOTHING, to_validate=1, until=CLOSES)
    mended = a_piece(reopened_until=LATER)
    assert remaining_actions([[a_piece(validated_at=DURING), mended]], CLOSES) == replace(
        NOTHING, to_validate=1, until=LATER
    )


def test_a_refused_piece_without_a_date_of_its_own_is_late_once_the_period_is_over() -> None:
    refused = a_piece(status=Status.NON_COMPLIANT, required=False)
    assert remaining_actions([[refused]], CLOSES) == replace(NOTHING, late=1)


def test_what_was_provided_in_time_is_not_late() -> None:
    assert (
        remaining_actions([[a_piece(), a_piece(validated_at=DURING), a_piece(status=Status.RECEIVED)]], CLOSES)
        == NOTHING
    )


def test_what_is_validated_accepted_or_no_longer_asked_for_leaves_nothing() -> None:
    settled = [a_piece(validated_at=DURING), a_piece(status=Status.COMPLIANT), replace(EMPTY, asked=False)]
    assert remaining_actions([settled], DURING) == NOTHING


def test_before_the_period_nothing_is_to_do_but_its_opening_is_known() -> None:
    assert remaining_actions([[EMPTY, OPTIONAL]], OPENS - SECOND) == replace(NOTHING, opens=OPENS)


def test_the_nearest_deadline_counts() -> None:
    assert remaining_actions([[EMPTY], [REFUSED]], DURING).until == CLOSES
