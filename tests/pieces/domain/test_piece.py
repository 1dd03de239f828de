"""What a candidate may do with a piece, why not, what is left to do and until when; what a control
must say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.clock import PARIS, end_of_day
from services.contracts import page_labels
from services.contracts.piece_rules import (
    MAX_COMMENT_LENGTH,
    MAX_MERGED_FILES,
    PiecesState,
    Scan,
    Status,
)
from services.contracts.reminder_rules import HOUR, current_rung, rung_instant
from services.pieces.domain import candidate_sentences, control, group_validation
from services.pieces.domain import piece as rules
from services.pieces.domain.missing_pieces import due_rung, left_to_do, pieces_state
from services.pieces.domain.period import INSTANT_COUNTS, Period, days_left, deposit_instant
from services.pieces.domain.piece import CurrentDeposit, PieceState
from services.pieces.operations.deposit_limits import uploads_per_hour
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

PERIOD = Period(OPENS, CLOSES)
LADDER = (7, 2, 0)
EMPTY = PieceState(
    label="NATIDE06 : Document justifiant l'identité",
    asked=True,
    required=True,
    period=PERIOD,
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
REFUSED = a_piece(
    deposit=EXAMINED, status=Status.NON_COMPLIANT, validated_at=DURING, resubmit_until=LATER
)


def test_why_nothing_changes_is_said() -> None:
    unasked = rules.NO_LONGER_ASKED
    validated = rules.VALIDATED
    for piece, no_deposit, no_deletion in (
        (a_piece(validated_at=DURING), validated, validated),
        (a_piece(deposit=EXAMINED, status=Status.RECEIVED), rules.CONTROLLED, rules.CONTROLLED),
        (a_piece(status=Status.COMPLIANT), rules.CONTROLLED, rules.CONTROLLED),
        (REFUSED, None, rules.CONTROLLED),
        (replace(REFUSED, asked=False), unasked, rules.CONTROLLED),
        (a_piece(asked=False), unasked, None),
        (EMPTY, None, rules.NO_FILE),
    ):
        said = rules.deposit_refusal(piece, DURING), rules.deletion_refusal(piece, DURING)
        assert said == (no_deposit, no_deletion)
    assert rules.deposit_refusal(EMPTY, CLOSES) == EMPTY.period.closed_reason(CLOSES)


AGAIN = f"Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {END}."
TO_VALIDATE = (
    f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le {END}."
)
TOO_LATE = f"Cette pièce pouvait être déposée à nouveau jusqu'au {END}."

ADD = (True, False)
ADD_AND_DELETE = (True, True)
DELETE = (False, True)
NO_BUTTON = (False, False)
OPEN = [
    (EMPTY, None, ADD),
    (a_piece(), None, ADD_AND_DELETE),
    (a_piece(deposit=INFECTED), candidate_sentences.DANGEROUS, ADD_AND_DELETE),
    (a_piece(validated_at=DURING), None, NO_BUTTON),
    (a_piece(deposit=EXAMINED, status=Status.RECEIVED), candidate_sentences.RECEIVED, NO_BUTTON),
    (
        a_piece(deposit=EXAMINED, status=Status.COMPLIANT),
        candidate_sentences.NOTHING_TO_DO,
        NO_BUTTON,
    ),
    (replace(EMPTY, status=Status.RECEIVED), candidate_sentences.RECEIVED, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(resubmit_until=LATER), TO_VALIDATE, ADD_AND_DELETE),
    (
        a_piece(deposit=INFECTED, resubmit_until=LATER),
        candidate_sentences.DANGEROUS,
        ADD_AND_DELETE,
    ),
    (replace(EMPTY, asked=False), rules.NO_LONGER_ASKED, NO_BUTTON),
    (a_piece(asked=False), rules.NO_LONGER_ASKED, DELETE),
    (replace(REFUSED, asked=False), rules.NO_LONGER_ASKED, NO_BUTTON),
    (
        replace(a_piece(deposit=EXAMINED, status=Status.COMPLIANT), asked=False),
        rules.NO_LONGER_ASKED,
        NO_BUTTON,
    ),
]
CLOSED = [
    (EMPTY, None, NO_BUTTON),
    (a_piece(), None, NO_BUTTON),
    (a_piece(deposit=INFECTED), None, NO_BUTTON),
    (REFUSED, AGAIN, ADD),
    (a_piece(resubmit_until=LATER), TO_VALIDATE, ADD_AND_DELETE),
    (replace(REFUSED, asked=False), rules.NO_LONGER_ASKED, NO_BUTTON),
]
OUTDATED = a_piece(deposit=replace(FILE, version=1), resubmit_until=LATER, asked_again_for=2)
ASKED_AGAIN = replace(EMPTY, resubmit_until=LATER, asked_again_for=2)
SIGN = candidate_sentences.SIGN_AGAIN.format(2)
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
    assert candidate_sentences.candidate_sentence(piece, at) == sentence
    assert (
        rules.deposit_refusal(piece, at) is None,
        rules.deletion_refusal(piece, at) is None,
    ) == buttons


OPTIONAL = replace(EMPTY, required=False)
VALIDATED = a_piece(validated_at=DURING)
MENDED = a_piece(resubmit_until=LATER)
REFUSED_AGAIN = a_piece(status=Status.NON_COMPLIANT, resubmit_until=LATER)


def refused(*pieces: PieceState, at: datetime = DURING) -> str | None:
    return group_validation.validation_refusal(pieces, at)


UNASKED = replace(EMPTY, asked=False)
ON_PAPER = replace(EMPTY, status=Status.RECEIVED)


def test_every_required_piece_is_needed_and_named() -> None:
    assert refused(a_piece(), OPTIONAL) is None
    missing = "Il manque une pièce : NATIDE06 : Document justifiant l'identité."
    assert refused(a_piece(), EMPTY) == missing
    assert "2 pièces" in str(refused(EMPTY, EMPTY, a_piece()))


def test_what_was_refused_is_needed_again_until_its_date() -> None:
    assert "Il manque" in str(refused(VALIDATED, replace(REFUSED_AGAIN, required=False)))
    assert refused(VALIDATED, REFUSED_AGAIN, at=LATER) == TOO_LATE


def test_an_infected_file_answers_for_no_piece() -> None:
    assert "dangereux" in str(refused(a_piece(deposit=INFECTED)))


def test_what_needs_no_file_keeps_nothing_from_being_validated() -> None:
    assert refused(ON_PAPER, UNASKED, a_piece()) is None


def test_what_is_asked_for_is_open_in_the_period() -> None:
    is_open = [piece.is_open(DURING) for piece in (UNASKED, a_piece(), OPTIONAL)]
    assert is_open == [False, True, True]


def test_nothing_is_not_validated() -> None:
    assert refused(OPTIONAL) == group_validation.NOTHING_PROVIDED
    assert refused(UNASKED) == refused() == group_validation.NOTHING_ASKED


def test_what_is_settled_is_not_validated_again_and_says_by_whom_it_was() -> None:
    by_staff = a_piece(status=Status.COMPLIANT)
    assert group_validation.is_complete([VALIDATED, replace(OPTIONAL, validated_at=DURING)])
    assert refused(VALIDATED) == group_validation.ALREADY_VALIDATED
    assert not VALIDATED.is_open(DURING)
    assert (
        refused(by_staff, replace(EMPTY, status=Status.RECEIVED))
        == group_validation.SETTLED_BY_STAFF
    )
    assert refused(by_staff, VALIDATED) == group_validation.SETTLED_BY_BOTH
    assert refused(replace(by_staff, validated_at=DURING)) == group_validation.ALREADY_VALIDATED


def test_after_the_period_only_mended_refusals_are_validated_until_their_date() -> None:
    assert (
        refused(a_piece(), at=CLOSES)
        == "Le dépôt est fermé depuis le 31/10/2021 23:59 (heure/Paris)."
    )
    assert refused(VALIDATED, MENDED, at=LATER - SECOND) is None
    assert (a_piece().is_open(CLOSES), MENDED.is_open(CLOSES)) == (False, True)
    assert refused(VALIDATED, MENDED, at=LATER) is not None


NOTHING = {"missing": 0, "refused": 0, "to_validate": 0, "late": 0, "until": None, "opens": None}
UNDATED = replace(REFUSED_AGAIN, required=False, resubmit_until=None)
SETTLED = [VALIDATED, a_piece(status=Status.COMPLIANT), replace(EMPTY, asked=False)]
ACTIONS: dict[str, tuple[list[list[PieceState]], datetime, dict[str, object]]] = {
    "without a file": (
        [[EMPTY, OPTIONAL, a_piece()], [EMPTY]],
        DURING,
        {"missing": 2, "until": CLOSES},
    ),
    "in the last second": ([[EMPTY]], CLOSES - SECOND, {"missing": 1, "until": CLOSES}),
    "once the period is over": ([[EMPTY, OPTIONAL]], CLOSES, {"late": 1}),
    "before the period": ([[EMPTY, OPTIONAL]], OPENS - SECOND, {"opens": OPENS}),
    "refused by the antivirus": (
        [[a_piece(deposit=INFECTED)]],
        DURING,
        {"missing": 1, "until": CLOSES},
    ),
    "refused": ([[REFUSED_AGAIN]], CLOSES, {"refused": 1, "until": LATER}),
    "refused, once its date is over": ([[REFUSED_AGAIN]], LATER, {"late": 1}),
    "refused without a date": ([[UNDATED]], CLOSES, {"late": 1}),
    "complete": ([[a_piece(), OPTIONAL]], DURING, {"to_validate": 1, "until": CLOSES}),
    "mended": ([[VALIDATED, MENDED]], CLOSES, {"to_validate": 1, "until": LATER}),
    "provided in time": ([[a_piece(), VALIDATED, a_piece(status=Status.RECEIVED)]], CLOSES, {}),
    "validated, accepted or no longer asked for": ([SETTLED], DURING, {}),
    "given for an earlier version": (
        [[OUTDATED], [ASKED_AGAIN]],
        CLOSES,
        {"missing": 2, "until": LATER},
    ),
    "the same, never asked of all": (
        [[replace(OUTDATED, required=False)]],
        DURING,
        {"missing": 1, "until": LATER},
    ),
    "given for the new one": (
        [[replace(ASKED_AGAIN, deposit=FILE)]],
        CLOSES,
        {"to_validate": 1, "until": LATER},
    ),
    "of two deadlines": (
        [[EMPTY], [REFUSED_AGAIN]],
        DURING,
        {"missing": 1, "refused": 1, "until": CLOSES},
    ),
}


@pytest.mark.parametrize(("groups", "at", "actions"), ACTIONS.values(), ids=ACTIONS)
def test_what_is_left_to_do_is_counted_until_the_nearest_deadline(
    groups: list[list[PieceState]], at: datetime, actions: dict[str, Any]
) -> None:
    left = left_to_do(groups, at)
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
def test_what_the_pieces_of_a_candidature_are_at(
    pieces: list[PieceState], state: PiecesState | None
) -> None:
    assert pieces_state(pieces) is state


def test_the_sentence_is_the_guides_and_says_the_hour_of_an_opening_within_the_day() -> None:
    dates = "lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59"
    noon = "lundi 04 octobre 2021 12:00 et le lundi 01 novembre 2021 12:00"
    for opens, closes, words in (
        (OPENS, CLOSES, dates),
        (OPENS.astimezone(UTC), CLOSES.astimezone(UTC), dates),
        (OPENS.replace(hour=12), CLOSES.replace(hour=12), noon),
    ):
        assert (
            Period(opens, closes).sentence == f"A déposer en ligne entre le {words} (heure/Paris)"
        )


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    instants = (OPENS - SECOND, OPENS, CLOSES - SECOND, CLOSES)
    assert [PERIOD.is_open(at) for at in instants] == [False, True, True, False]
    assert PERIOD.closed_reason(OPENS - SECOND).endswith(
        "il ouvrira le 04/10/2021 00:00 (heure/Paris)."
    )


def test_a_day_ends_at_midnight_in_paris_on_the_nights_of_the_clock_too() -> None:
    for day, hours in ((date(2021, 10, 31), 25), (date(2022, 3, 27), 23), (date(2021, 10, 15), 24)):
        begins = end_of_day(day - timedelta(days=1))
        assert end_of_day(day).astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours), (
            day
        )


def test_what_counts_is_when_the_first_upload_began_unless_it_took_too_long() -> None:
    in_time = DURING + INSTANT_COUNTS - SECOND
    late = DURING + INSTANT_COUNTS
    before = DURING - SECOND
    counting = {in_time: DURING, late: late, DURING: DURING, before: before}
    assert {at: deposit_instant([DURING + SECOND, DURING], at) for at in counting} == counting


def test_uploads_are_as_many_as_deposits_and_never_less_than_the_pages_of_ten_documents() -> None:
    assert uploads_per_hour(500) == 500
    assert uploads_per_hour(1) == 10 * MAX_MERGED_FILES


def test_the_rung_of_an_instant_is_the_last_one_reached() -> None:
    seven, two, last = (datetime(2021, 10, day, HOUR, tzinfo=PARIS) for day in (24, 29, 31))
    rungs = {
        seven - SECOND: None,
        seven: 7,
        two - SECOND: 7,
        two: 2,
        last: 0,
        CLOSES - SECOND: 0,
        CLOSES: None,
    }
    assert {at: current_rung(CLOSES, LADDER, at) for at in rungs} == rungs


def test_the_last_day_is_one_on_which_there_is_still_time() -> None:
    day, before = (datetime(2021, 10, number, HOUR, tzinfo=PARIS) for number in (25, 24))
    for closes, last in (
        (day + timedelta(minutes=1), day),
        (day, before),
        (day - timedelta(hours=1), before),
    ):
        assert rung_instant(closes, 0) == last, closes


def test_what_came_to_be_missing_after_a_rung_is_not_reminded_of_by_it() -> None:
    rung = rung_instant(CLOSES, 7)
    assert due_rung(CLOSES, rung - SECOND, LADDER, rung + SECOND) == 7
    assert due_rung(CLOSES, rung, LADDER, rung + SECOND) is None


def test_days_left_are_counted_as_people_do() -> None:
    assert days_left(CLOSES, datetime(2021, 10, 29, 23, 59, tzinfo=PARIS)) == 2
    assert days_left(CLOSES, datetime(2021, 10, 31, 0, 1, tzinfo=PARIS)) == 0
    assert (
        days_left(
            datetime(2021, 10, 25, 12, tzinfo=PARIS), datetime(2021, 10, 24, 13, tzinfo=PARIS)
        )
        == 1
    )


COMPLIANT = control.Decision("1", Status.COMPLIANT, None, None, None)
NOT_COMPLIANT = replace(COMPLIANT, status=Status.NON_COMPLIANT, comment="Illisible")


def test_all_mistakes_are_told_at_once() -> None:
    dates: dict[str, Any] = {
        "received_on": date(2021, 10, 6),
        "resubmit_until": DURING + timedelta(days=1),
    }
    mistaken = replace(COMPLIANT, comment="x" * (MAX_COMMENT_LENGTH + 1), **dates)
    pointers = [error.pointer for error in control.decision_errors(mistaken, DURING, Scan.INFECTED)]
    assert pointers == ["#/comment", "#/received_on", "#/resubmit_until", "#/status"]


def test_a_refusal_and_nothing_else_has_to_say_why() -> None:
    assert not control.decision_errors(
        replace(NOT_COMPLIANT, received_on=DURING.date()), DURING, Scan.CLEAN
    )
    for status in Status:
        errors = control.decision_errors(replace(COMPLIANT, status=status), DURING, Scan.CLEAN)
        assert [error.pointer for error in errors] == (
            ["#/comment"] if status is Status.NON_COMPLIANT else []
        )


def test_a_refusal_alone_reopens_until_its_date_or_some_days_or_the_period() -> None:
    for status in (Status.COMPLIANT, Status.RECEIVED):
        assert control.resubmit_until(replace(COMPLIANT, status=status), PERIOD, DURING) is None
    until = DURING + timedelta(days=3)
    assert (
        control.resubmit_until(replace(NOT_COMPLIANT, resubmit_until=until), PERIOD, DURING)
        == until
    )
    assert control.resubmit_until(NOT_COMPLIANT, PERIOD, DURING) == CLOSES
    some_days = end_of_day(date(2021, 11, 2) + timedelta(days=control.RESUBMIT_DAYS))
    assert control.resubmit_until(NOT_COMPLIANT, PERIOD, CLOSES + timedelta(days=1)) == some_days


def test_an_etag_is_of_one_piece_in_one_state() -> None:
    tag = control.etag("a", 1)
    assert len({tag, control.etag("a", 1), control.etag("a", 2), control.etag("b", 1)}) == 3
    named = [control.if_match_names(header, tag) for header in (f'"other", {tag}', "*", f"W/{tag}")]
    assert named == [True, False, False]
