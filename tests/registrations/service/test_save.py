"""« Enregistrer »: one candidature and one number, however often and in however many windows at
once it is pressed."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.contracts.registrations import RegistrationSaved, RegistrationValidated
from services.contracts.session_options import ONLINE
from services.registrations.models import Draft, db
from services.registrations.operations import moved_dates
from services.registrations.queries.candidatures import newest_edition
from tests.registrations.domain.example_dossier import BESANCON, MOVED, at
from tests.registrations.service.candidate_client import (
    NOW,
    Answer,
    CandidateClient,
    as_service,
    guide,
    load,
)
from tests.registrations.service.moved_dates import editions, follow_moved_dates
from tests.registrations.service.online_validation import validate, what_is_validated
from tests.support import tokens
from tests.support.processes import wait_until
from tests.support.service_worker import published, somebody_waits

SECOND = timedelta(seconds=1)


def test_pressing_again_even_after_closing_answers_the_same_and_counts_once(
    candidate: CandidateClient,
) -> None:
    def saved(kind: str) -> float:
        labels = {"exam": "BTS", "session": "2022", "academie": "03", "kind": kind}
        return REGISTRY.get_sample_value("registrations_saved_total", labels) or 0

    before = saved("first"), saved("modification")
    draft = candidate.filled()
    first = candidate.save(draft)
    second = candidate.save(draft)
    candidate.received = BESANCON.closes + SECOND
    assert first.json == second.json == candidate.save(draft).json
    assert len(candidate.get("/candidatures")["candidatures"]) == 1
    assert (saved("first"), saved("modification")) == (before[0] + 1, before[1])
    candidate.received = NOW
    assert candidate.save(candidate.modify(first.json["candidature_id"]).json).status_code == 201
    assert (saved("first"), saved("modification")) == (before[0] + 1, before[1] + 1)


def test_an_incomplete_dossier_is_refused_with_every_reason_and_one_unread_as_well(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    answer = candidate.save(draft)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/dossier-incomplet")
    assert {tab["number"] for tab in answer.json["tabs"]} >= {2, 3, 4, 6}
    assert "#/nationalite" in {error["pointer"] for error in answer.json["errors"]}
    filled = candidate.filled()
    stale = candidate.save(filled, revision=filled["revision"] - 1)  # written in another window
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/brouillon-modifie")
    assert stale.json["revision"] == filled["revision"]


def test_the_window_is_half_open_to_the_second_and_what_was_typed_stays(
    candidate: CandidateClient,
) -> None:
    draft = candidate.filled()
    for instant in (BESANCON.opens - SECOND, BESANCON.closes):
        candidate.received = instant
        answer = candidate.save(draft)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/fenetre-fermee")
        assert answer.json["contact"]["email"] == "r@ac-besancon.fr"
    typed = candidate.write(draft, 2, MOVED)
    assert "2 rue du lac" in str(candidate.tab(draft, 2)["form"]), "written after closing"
    candidate.received = BESANCON.closes - SECOND
    assert candidate.save(draft, typed.json["revision"]).status_code == 201


def test_a_stamp_is_believed_from_the_gateway_only(candidate: CandidateClient) -> None:
    draft = candidate.filled()
    candidate.received = BESANCON.closes
    headers = tokens.bearer(tokens.candidate_token(candidate.id, client="tool"))
    body = {"revision": draft["revision"], "assertion": candidate.assertion}
    assert candidate.call("POST", f"/drafts/{draft['id']}/save", body, headers).status_code == 201


def test_a_second_candidature_of_the_session_is_refused_in_whatever_academie(
    candidate: CandidateClient,
) -> None:
    here = candidate.filled("03")
    there = candidate.filled("20")
    saved = candidate.save(here)
    assert saved.status_code == 201
    answer = candidate.save(there)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/candidature-existante")
    assert candidate.open("20").status_code == 200, "the draft is resumed, not lost"
    candidate.call("DELETE", f"/drafts/{there['id']}")
    begun = candidate.open("20")
    assert (begun.status_code, begun.json["candidature_id"]) == (409, saved.json["candidature_id"])


def test_an_identity_below_the_floor_is_refused(app: Flask, candidate: CandidateClient) -> None:
    draft = candidate.filled()
    floor = as_service(app, "accounts", "PUT", "/candidates/pierre/identity-floor", {"version": 2})
    assert floor.status_code == 204
    answer = candidate.save(draft)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/identite-perimee")
    candidate.identity = {**candidate.identity, "version": 2, "nom_famille": "DUPOND"}
    assert candidate.save(draft).status_code == 201


def test_once_a_candidature_was_saved_accounts_may_not_raise_the_floor(
    app: Flask, candidate: CandidateClient
) -> None:
    accounts = partial(as_service, app, "accounts")
    among = partial(accounts, "POST", "/candidates/engaged", {"ids": ["pierre", "marie"]})
    assert accounts("GET", "/candidates/pierre/engaged").json == {"engaged": False}
    assert accounts("PUT", "/candidates/marie/identity-floor", {"version": 2}).status_code == 204
    assert among().json == {"ids": []}
    candidate.withdraw(candidate.registered())
    assert accounts("GET", "/candidates/pierre/engaged").json == {"engaged": True}
    assert among().json == {"ids": ["pierre"]}
    floor = accounts("PUT", "/candidates/pierre/identity-floor", {"version": 2})
    assert (floor.status_code, floor.json["type"]) == (409, "/problems/candidature-existante")
    assert accounts("DELETE", "/candidates/pierre").status_code == 409


pytestmark = pytest.mark.engines("sqlite", "postgresql")

MANY = 8


def test_valider_and_enregistrer_in_many_windows_make_one_draft_and_one_candidature(
    candidate: CandidateClient,
) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        drafts = set(pool.map(lambda _: candidate.draft()["id"], range(MANY)))
        draft = candidate.filled()
        answers = list(pool.map(lambda _: candidate.save(draft), range(MANY)))
    assert drafts == {draft["id"]}
    assert [answer.status_code for answer in answers] == [201] * MANY
    assert len({answer.text for answer in answers}) == 1
    [tile] = candidate.get("/candidatures")["candidatures"]
    assert tile["numero_inscription"] == "001"


def test_many_candidates_at_once_get_as_many_numbers(app: Flask) -> None:
    people = [CandidateClient(app, f"candidate-{number}", tokens.DUBOIS) for number in range(MANY)]
    with ThreadPoolExecutor(MANY) as pool:
        numbers = list(pool.map(lambda person: person.draft()["numero_candidat"], people))
    assert sorted(numbers) == [f"02103{number:06d}" for number in range(1, MANY + 1)]


def test_of_many_windows_writing_at_once_one_is_kept_and_the_others_are_told(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()

    def write(number: int) -> int:
        return candidate.write(
            draft, 2, {"adresse": f"{number} rue du port"}, action="stay"
        ).status_code

    with ThreadPoolExecutor(MANY) as pool:
        assert sorted(pool.map(write, range(MANY))) == [200] + [409] * (MANY - 1)


@pytest.mark.engines("postgresql")  # SQLite lets nobody write meanwhile
def test_a_tab_waits_for_who_writes_its_draft_and_overwrites_nothing(
    app: Flask, candidate: CandidateClient
) -> None:
    draft = candidate.draft()
    with ThreadPoolExecutor(1) as pool, app.app_context(), db.operation() as transaction:
        transaction.get_one(Draft, draft["id"], with_for_update=True).revision += 1
        written = pool.submit(candidate.write, draft, 2, {"adresse": "1 rue du port"}, "stay")
        wait_until(lambda: written.done() or somebody_waits(db), 30, "the tab waits, or is written")
    assert written.result().status_code == 409


def test_a_withdrawal_and_a_modification_at_once_leave_one_story(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    draft = candidate.modify(saved).json
    with ThreadPoolExecutor(2) as pool:
        modified = pool.submit(candidate.save, draft)
        withdrawn = pool.submit(candidate.withdraw, saved)
    assert withdrawn.result().status_code == 204
    assert modified.result().status_code in (201, 404)
    saved_events = published(app, "registrations.registration_saved.v1")
    (ended,) = published(app, "registrations.registration_withdrawn.v1")
    assert ended["data"]["version"] > max(event["data"]["version"] for event in saved_events)


def test_a_validation_in_many_windows_is_one(app: Flask, candidate: CandidateClient) -> None:
    load(app, guide(validation=ONLINE))
    saved = candidate.registered()
    read = what_is_validated(candidate, saved)
    with ThreadPoolExecutor(MANY) as pool:
        answers = list(
            pool.map(lambda _: validate(candidate, saved, read).status_code, range(MANY))
        )
    assert answers == [204] * MANY
    assert len(published(app, RegistrationValidated.TYPE)) == 1


@pytest.mark.engines("postgresql")  # SQLite lets nobody write meanwhile
def test_a_validation_waits_for_dates_that_are_followed(
    app: Flask, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(app, guide(validation=ONLINE))
    saved = candidate.registered()
    follow_moved_dates(app)
    read = what_is_validated(candidate, saved)
    with ThreadPoolExecutor(1) as pool:
        validated: list[Future[Answer]] = []

        def read_while_it_is_validated(*given: Any) -> RegistrationSaved:
            newest = newest_edition(*given)
            validated.append(pool.submit(validate, candidate, saved, read))
            wait_until(
                lambda: validated[0].done() or somebody_waits(db),
                30,
                "the validation waits, or is done",
            )
            return newest

        monkeypatch.setattr(moved_dates, "newest_edition", read_while_it_is_validated)
        follow_moved_dates(app, at("2021-11-15 00:00"))
    assert validated[0].result().status_code == 204
    (event,) = published(app, RegistrationValidated.TYPE)
    assert (editions(app), event["data"]["edition"]["edition"]) == ([(1, 2, "2021-11-14")], 3)
