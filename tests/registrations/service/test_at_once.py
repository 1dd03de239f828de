"""What several windows or candidates do at the same time: one candidature, one number each, one story."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from services.contracts.registrations import RegistrationSaved, RegistrationValidated
from services.contracts.session_options import ONLINE
from services.registrations.models import db
from services.registrations.operations import moved_dates
from services.registrations.queries.candidatures import newest_edition
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import Answer, CandidateClient, guide, load
from tests.registrations.service.outbox import events_of
from tests.registrations.service.test_moved_dates import editions, follow
from tests.registrations.service.test_validation import shown, validate
from tests.support import tokens
from tests.support.processes import wait_until
from tests.support.service_worker import somebody_waits

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MANY = 8


def test_many_saves_at_once_make_one_candidature_with_one_number(candidate: CandidateClient) -> None:
    draft = candidate.filled()
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda _: candidate.save(draft), range(MANY)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    tiles = candidate.get("/candidatures")["candidatures"]
    assert [tile["numero_inscription"] for tile in tiles] == ["001"]


def test_many_candidates_at_once_get_as_many_numbers(app: Flask) -> None:
    people = [CandidateClient(app, f"candidate-{number}", tokens.DUBOIS) for number in range(MANY)]
    with ThreadPoolExecutor(MANY) as pool:
        numbers = list(pool.map(lambda person: person.draft()["numero_candidat"], people))
    assert sorted(numbers) == [f"02103{number:06d}" for number in range(1, MANY + 1)]


def test_valider_pressed_in_many_windows_opens_one_draft(candidate: CandidateClient) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        drafts = list(pool.map(lambda _: candidate.draft()["id"], range(MANY)))
    assert len(set(drafts)) == 1


def test_of_many_windows_writing_at_once_one_is_kept_and_the_others_are_told(candidate: CandidateClient) -> None:
    draft = candidate.draft()

    def write(number: int) -> int:
        return candidate.write(draft, 2, {"adresse": f"{number} rue du port"}, action="stay").status_code

    with ThreadPoolExecutor(MANY) as pool:
        assert sorted(pool.map(write, range(MANY))) == [200] + [409] * (MANY - 1)


def test_a_withdrawal_and_a_modification_at_once_leave_one_story(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.modify(saved).json
    with ThreadPoolExecutor(2) as pool:
        modified = pool.submit(candidate.save, draft)
        withdrawn = pool.submit(candidate.withdraw, saved)
    assert withdrawn.result().status_code == 204
    assert modified.result().status_code in (201, 404)
    saved_events = events_of(app, "registrations.registration_saved.v1")
    (ended,) = events_of(app, "registrations.registration_withdrawn.v1")
    assert ended["data"]["version"] > max(event["data"]["version"] for event in saved_events)


def test_a_validation_in_many_windows_is_one(app: Flask, candidate: CandidateClient) -> None:
    saved = _registered_online(app, candidate)
    read = shown(candidate, saved)
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda _: validate(candidate, saved, read).status_code, range(MANY)))
    assert answers == [204] * MANY
    assert len(events_of(app, RegistrationValidated.TYPE)) == 1


@pytest.mark.engines("postgresql")  # SQLite lets nobody write meanwhile
def test_a_validation_waits_for_dates_that_are_followed(
    app: Flask, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = _registered_online(app, candidate)
    follow(app)
    read = shown(candidate, saved)
    with ThreadPoolExecutor(1) as pool:
        validated: list[Future[Answer]] = []

        def read_while_it_is_validated(*given: Any) -> RegistrationSaved:
            newest = newest_edition(*given)
            validated.append(pool.submit(validate, candidate, saved, read))
            wait_until(lambda: validated[0].done() or somebody_waits(db), 30, "the validation waits, or is done")
            return newest

        monkeypatch.setattr(moved_dates, "newest_edition", read_while_it_is_validated)
        follow(app, at("2021-11-15 00:00"))
    assert validated[0].result().status_code == 204
    (event,) = events_of(app, RegistrationValidated.TYPE)
    assert (editions(app), event["data"]["edition"]["edition"]) == ([(1, 2, "2021-11-14")], 3)


def _registered_online(app: Flask, candidate: CandidateClient) -> str:
    load(app, guide(validation=ONLINE))
    return candidate.registered()
