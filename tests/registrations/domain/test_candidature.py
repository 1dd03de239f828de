"""What may become of a candidature, and what is refused of it."""

from dataclasses import replace

import pytest

from services.chassis.errors import Conflict, PreconditionFailed
from services.contracts.registration_rules import ACTIVE, TO_VALIDATE, VALIDATED, WITHDRAWN
from services.contracts.registrations import RegistrationSaved
from services.contracts.session_options import ONLINE, PAPER
from services.registrations.domain.candidature import CandidatureState
from services.registrations.domain.certification import Certification, ShownVersion, Validation
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.refusals import WindowClosed
from tests.documents.example_events import saved
from tests.registrations.domain.example_dossier import BESANCON, BTS, at

SESSION_CLOSES = at("2022-09-01 00:00")
LATER = SESSION_CLOSES
NOW = at("2021-10-20 12:00")
AFTER_THE_WINDOW = at("2021-12-05 12:00")
SAVED = CandidatureState(version=3, validation=TO_VALIDATE)
ENDED = SAVED.end(WITHDRAWN, NOW, "demande par courrier")
NEWEST: RegistrationSaved = saved(validation=ONLINE)
SHOWN = ShownVersion.of(NEWEST)
OPENING = OpeningView("opening", "0" * 64, BTS, BTS.sessions[0], BESANCON)


def test_a_candidature_ends_with_its_reason_and_its_version_stays() -> None:
    expected = replace(
        SAVED, state=WITHDRAWN, state_changed_at=NOW, end_reason="demande par courrier"
    )
    assert expected == ENDED


def test_an_ended_candidature_is_not_ended_again() -> None:
    with pytest.raises(Conflict) as refused:
        ENDED.end(WITHDRAWN, NOW)
    assert refused.value.extra == {"state": WITHDRAWN}


def test_a_restored_candidature_is_newer_than_its_end() -> None:
    restored = ENDED.restore(NOW, SESSION_CLOSES)
    assert restored.version == ENDED.number_of_end + 1
    assert restored.state == ACTIVE
    assert restored.end_reason is None


def test_nothing_is_restored_once_the_session_has_closed() -> None:
    with pytest.raises(Conflict):
        ENDED.restore(LATER, SESSION_CLOSES)


def test_a_candidate_adds_the_next_version() -> None:
    assert SAVED.add_version() == replace(SAVED, version=4)


def test_no_version_is_added_to_an_ended_candidature() -> None:
    with pytest.raises(Conflict):
        ENDED.add_version()


def test_staff_correct_after_the_window_and_until_the_session_closes() -> None:
    assert SAVED.correct(AFTER_THE_WINDOW, SESSION_CLOSES).version == 4
    with pytest.raises(Conflict):
        SAVED.correct(LATER, SESSION_CLOSES)


def test_staff_correct_no_candidature_that_has_ended() -> None:
    with pytest.raises(Conflict):
        ENDED.correct(NOW, SESSION_CLOSES)


def test_what_certifies_a_version_is_kept_of_those_that_are_validated_online() -> None:
    proof = Certification(Validation(NOW, "candidate:pierre", "0" * 64))
    assert SAVED.certify(proof, is_online=True).validation == VALIDATED
    assert SAVED.certify(Certification(), is_online=True).validation == TO_VALIDATE
    assert SAVED.certify(Certification(), is_online=False).validation is None


def test_a_candidate_validates_what_was_shown_while_the_window_is_open() -> None:
    assert SAVED.validate(NEWEST, SHOWN, OPENING, NOW).validation == VALIDATED


def test_what_is_validated_stays_so() -> None:
    validated = replace(NEWEST, validated_at="2021-10-06T10:00:00Z")
    assert SAVED.validate(validated, SHOWN, OPENING, AFTER_THE_WINDOW) is SAVED


def test_what_was_shown_otherwise_is_not_validated() -> None:
    with pytest.raises(PreconditionFailed):
        SAVED.validate(NEWEST, replace(SHOWN, digest="f" * 64), OPENING, NOW)


def test_a_paper_is_not_validated_online() -> None:
    with pytest.raises(Conflict):
        SAVED.validate(replace(NEWEST, validation=PAPER), SHOWN, OPENING, NOW)


def test_after_the_window_a_second_try_alone_lets_validate() -> None:
    with pytest.raises(WindowClosed):
        SAVED.validate(NEWEST, SHOWN, OPENING, AFTER_THE_WINDOW)
    given = replace(SAVED, validate_until=at("2021-12-21 00:00"))
    validated = given.validate(NEWEST, SHOWN, OPENING, AFTER_THE_WINDOW)
    assert validated == replace(SAVED, validation=VALIDATED)
