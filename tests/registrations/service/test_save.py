"""« Enregistrer »: one candidature and one number, whatever is pressed and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.registrations.models import db
from services.registrations.operations.openings import NewDates, change_window
from tests.registrations.domain.example_dossier import BESANCON
from tests.registrations.service.candidate_client import NOW, OPERATOR, Answer, CandidateClient
from tests.registrations.service.outbox import events_of
from tests.support import tokens

SECOND = timedelta(seconds=1)


def test_a_saved_dossier_is_acknowledged_in_the_words_of_the_guide(candidate: CandidateClient) -> None:
    acknowledgement = candidate.registered()
    assert acknowledgement["saved_sentence"] == "Votre inscription a bien été prise en compte le 05/10/2021 à 12:00."
    assert acknowledgement["numero_candidat"] == "02103000001"
    assert acknowledgement["numero_inscription"] == "001"
    assert acknowledgement["closes_sentence"].endswith("avant la fermeture du service fixée le : 25/10/2021 à 12:00.")
    assert acknowledgement["contact"]["lines"] == ["1 chemin de l'olivier", "25000 BESANCON"]
    assert acknowledgement["documents"][0] == "Le récapitulatif d'inscription"


def test_pressing_twice_answers_the_same(candidate: CandidateClient) -> None:
    draft = candidate.fill(candidate.draft())
    first, second = candidate.save(draft), candidate.save(draft)
    assert first.json == second.json
    assert len(candidate.get("/candidatures")["candidatures"]) == 1


def test_saves_are_counted_by_session_and_academie_once_each(candidate: CandidateClient) -> None:
    def saved(kind: str) -> float:
        labels = {"exam": "BTS", "session": "2022", "academie": "03", "kind": kind}
        return REGISTRY.get_sample_value("registrations_saved_total", labels) or 0

    before = [saved("first"), saved("modification")]
    draft = candidate.fill(candidate.draft())
    for _ in range(2):
        assert candidate.save(draft).status_code == 201
    assert [saved("first"), saved("modification")] == [before[0] + 1, before[1]]
    modification = candidate.modify(candidate.get("/candidatures")["candidatures"][0]["id"]).json
    assert candidate.save(modification).status_code == 201
    assert [saved("first"), saved("modification")] == [before[0] + 1, before[1] + 1]


def test_a_repeat_after_closing_still_answers_what_was_saved(candidate: CandidateClient) -> None:
    draft = candidate.fill(candidate.draft())
    first = candidate.save(draft)
    candidate.received = BESANCON.closes + SECOND
    assert candidate.save(draft).json == first.json


def test_twenty_saves_at_once_make_one_candidature_with_one_number(candidate: CandidateClient) -> None:
    draft = candidate.fill(candidate.draft())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: candidate.save(draft), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    tiles = candidate.get("/candidatures")["candidatures"]
    assert [tile["numero_inscription"] for tile in tiles] == ["001"]


def test_twenty_candidates_at_once_get_twenty_numbers(app: Flask) -> None:
    people = [CandidateClient(app, f"candidate-{number}", tokens.DUBOIS) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(lambda person: person.draft()["numero_candidat"], people))
    assert sorted(numbers) == [f"02103{number:06d}" for number in range(1, 21)]


def test_valider_pressed_in_ten_windows_opens_one_draft(candidate: CandidateClient) -> None:
    with ThreadPoolExecutor(10) as pool:
        drafts = list(pool.map(lambda _: candidate.draft()["id"], range(10)))
    assert len(set(drafts)) == 1


def test_of_ten_windows_writing_at_once_one_is_kept_and_nine_are_told(candidate: CandidateClient) -> None:
    draft = candidate.draft()

    def write(number: int) -> int:
        return candidate.write(draft, 2, {"adresse": f"{number} rue du port"}, action="stay").status_code

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(write, range(10))) == [200] + [409] * 9


def test_a_withdrawal_and_a_modification_at_once_leave_one_story(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.modify(saved["candidature_id"]).json
    with ThreadPoolExecutor(2) as pool:
        modified = pool.submit(candidate.save, draft)
        withdrawn = pool.submit(candidate.withdraw, saved["candidature_id"])
    assert withdrawn.result().status_code == 204
    assert modified.result().status_code in (201, 404)
    saved_events = events_of(app, "registrations.registration_saved.v1")
    (ended,) = events_of(app, "registrations.registration_withdrawn.v1")
    assert ended["data"]["version"] > max(event["data"]["version"] for event in saved_events)


def test_an_incomplete_dossier_is_refused_with_every_reason_and_its_tabs(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    answer = candidate.save(draft)
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/dossier-incomplet"
    assert {tab["number"] for tab in answer.json["tabs"]} >= {2, 3, 4, 6}
    assert "#/nationalite" in {error["pointer"] for error in answer.json["errors"]}


@pytest.mark.parametrize(
    ("instant", "status"),
    [
        (BESANCON.opens - SECOND, 403),
        (BESANCON.opens, 201),
        (BESANCON.opens + SECOND, 201),
        (BESANCON.closes - SECOND, 201),
        (BESANCON.closes, 403),
        (BESANCON.closes + SECOND, 403),
    ],
)
def test_the_window_is_half_open_to_the_second(candidate: CandidateClient, instant: datetime, status: int) -> None:
    draft = candidate.fill(candidate.draft())
    candidate.received = instant
    answer = candidate.save(draft)
    assert answer.status_code == status
    if status == 403:
        assert answer.json["type"] == "/problems/fenetre-fermee"
        assert answer.json["contact"]["email"] == "r@ac-besancon.fr"


# On these nights 02:30 comes never, or twice: the window closes at one instant all the same.
@pytest.mark.parametrize(
    ("closes", "last", "first_refused"),
    [
        ("2022-03-27T03:30:00+02:00", "2022-03-27T01:29:59+00:00", "2022-03-27T01:30:00+00:00"),
        ("2021-10-31T02:30:00+02:00", "2021-10-31T00:29:59+00:00", "2021-10-31T00:30:00+00:00"),
        ("2021-10-31T02:30:00+01:00", "2021-10-31T01:29:59+00:00", "2021-10-31T01:30:00+00:00"),
    ],
)
def test_the_nights_when_clocks_change_close_at_one_instant(
    app: Flask, candidate: CandidateClient, other: CandidateClient, closes: str, last: str, first_refused: str
) -> None:
    drafts = {person.id: person.fill(person.draft()) for person in (candidate, other)}
    with app.app_context():
        change_window(
            "BTS", "2022", "03", NewDates(closes=datetime.fromisoformat(closes)), reason="nuit", actor=OPERATOR, at=NOW
        )
    candidate.received = datetime.fromisoformat(first_refused)
    assert candidate.save(drafts[candidate.id]).status_code == 403
    other.received = datetime.fromisoformat(last)
    assert other.save(drafts[other.id]).status_code == 201


def test_what_is_typed_after_closing_stays_and_only_the_save_is_refused(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    candidate.received = BESANCON.closes + timedelta(days=1)
    draft = candidate.fill(draft)
    assert candidate.save(draft).status_code == 403
    tab = candidate.get(f"/drafts/{draft['id']}/tabs/2")
    assert "1 rue du port" in str(tab["form"])


def test_a_stamp_is_believed_from_the_gateway_only(app: Flask, candidate: CandidateClient) -> None:
    draft = candidate.fill(candidate.draft())
    headers = {
        **tokens.bearer(tokens.candidate_token(candidate.id, client="tool")),
        "X-Received-At": BESANCON.closes.isoformat(),
    }
    body = {"revision": draft["revision"], "assertion": candidate.assertion}
    answer = app.test_client().post(f"/v1/drafts/{draft['id']}/save", json=body, headers=headers)
    assert answer.status_code == 201


def test_a_second_candidature_of_the_session_is_refused_in_whatever_academie(candidate: CandidateClient) -> None:
    here, there = candidate.fill(candidate.draft("03")), candidate.fill(candidate.draft("20"))
    assert candidate.save(here).status_code == 201
    answer = candidate.save(there)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/candidature-existante")
    assert candidate.open("20").status_code == 200, "the draft is resumed, not lost"


def test_an_active_candidature_keeps_another_draft_from_being_begun(candidate: CandidateClient) -> None:
    saved = candidate.registered()
    answer = candidate.open("20")
    assert answer.status_code == 409
    assert answer.json["candidature_id"] == saved["candidature_id"]


def test_an_identity_below_the_floor_is_refused_until_it_is_fetched_anew(
    app: Flask, candidate: CandidateClient
) -> None:
    draft = candidate.fill(candidate.draft())
    accounts = tokens.bearer(tokens.service_token("accounts"))
    floor = app.test_client().put("/v1/candidates/pierre/identity-floor", json={"version": 2}, headers=accounts)
    assert floor.status_code == 204
    answer = candidate.save(draft)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/identite-perimee")
    candidate.identity = {**candidate.identity, "version": 2, "nom_famille": "DUPOND"}
    assert candidate.save(draft).status_code == 201


def test_once_a_candidature_was_saved_accounts_may_not_raise_the_floor(app: Flask, candidate: CandidateClient) -> None:
    accounts = tokens.bearer(tokens.service_token("accounts"))
    client = app.test_client()
    assert client.get("/v1/candidates/pierre/engaged", headers=accounts).json == {"engaged": False}
    saved = candidate.registered()
    candidate.withdraw(saved["candidature_id"])
    assert client.get("/v1/candidates/pierre/engaged", headers=accounts).json == {"engaged": True}
    floor = Answer.of(client.put("/v1/candidates/pierre/identity-floor", json={"version": 2}, headers=accounts))
    assert (floor.status_code, floor.json["type"]) == (409, "/problems/candidature-existante")
    assert client.delete("/v1/candidates/pierre", headers=accounts).status_code == 409


def test_a_draft_written_in_another_window_is_not_saved_unread(candidate: CandidateClient) -> None:
    draft = candidate.fill(candidate.draft())
    stale = candidate.save(draft, revision=draft["revision"] - 1)
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/brouillon-modifie")
    assert stale.json["revision"] == draft["revision"]


def test_every_save_leaves_a_trace_that_cannot_be_changed(app: Flask, candidate: CandidateClient) -> None:
    candidate.registered()
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT action, actor FROM audit").fetchall()
        assert ("candidature.saved", "pierre") in [tuple(row) for row in rows]
        with pytest.raises(Exception, match="only ever added"):
            connection.exec_driver_sql("DELETE FROM audit")
