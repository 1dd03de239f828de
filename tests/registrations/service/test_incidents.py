"""An incident is noted once, with the periods that it extends, its message, and a mail to each whom it concerns."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services.registrations.jobs import registry
from services.registrations.operations import incidents
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service.candidate_client import (
    AMIENS,
    Answer,
    CandidateClient,
    Desk,
    change_dates,
    guide,
    load,
    move_to,
)
from tests.registrations.service.outbox import events_of
from tests.registrations.service.test_openings import messages
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

INCIDENT: dict[str, Any] = {
    "begins": "2021-10-25T08:00:00+02:00",
    "ends": "2021-10-25T10:00:00+02:00",
    "periods": ["registration", "deposit"],
    "title": "Prolongation",
    "text": "Le portail était indisponible le 25 octobre au matin.",
    "reason": "Panne de la base de données",
}


def read(moves: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As who read these moves sends them back."""
    return [
        {
            "id": move["opening"]["id"],
            "revision": move["opening"]["revision"],
            "closes": move["after"]["closes"],
            "deposit_closes": move["after"]["deposit_closes"],
        }
        for move in moves
    ]


EVENING = at("2021-10-25 11:00")
CLOSED_BEFORE = replace(AMIENS, closes=at("2021-10-24 12:00"), deposit_closes=at("2021-10-24 12:00"))
EXTENDED = "Inscriptions prolongées : BREVET DE TECHNICIEN SUPERIEUR"
MOVED = "Dates modifiées : BREVET DE TECHNICIEN SUPERIEUR"


def proposed(app: Flask, **others: Any) -> Answer:
    return Desk(app, scopes=["openings:manage"]).call("POST", "/staff/incidents/preview", **{**INCIDENT, **others})


def extend(app: Flask, openings: list[dict[str, Any]] | None = None, **others: Any) -> Answer:
    """As it is proposed, unless these openings are given."""
    body = {**INCIDENT, **others, "openings": read(proposed(app, **others).json) if openings is None else openings}
    return Desk(app, scopes=["openings:manage"]).call("POST", "/staff/incidents", **body)


def _work(app: Flask) -> None:
    with app.app_context():
        registry.jobs["follow-moved-dates"].run()
        registry.jobs["tell-of-extensions"].run()
    run_follow_ups(app, registry)


