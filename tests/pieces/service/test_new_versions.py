"""A piece that proves a version of its candidature is asked for again by the next one; nothing of
it is lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.clock import end_of_day, iso_utc, to_paris
from services.contracts.page_labels import VALIDATE
from services.contracts.registrations import RegistrationSaved
from services.pieces.domain.control import ACTED_UPON, RESUBMIT_DAYS
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, DURING, PIECES, registration_saved, window_changed
from tests.pieces.pieces_service import STAFF, PiecesService

SIGNED = "CINSIG03"
PROVING = tuple(replace(piece, proves_version=piece.code == SIGNED) for piece in PIECES)
HOUR = timedelta(hours=1)
WHY = "Votre inscription a été modifiée : ce document doit être signé à nouveau pour la version {}."


def version(number: int, at: datetime = DURING + HOUR) -> RegistrationSaved:
    return registration_saved(version=number, pieces=PROVING, saved_at=iso_utc(at))


@pytest.fixture
def given(service: PiecesService) -> PiecesService:
    """With the identity and the confirmation of version 1, both handed over and « Conforme »."""
    service.handle_events(version(1, DURING - HOUR))
    for code, group in ((SIGNED, "CONFIRMATION"), ("NATIDE06", "NATIONALITE")):
        service.deposit(code, name=f"{code}.pdf")
        assert service.validate(group).status_code == 200
        assert service.control(code, "compliant").status_code == 200
    return service.move_to(DURING + HOUR)


def left(service: PiecesService) -> dict[str, Any]:
    [to_do] = service.call("GET", "/left").get_json()["candidatures"]
    return dict(to_do)


@pytest.fixture
def asked_again(given: PiecesService) -> PiecesService:
    """Version 2 was saved: what proved version 1 has to be given anew."""
    given.handle_events(version(2))
    return given


def test_a_new_version_asks_its_candidate_for_what_proves_it_again(
    asked_again: PiecesService,
) -> None:
    asked = asked_again.piece(SIGNED)
    assert (asked["status"], asked["can_deposit"], asked["can_delete"]) == (None, True, False)
    assert asked["sentence"].startswith(WHY.format(2))


def test_what_was_given_for_the_version_before_is_shown_and_opened(
    asked_again: PiecesService,
) -> None:
    deposit = asked_again.piece(SIGNED)["deposit"]
    assert (deposit["filename"], deposit["version"]) == (f"{SIGNED}.pdf", 1)
    assert asked_again.download(SIGNED).status_code == 200


def test_what_a_new_version_asks_for_is_counted_as_missing_not_as_refused(
    given: PiecesService,
) -> None:
    missing = left(given)["missing"]
    given.handle_events(version(2))
    assert (left(given)["missing"], left(given)["refused"]) == (missing + 1, 0)
    given.handle_events(window_changed(1))
    [of_candidate, *_] = given.read_as_staff("/missing-pieces?regroupement=CONFIRMATION")["items"]
    [part, *_] = of_candidate["missing"]
    assert [piece["asked_again_for"] for piece in part["pieces"]] == [2]


def test_a_new_version_leaves_alone_what_does_not_prove_it(given: PiecesService) -> None:
    before = given.piece("NATIDE06")
    given.handle_events(version(2))
    assert given.piece("NATIDE06") == before


def test_staff_see_for_which_version_a_piece_is_asked_again_and_control_nothing(
    asked_again: PiecesService,
) -> None:
    shown = asked_again.piece_for_staff(SIGNED)
    assert (shown["asked_again_for"], shown["validated_at"]) == (2, None)
    assert shown["deposit"]["version"] == 1
    assert [control["status"] for control in shown["history"]["controls"]] == ["compliant"]
    assert asked_again.listed_codes("status=none&deposited=true") == []


def test_who_read_a_piece_before_it_was_asked_again_decides_nothing(given: PiecesService) -> None:
    read = given.piece_for_staff(SIGNED)["etag"]
    given.handle_events(version(2))
    assert given.piece_for_staff(SIGNED)["etag"] != read


def test_the_trail_and_the_feed_say_that_a_piece_is_asked_again(
    asked_again: PiecesService,
) -> None:
    assert ("service", "piece.asked_again") in asked_again.audit_trail()
    assert asked_again.read_as_staff("/changes")["items"][-1]["kind"] == "removed"


def test_what_is_given_for_the_new_version_is_handed_over_and_controlled(
    given: PiecesService,
) -> None:
    given.handle_events(version(2))
    assert given.validate("CONFIRMATION").status_code == 403, "the earlier file is not enough"
    given.deposit(SIGNED, sample_files.image(), "signée.png")
    assert given.delete(SIGNED).status_code == 204
    assert given.piece(SIGNED)["sentence"].startswith(WHY.format(2)), (
        "taken back, it is asked for still"
    )
    given.deposit(SIGNED, sample_files.image(), "signée.png")
    assert VALIDATE in given.piece(SIGNED)["sentence"]
    assert given.listed_codes("status=none&deposited=true") == [SIGNED]
    assert given.validate("CONFIRMATION").status_code == 200
    assert given.control(SIGNED, "compliant").status_code == 200
    piece = given.piece_for_staff(SIGNED)
    assert (piece["asked_again_for"], piece["deposit"]["version"]) == (None, None)
    assert [deposit["version"] for deposit in piece["history"]["deposits"]] == [1, None, None]


def test_events_again_and_out_of_order_ask_once_for_the_newest(given: PiecesService) -> None:
    before = given.piece(SIGNED)
    given.handle_events(version(2, DURING - timedelta(minutes=1)))
    assert given.piece(SIGNED) == before, "what was given since the save counts for it"
    given.handle_events(version(3))
    asked = given.piece_for_staff(SIGNED)
    given.handle_events(version(2), version(3))
    assert given.piece_for_staff(SIGNED) == asked
    given.handle_events(version(4))
    assert given.piece_for_staff(SIGNED)["deposit"]["version"] == 2
    assert given.piece(SIGNED)["sentence"].startswith(WHY.format(4))


@pytest.mark.parametrize("moved", [False, True])
def test_after_the_period_there_is_time_as_after_a_refusal(
    given: PiecesService, moved: bool
) -> None:
    """Or until the end of a period that is moved beyond it."""
    late = CLOSES + timedelta(days=1)
    given.move_to(late).handle_events(version(2, late))
    until = end_of_day(to_paris(late).date() + timedelta(days=RESUBMIT_DAYS))
    assert left(given)["until"] == iso_utc(until)
    if moved:
        until += timedelta(days=20)
        given.handle_events(window_changed(1, closes=until))
    given.move_to(until - HOUR)
    assert given.deposit(SIGNED).status_code == 201
    assert given.validate("CONFIRMATION").status_code == 200


def test_a_paper_is_asked_for_again_and_what_was_never_given_is_not(service: PiecesService) -> None:
    service.handle_events(version(1, DURING - HOUR))
    service.control(SIGNED, "received", received_on="2021-10-05")
    service.move_to(DURING + HOUR).handle_events(version(2))
    assert service.piece(SIGNED)["sentence"].startswith(WHY.format(2))
    assert service.piece(SIGNED)["received_on"] is None
    service.handle_events(version(3))
    assert service.piece(SIGNED)["sentence"].startswith(WHY.format(3))
    assert service.control(SIGNED, "compliant").status_code == 200, (
        "a gestionnaire may take it all the same"
    )
    assert service.piece_for_staff(SIGNED)["asked_again_for"] is None


def test_what_a_restored_candidature_still_lacks_is_for_its_version(given: PiecesService) -> None:
    """A restoration keeps proofs, and its confirmation replaces the one that was asked for."""
    unproved = tuple(replace(piece, proves_version=False) for piece in PIECES)
    given.handle_events(version(2), replace(version(4), pieces=unproved))
    assert given.piece(SIGNED)["sentence"].startswith(WHY.format(4))
    assert given.piece(SIGNED)["deposit"]["version"] == 1


def test_what_is_refused_or_was_never_given_is_as_before(service: PiecesService) -> None:
    service.handle_events(version(1, DURING - HOUR))
    empty = service.piece(SIGNED)
    service.handle_events(version(2))
    assert service.piece(SIGNED) == empty
    service.deposit(SIGNED)
    service.control(SIGNED, "non_compliant")
    refused = service.piece(SIGNED)
    service.move_to(DURING + 2 * HOUR).handle_events(version(3, DURING + 2 * HOUR))
    assert service.piece(SIGNED) == refused


def test_a_decision_taken_back_leaves_its_file_to_its_version(given: PiecesService) -> None:
    given.handle_events(version(2))
    given.move_to(DURING + 2 * HOUR)
    asked = given.piece_for_staff(SIGNED)
    given.control(SIGNED, "compliant")
    assert given.piece_for_staff(SIGNED)["asked_again_for"] is None
    assert given.take_back(SIGNED).status_code == 200
    again = given.piece_for_staff(SIGNED)
    assert (again["asked_again_for"], again["deposit"]) == (2, asked["deposit"])


def test_a_decision_on_the_version_before_is_not_taken_back(given: PiecesService) -> None:
    given.control(SIGNED, "non_compliant")
    given.handle_events(version(2, DURING + 2 * HOUR))
    assert given.take_back(SIGNED).get_json()["detail"] == ACTED_UPON


def test_a_file_of_the_version_before_is_restored_as_one_that_is_asked_for_again(
    given: PiecesService,
) -> None:
    """What was controlled since of the file that it replaces says nothing of it."""
    given.handle_events(version(2))
    asked = given.piece_for_staff(SIGNED)
    given.deposit(SIGNED, sample_files.image(), "signée.png")
    given.control(SIGNED, "compliant")
    [first] = [row for row in given.deposits() if row.filename == f"{SIGNED}.pdf"]
    words = ("--academie", "03", "--by", STAFF, "--reason", "demandé par téléphone")
    assert given.run_command("restore-deposit", first.id, *words).exit_code == 0
    restored = given.piece_for_staff(SIGNED)
    told = ("status", "asked_again_for", "resubmit_until", "deposit")
    assert {name: restored[name] for name in told} == {name: asked[name] for name in told}
    assert given.listed_codes("status=none&deposited=true") == []
