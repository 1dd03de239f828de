"""What certifies a version online, after each kind of change."""

from dataclasses import replace

from services.contracts.registrations import RegistrationSaved
from services.contracts.session_options import ONLINE, PAPER
from services.registrations.domain.certification import (
    Certification,
    Validation,
    after_correction,
    after_modification,
    second_try_until,
)
from tests.documents.example_events import saved
from tests.registrations.domain.example_dossier import BESANCON, at

VALIDATED = Certification(Validation(at("2021-10-06 12:00"), "candidate:pierre", "0" * 64))
GIVEN = Certification(validate_until=at("2021-11-21 00:00"))
NOTHING = Certification()
CORRECTED_AT = at("2021-12-05 12:00")
FIRST: RegistrationSaved = saved(validation=ONLINE)
SAME = replace(FIRST, version=2)
OTHER = replace(SAME, recap=())


def test_a_second_try_lasts_fifteen_whole_days_and_never_less_than_the_registrations() -> None:
    assert second_try_until(BESANCON.closes, CORRECTED_AT) == at("2021-12-21 00:00")
    assert second_try_until(BESANCON.closes, at("2021-10-05 12:00")) == BESANCON.closes
    assert second_try_until(BESANCON.closes, at("2021-10-20 12:00")) == at("2021-11-05 00:00")


def test_a_correction_keeps_what_still_says_the_same_and_asks_again_for_the_rest() -> None:
    again = Certification(validate_until=at("2021-12-21 00:00"))
    assert after_correction(VALIDATED, FIRST, SAME, CORRECTED_AT) == VALIDATED
    assert after_correction(VALIDATED, FIRST, OTHER, CORRECTED_AT) == again
    assert after_correction(GIVEN, FIRST, SAME, CORRECTED_AT) == again
    assert after_correction(NOTHING, FIRST, OTHER, CORRECTED_AT) == NOTHING


def test_who_signed_a_paper_that_is_not_asked_for_any_more_can_validate() -> None:
    on_paper = replace(FIRST, validation=PAPER)
    given = after_correction(NOTHING, on_paper, OTHER, CORRECTED_AT)
    assert given.validate_until == at("2021-12-21 00:00")
    assert after_correction(VALIDATED, FIRST, on_paper, CORRECTED_AT) == NOTHING


def test_the_candidates_own_modification_is_validated_anew_until_the_end_once_given() -> None:
    assert after_modification(VALIDATED, SAME) == NOTHING
    assert after_modification(GIVEN, SAME) == GIVEN
    assert after_modification(GIVEN, replace(SAME, validation=PAPER)) == NOTHING
