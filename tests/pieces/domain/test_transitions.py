"""What becomes of a piece: what each transition changes, and what it refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Conflict, Invalid
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain.control import (
    ACTED_UPON,
    NOT_THE_CALLERS,
    Decision,
    MadeControl,
    Standing,
    as_decided,
    second_try_until,
)
from services.pieces.domain.period import Period
from services.pieces.domain.piece import (
    CONTROLLED,
    FOUND_INFECTED,
    NO_FILE,
    NO_LONGER_ASKED,
    VALIDATED,
    CurrentDeposit,
    PieceState,
    ProvingVersion,
)
from services.pieces.domain.refusals import DepositClosed
from tests.pieces.example_events import CLOSES, DURING, OPENS

PERIOD = Period(OPENS, CLOSES)
LATER = CLOSES + timedelta(days=14)
HOUR = timedelta(hours=1)
FILE = CurrentDeposit(Scan.CLEAN, controlled=False, id="first")
OTHER = replace(FILE, id="second")
EMPTY = PieceState(
    label="NATIDE06 : Document justifiant l'identité",
    asked=True,
    required=True,
    period=PERIOD,
    deposit=None,
    status=None,
    validated_at=None,
    resubmit_until=None,
    revision=7,
)
GIVEN = replace(EMPTY, deposit=FILE)
VALID = replace(GIVEN, validated_at=DURING)
REFUSAL = Decision("first", Status.NON_COMPLIANT, "Illisible", None, LATER)
COMPLIANT = Decision("first", Status.COMPLIANT, None, None, None)
EXAMINED = replace(FILE, controlled=True)
REFUSED = replace(
    VALID,
    deposit=EXAMINED,
    status=Status.NON_COMPLIANT,
    comment="Illisible",
    resubmit_until=LATER,
)
ACCEPTED = replace(VALID, deposit=EXAMINED, status=Status.COMPLIANT)
STAFF = "57aff"


def test_a_file_takes_the_place_of_the_one_before_and_of_what_was_said_of_it() -> None:
    put = REFUSED.put_file(OTHER, CLOSES + HOUR)
    assert (put.deposit, put.status, put.comment, put.validated_at) == (OTHER, None, None, None)
    assert put.resubmit_until == LATER, "until it is handed over"
    assert put.revision == REFUSED.revision + 1


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (VALID, VALIDATED),
        (ACCEPTED, VALIDATED),
        (replace(ACCEPTED, validated_at=None), CONTROLLED),
        (replace(GIVEN, asked=False), NO_LONGER_ASKED),
    ],
)
def test_no_file_is_put_where_the_piece_is_closed(piece: PieceState, reason: str) -> None:
    with pytest.raises(DepositClosed, match=reason):
        piece.put_file(OTHER, DURING)


def test_a_file_is_taken_back_and_the_refusal_that_it_answered_counts_again() -> None:
    without = GIVEN.take_file_back(DURING, None)
    assert (without.deposit, without.revision) == (None, GIVEN.revision + 1)
    mended = REFUSED.put_file(OTHER, DURING)
    again = mended.take_file_back(DURING, REFUSAL)
    assert (again.deposit, again.status, again.comment) == (None, Status.NON_COMPLIANT, "Illisible")
    asked_again = replace(mended, asked_again_for=2)
    assert asked_again.take_file_back(DURING, REFUSAL).status is None
    assert mended.take_file_back(DURING, COMPLIANT).status is None


@pytest.mark.parametrize(
    ("piece", "reason"), [(EMPTY, NO_FILE), (REFUSED, CONTROLLED), (VALID, VALIDATED)]
)
def test_nothing_is_taken_back_that_is_not_there_or_is_a_proof(
    piece: PieceState, reason: str
) -> None:
    with pytest.raises(DepositClosed, match=reason):
        piece.take_file_back(DURING, None)


def test_what_is_handed_over_is_closed() -> None:
    mended = replace(GIVEN, resubmit_until=LATER, asked_again_for=2)
    handed_over = mended.validate(DURING, DURING + HOUR)
    assert handed_over.validated_at == DURING + HOUR
    assert (handed_over.resubmit_until, handed_over.asked_again_for) == (None, None)
    assert handed_over.revision == mended.revision + 1
    assert handed_over.settled
    with pytest.raises(DepositClosed, match=VALIDATED):
        handed_over.validate(DURING, DURING)
    with pytest.raises(DepositClosed, match="fermé"):
        GIVEN.validate(CLOSES, CLOSES)


def test_a_decision_sets_the_status_and_takes_the_file_for_the_newest_versions() -> None:
    outdated = replace(
        GIVEN,
        deposit=replace(FILE, version=1),
        asked_again_for=2,
        resubmit_until=LATER,
        comment=FOUND_INFECTED,
    )
    accepted = outdated.decide(COMPLIANT, DURING)
    assert (accepted.status, accepted.comment) == (Status.COMPLIANT, None)
    assert (accepted.asked_again_for, accepted.resubmit_until) == (None, None)
    assert accepted.deposit == FILE
    assert accepted.revision == outdated.revision + 1
    refused = outdated.decide(replace(REFUSAL, resubmit_until=None), DURING)
    assert refused.resubmit_until == second_try_until(PERIOD, DURING)


def test_a_decision_is_on_the_current_file_and_makes_sense() -> None:
    with pytest.raises(Conflict, match="n'est plus celui"):
        GIVEN.decide(replace(COMPLIANT, deposit_id="second"), DURING)
    with pytest.raises(Conflict):
        EMPTY.decide(COMPLIANT, DURING)
    infected = replace(GIVEN, deposit=replace(FILE, scan=Scan.INFECTED))
    with pytest.raises(Invalid):
        infected.decide(COMPLIANT, DURING)
    assert infected.decide(REFUSAL, DURING).status is Status.NON_COMPLIANT


def made(before: Standing | None, by: str = STAFF) -> MadeControl:
    return MadeControl(REFUSAL, by, DURING, before)


def test_what_stood_before_a_control_stands_again_once_it_is_taken_back() -> None:
    stood = replace(
        VALID, deposit=replace(FILE, version=1), resubmit_until=LATER, asked_again_for=2
    )
    decided = stood.decide(REFUSAL, DURING)
    back = decided.take_back(made(stood.standing), STAFF, saved_at=OPENS)
    assert back == replace(stood, revision=stood.revision + 2)


def test_a_control_is_taken_back_by_who_made_it_until_somebody_acts_on_it() -> None:
    decided = VALID.decide(REFUSAL, DURING)
    control = made(VALID.standing)
    for latest in (None, made(VALID.standing, by="other"), made(None)):
        with pytest.raises(Conflict, match=NOT_THE_CALLERS):
            decided.take_back(latest, STAFF, saved_at=OPENS)
    acted_upon = (decided.put_file(OTHER, DURING), replace(decided, resubmit_until=CLOSES))
    for piece in acted_upon:
        with pytest.raises(Conflict, match=ACTED_UPON):
            piece.take_back(control, STAFF, saved_at=OPENS)
    with pytest.raises(Conflict, match=ACTED_UPON):
        decided.take_back(control, STAFF, saved_at=DURING + HOUR)


def version(number: int = 2, **changes: object) -> ProvingVersion:
    usual = ProvingVersion(number, earlier=1, saved_at=DURING, given_at=DURING - HOUR)
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_a_version_that_a_piece_proves_asks_for_it_again() -> None:
    again = ACCEPTED.ask_again(version(), DURING)
    assert (again.status, again.validated_at, again.asked_again_for) == (None, None, 2)
    assert again.deposit == replace(EXAMINED, version=1)
    assert again.resubmit_until == second_try_until(PERIOD, DURING)
    assert again.revision == ACCEPTED.revision + 1
    third = again.ask_again(version(3, earlier=2), DURING)
    assert (third.deposit, third.asked_again_for) == (again.deposit, 3)
    on_paper = replace(EMPTY, status=Status.RECEIVED).ask_again(version(), DURING)
    assert on_paper.asked_again_for == 2


def test_what_was_not_given_or_is_refused_or_given_since_is_not_asked_for_again() -> None:
    for piece, asking in (
        (EMPTY, version(given_at=None)),
        (REFUSED, version()),
        (ACCEPTED, version(given_at=DURING)),
    ):
        assert piece.ask_again(asking, DURING) == piece


def test_a_version_that_asks_for_nothing_again_is_the_one_to_give_it_for() -> None:
    again = ACCEPTED.ask_again(version(), DURING)
    assert again.follow(4) == replace(again, asked_again_for=4)
    assert ACCEPTED.follow(4) == ACCEPTED


def test_a_piece_begins_and_ceases_to_be_asked_for() -> None:
    unasked = GIVEN.ask(asked=False)
    assert (unasked.asked, unasked.revision) == (False, GIVEN.revision + 1)
    assert unasked.ask(asked=False) == unasked
    assert unasked.ask(asked=True).asked


def test_a_compliant_piece_whose_file_is_dangerous_is_controlled_again_and_asked_for() -> None:
    late = CLOSES + HOUR
    found = ACCEPTED.found_infected(late)
    assert (found.status, found.comment) == (None, FOUND_INFECTED)
    assert found.resubmit_until == second_try_until(PERIOD, late)
    assert found.revision == ACCEPTED.revision + 1
    assert found.found_infected(late) == found
    assert found.put_file(OTHER, late).deposit == OTHER
    assert found.found_clean() == replace(found, comment=None, revision=found.revision + 1)


def test_a_verdict_changes_nothing_of_a_piece_with_another_status() -> None:
    on_hold = replace(GIVEN, status=Status.RECEIVED, received_on=DURING.date())
    for piece in (GIVEN, VALID, REFUSED, on_hold):
        assert piece.found_infected(DURING) == piece
    for piece in (GIVEN, REFUSED, ACCEPTED):
        assert piece.found_clean() == piece


def test_a_file_that_comes_back_brings_the_piece_as_it_left_it() -> None:
    """Whatever became of the one that took its place."""
    second = replace(REFUSED, deposit=OTHER, resubmit_until=LATER + HOUR, comment="Encore")
    restored = second.restore_file(FILE, GIVEN.standing, newest_version=3)
    assert restored == replace(
        GIVEN, validated_at=second.validated_at, revision=second.revision + 1
    )
    refused = second.restore_file(EXAMINED, REFUSED.standing, newest_version=3)
    assert refused == replace(REFUSED, revision=second.revision + 1)


def test_a_file_of_an_earlier_version_comes_back_as_one_and_is_asked_for_again() -> None:
    outdated = ACCEPTED.ask_again(version(), DURING)
    other = replace(outdated, deposit=OTHER).decide(replace(COMPLIANT, deposit_id="second"), DURING)
    restored = other.restore_file(EXAMINED, outdated.standing, newest_version=3)
    assert restored.deposit == replace(EXAMINED, version=1)
    assert (restored.asked_again_for, restored.resubmit_until) == (3, outdated.resubmit_until)


def test_a_file_that_left_nothing_brings_its_last_decision() -> None:
    decided = EMPTY.restore_file(EXAMINED, as_decided(REFUSAL), newest_version=1)
    assert (decided.status, decided.resubmit_until) == (Status.NON_COMPLIANT, LATER)
    plain = REFUSED.restore_file(FILE, as_decided(None), newest_version=1)
    assert (plain.status, plain.resubmit_until, plain.asked_again_for) == (None, None, None)
