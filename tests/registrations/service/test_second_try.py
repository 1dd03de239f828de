"""What staff correct once registrations are closed: what its candidate validated stays validated
where it says the same, else the candidate has a dated second try."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from services.contracts.accounts import Identity, IdentityCorrected
from services.contracts.session_options import ONLINE
from services.registrations.jobs import registry
from services.registrations.models import Candidature
from tests.registrations.domain.example_dossier import ANSWERS, BESANCON, MOVED, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import CandidateClient, Desk, guide, load
from tests.registrations.service.corrected_identity import correct_identity
from tests.registrations.service.corrector import Corrector
from tests.registrations.service.moved_dates import follow_moved_dates, told_to_documents
from tests.registrations.service.online_validation import (
    status_and_type,
    validate,
    validation_state,
)
from tests.support import tokens
from tests.support.service_worker import deliver_event, run_follow_ups, stored
from tests.support.smtp import Mailbox

AFTER_CLOSING = at("2021-12-05 12:00")
SECOND_TRY_ENDS = at("2021-12-21 00:00")
IN_ISO = "2021-12-20T23:00:00+00:00"
VALIDATED_AT = "2021-10-05T10:00:00+00:00"


@pytest.fixture
def online(sending: Flask) -> Flask:
    load(sending, guide(validation=ONLINE))
    return sending


@pytest.fixture
def validated(online: Flask, candidate: CandidateClient) -> str:
    """Pierre's candidature, validated in time; registrations are closed since."""
    saved = candidate.registered()
    assert validate(candidate, saved).status_code == 204
    run_follow_ups(online, registry)
    come_to(candidate, AFTER_CLOSING)
    return saved


def come_to(candidate: CandidateClient, instant: datetime) -> None:
    candidate_client.move_to(instant)
    candidate.received = instant


def correct_address(app: Flask, candidature_id: str, values: dict[str, Any] = MOVED) -> None:
    desk = Corrector(app, candidature_id)
    desk.start()
    revision = desk.write(2, values).json["revision"]
    assert desk.save(revision).status_code == 201


def tile(candidate: CandidateClient) -> dict[str, Any]:
    [shown] = candidate.get("/candidatures")["candidatures"]
    return dict(shown)


def last_mail(app: Flask, mailbox: Mailbox) -> str:
    run_follow_ups(app, registry)
    return mailbox.received[-1].text.replace("\n", " ")


def test_a_correction_that_changes_what_was_validated_gives_a_second_try(
    online: Flask, candidate: CandidateClient, validated: str, mailbox: Mailbox
) -> None:
    correct_address(online, validated)
    shown = tile(candidate)
    assert (shown["validation"], shown["validatable"], shown["modifiable"]) == (
        "to_validate",
        True,
        False,
    )
    assert datetime.fromisoformat(shown["validate_until"]) == SECOND_TRY_ENDS
    assert told_to_documents(online, validated).validate_until == IN_ISO
    mail = last_mail(online, mailbox)
    assert "Ce que vous aviez certifié a changé" in mail
    assert "avant le lundi 20 décembre 2021 23:59" in mail
    candidate.received = SECOND_TRY_ENDS - timedelta(seconds=1)
    assert validate(candidate, validated).status_code == 204
    assert validation_state(candidate)[0] == "validated"


def test_a_corrected_identity_gives_a_second_try_too(
    online: Flask, candidate: CandidateClient, validated: str, mailbox: Mailbox
) -> None:
    correct_identity(online)
    assert tile(candidate)["validatable"]
    assert "avant le lundi 20 décembre 2021 23:59" in last_mail(online, mailbox)
    assert validate(candidate, validated).status_code == 204


def test_a_second_try_ends(online: Flask, candidate: CandidateClient, validated: str) -> None:
    correct_address(online, validated)
    come_to(candidate, SECOND_TRY_ENDS)
    assert not tile(candidate)["validatable"]
    assert status_and_type(validate(candidate, validated)) == (403, "fenetre-fermee")
    assert stored_ends(online) == [SECOND_TRY_ENDS]


def test_staff_read_until_when_the_candidate_may_validate_again(
    online: Flask, candidate: CandidateClient, validated: str
) -> None:
    correct_address(online, validated)
    assert ends_read_by_staff(online, validated) == [SECOND_TRY_ENDS, SECOND_TRY_ENDS]
    assert validate(candidate, validated).status_code == 204
    assert ends_read_by_staff(online, validated) == [None, None]


def ends_read_by_staff(app: Flask, candidature_id: str) -> list[datetime | None]:
    """The end of the second try, as the list says it and as the candidature's page does."""
    desk = Desk(app, "03")
    [listed] = desk.call("GET", "/staff/candidatures").json["candidatures"]
    opened = desk.call("GET", f"/staff/candidatures/{candidature_id}").json
    ends = [listed["validate_until"], opened["validate_until"]]
    return [datetime.fromisoformat(end) if end else None for end in ends]


