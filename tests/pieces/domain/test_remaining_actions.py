"""What is left to do with the pieces of a candidature, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.pieces.domain.remaining_actions import RemainingActions, remaining_actions
from services.pieces.domain.statuses import Scan, Status
from tests.pieces.domain.piece_states import EMPTY, FILE, a_piece
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

LATER = CLOSES + timedelta(days=14)
NOTHING = RemainingActions(missing=0, refused=0, to_validate=0, late=0, until=None, opens=None)
OPTIONAL = replace(EMPTY, required=False)
REFUSED = a_piece(status=Status.NON_COMPLIANT, reopened_until=LATER)


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