@pytest.fixture
def evening(sending: Flask) -> Flask:
    """The last hour of Besançon's registrations; those of Amiens have ended the day before."""
    load(sending, guide(openings=(CLOSED_BEFORE, BESANCON)))
    move_to(EVENING)
    return sending


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_cut_is_extended_in_one_act_and_pieces_and_the_home_page_are_told(
    evening: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    candidate.draft()
    other.registered()
    [move] = proposed(evening).json
    assert (move["opening"]["academie"], move["opening"]["drafts"], move["opening"]["candidatures"]) == ("03", 1, 1)
    assert extend(evening).status_code == 204
    event = events_of(evening, "registrations.window_changed.v1")[-1]["data"]
    assert (event["academie"], event["deposit_closes"]) == ("03", "2021-11-01T01:00:00+00:00")
    assert messages(evening) == ["Prolongation"]


def test_it_is_applied_once_and_another_of_the_same_time_is_refused(evening: Flask) -> None:
    openings = read(proposed(evening).json)
    for _ in range(2):
        assert extend(evening, openings).status_code == 204
    assert extend(evening, openings, periods=["deposit", "registration", "deposit"]).status_code == 204
    assert len(messages(evening)) == 1
    for noted in (proposed(evening), extend(evening, openings, text="Autre texte")):
        assert (noted.status_code, "déjà noté" in noted.text) == (422, True)


def test_two_windows_that_note_it_at_once_apply_it_once(evening: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    openings, is_noted, looked = read(proposed(evening).json), incidents._is_noted, list[bool]()

    def first_window_is_not_seen(session: Any, incident: Any) -> bool:
        looked.append(is_noted(session, incident))
        return looked[-1] and len(looked) > 2

    monkeypatch.setattr(incidents, "_is_noted", first_window_is_not_seen)
    assert [extend(evening, openings).status_code for _ in range(2)] == [204, 204]
    assert (looked, len(messages(evening))) == ([False, True, True], 1)


def test_dates_that_have_moved_since_they_were_read_refuse_it_whole(evening: Flask) -> None:
    openings = read(proposed(evening).json)
    change_dates(evening, closes=at("2021-10-26 12:00"))
    assert extend(evening, openings).status_code == 412
    assert messages(evening) == []
    assert extend(evening).status_code == 204, "nothing is noted of what was refused"


def test_what_cannot_be_is_refused(evening: Flask) -> None:
    for wrong, words in (
        ({"ends": INCIDENT["begins"]}, "La fin de l'incident doit suivre son début."),
        ({"begins": "2021-09-01T08:00:00+02:00", "ends": "2021-09-02T08:00:00+02:00"}, "Aucune période"),
        ({"periods": []}, "periods"),
        ({"periods": ["mails"]}, "periods"),
    ):
        refused = proposed(evening, **wrong)
        assert (refused.status_code, words in refused.text) == (422, True), refused.text
    [opening] = read(proposed(evening).json)
    forward = {**opening, "closes": "2021-10-25T11:30:00+02:00"}
    for openings, wrong, words in (
        ([opening], {"ends": INCIDENT["begins"]}, "doit suivre"),
        ([forward], {}, "avancée"),
    ):
        refused = extend(evening, openings, **wrong)
        assert (refused.status_code, words in refused.text) == (422, True)
    for path, body in (("/preview", INCIDENT), ("", {**INCIDENT, "openings": []})):
        assert Desk(evening).call("POST", f"/staff/incidents{path}", **body).status_code == 403


def test_the_exams_file_says_by_how_many_days(evening: Flask) -> None:
    load(evening, replace(guide(openings=(CLOSED_BEFORE, BESANCON)), extension_days=2))
    [move] = proposed(evening).json
    assert move["after"]["closes"] == "2021-10-27T10:00:00+00:00"
    assert move["after"]["deposit_closes"] == "2021-11-02T23:00:00+00:00"


def test_who_has_a_draft_or_a_candidature_gets_one_mail_that_says_why(
    evening: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    other.modify(other.registered())
    run_follow_ups(evening, registry)
    mailbox.received.clear()
    extend(evening)
    for _ in range(2):
        _work(evening)
    assert {mail.subject: mail.recipients for mail in mailbox.received} == {
        EXTENDED: [candidate.identity["email"]],
        MOVED: [other.identity["email"]],
    }
    assert len(mailbox.received) == 2
    assert all(INCIDENT["text"] in mail.text for mail in mailbox.received)
    assert any("ferme désormais le 25 octobre 2021 14:00" in mail.text for mail in mailbox.received)


def test_drafts_are_looked_at_page_by_page_those_begun_later_not_at_all(
    evening: Flask,
    candidate: CandidateClient,
    other: CandidateClient,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(incidents, "PAGE", 1)
    candidate.draft()
    other.draft()
    extend(evening)
    late = replace(candidate, id="late", identity={**candidate.identity, "email": "tard@example.org"})
    late.received = EVENING + timedelta(minutes=5)
    late.draft()
    _work(evening)
    told = sorted(mail.recipients[0] for mail in mailbox.received)
    assert told == sorted([candidate.identity["email"], other.identity["email"]])


def test_dates_that_were_already_as_they_are_given_send_no_mail(
    evening: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    extend(evening, periods=["deposit"])
    _work(evening)
    assert mailbox.received == [], "a draft deposits nothing"


def test_the_message_stays_until_the_last_end_that_was_moved(evening: Flask) -> None:
    extend(evening, periods=["registration"])
    for instant, shown in ((at("2021-10-25 13:59"), ["Prolongation"]), (at("2021-10-25 14:00"), [])):
        move_to(instant)
        assert messages(evening) == shown


def test_a_demonstration_tells_of_an_incident_too(evening: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    candidate.registered()
    run_follow_ups(evening, registry)
    mailbox.received.clear()
    load(evening, guide(openings=(CLOSED_BEFORE, BESANCON), demonstration=True))
    assert extend(evening).status_code == 204
    _work(evening)
    assert [mail.subject for mail in mailbox.received] == [MOVED]