def stored_ends(app: Flask) -> list[datetime | None]:
    return [row.validate_until for row in stored(app, select(Candidature))]


def test_what_says_the_same_stays_validated(
    online: Flask, candidate: CandidateClient, validated: str, mailbox: Mailbox
) -> None:
    correct_address(online, validated, ANSWERS["identification"])
    assert validation_state(candidate) == ("validated", VALIDATED_AT)
    mail = last_mail(online, mailbox)
    assert "Votre validation en ligne du 05/10/2021 à 12:00 (heure/Paris) reste valable" in mail
    same = Identity(**{**tokens.DUBOIS, "version": 5})
    deliver_event(online, registry, IdentityCorrected("pierre", same, "Vérifié"))
    now = told_to_documents(online, validated)
    assert (now.version, now.validated_at, now.validate_until) == (3, VALIDATED_AT, None)
    assert validation_state(candidate) == ("validated", VALIDATED_AT)


def test_what_a_correction_undoes_is_validated_again_by_its_candidate_alone(
    online: Flask, candidate: CandidateClient, validated: str
) -> None:
    """What was validated before counts for what it said: not for two corrections later."""
    correct_address(online, validated)
    come_to(candidate, AFTER_CLOSING + timedelta(days=2))
    correct_address(online, validated, ANSWERS["identification"])
    assert validation_state(candidate) == ("to_validate", None)
    [ends] = stored_ends(online)
    assert ends == SECOND_TRY_ENDS + timedelta(days=2)


def test_who_let_the_time_pass_gets_no_other(online: Flask, candidate: CandidateClient) -> None:
    """As on paper, where a confirmation that was never given is not asked for again."""
    saved = candidate.registered()
    come_to(candidate, AFTER_CLOSING)
    correct_address(online, saved)
    assert (tile(candidate)["validatable"], stored_ends(online)) == (False, [None])
    assert status_and_type(validate(candidate, saved)) == (403, "fenetre-fermee")


def test_a_second_try_never_ends_before_the_registrations(
    online: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    validate(candidate, saved)
    correct_address(online, saved)
    assert stored_ends(online) == [BESANCON.closes], "20 October would be earlier"
    follow_moved_dates(online, closes=BESANCON.closes + timedelta(days=3))
    shown = tile(candidate)
    assert shown["validate_until"] == shown["closes_at"]
    candidate.received = BESANCON.closes + timedelta(days=2)
    assert validate(candidate, saved).status_code == 204


def test_a_moved_end_prints_nothing_new_while_the_second_try_lasts_longer(
    online: Flask, candidate: CandidateClient, validated: str
) -> None:
    correct_address(online, validated)
    follow_moved_dates(online, closes=BESANCON.closes + timedelta(days=1))
    assert told_to_documents(online, validated).edition == 1


def test_a_second_try_outlives_the_candidates_own_modification_and_a_withdrawal(
    online: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    validate(candidate, saved)
    come_to(candidate, BESANCON.closes - timedelta(hours=1))
    correct_address(online, saved)
    [ends] = stored_ends(online)
    assert candidate.withdraw(saved).status_code == 204
    assert candidate.undo_withdrawal(saved).status_code == 204
    draft = candidate.modify(saved).json
    written = candidate.write(draft, 2, ANSWERS["identification"]).json
    assert candidate.save({**draft, **written}).status_code == 201
    assert stored_ends(online) == [ends]
    come_to(candidate, BESANCON.closes + timedelta(days=1))
    assert validate(candidate, saved).status_code == 204


def test_what_is_restored_with_another_identity_has_a_second_try(
    online: Flask, candidate: CandidateClient, validated: str, mailbox: Mailbox
) -> None:
    desk = Desk(online, "03")
    desk.end(validated, "ecart")
    correct_identity(online)
    desk.end(validated, "restoration")
    assert tile(candidate)["validatable"]
    assert "avant le lundi 20 décembre 2021 23:59" in last_mail(online, mailbox)
    assert validate(candidate, validated).status_code == 204


def test_the_reminder_says_the_date_of_the_second_try(
    online: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    load(online, guide(validation=ONLINE, draft_reminder_days=(1,)))
    saved = candidate.registered()
    validate(candidate, saved)
    come_to(candidate, BESANCON.closes - timedelta(days=2))
    correct_address(online, saved)
    run_follow_ups(online, registry)
    candidate_client.move_to(BESANCON.closes - timedelta(hours=1))
    with online.app_context():
        registry.jobs["remind-candidates"].run()
    candidate_client.move_to(BESANCON.closes + timedelta(hours=1))
    mail = last_mail(online, mailbox)
    assert "vous ne l'avez pas validée" in mail
    assert "avant le dimanche 7 novembre 2021 23:59" in mail or "07 novembre 2021 23:59" in mail
