"""Dates that move, by a manager or after an incident: what printed others gets an edition, each
concerned one mail."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from services.chassis.process.stopping import stopping_answered_by
from services.mail.mailer import MAILS
from services.registrations.domain.dossier import Dossier
from services.registrations.jobs import registry
from services.registrations.models import db
from services.registrations.operations import incidents, moved_dates
from services.registrations.operations.republication import publish_everything
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import (
    CandidateClient,
    Desk,
    change_dates,
    guide,
    load,
    titles_of_messages,
)
from tests.registrations.service.moved_dates import (
    INCIDENT,
    editions,
    follow_moved_dates,
    moves_as_read,
    told_to_documents,
)
from tests.support.service_worker import published, run_follow_ups, runner_of
from tests.support.smtp import Mailbox

MOVED = "Dates modifiées : BREVET DE TECHNICIEN SUPERIEUR"
LATER = at("2021-11-15 00:00")
LAST = at("2021-12-01 00:00")


def mails(app: Flask, mailbox: Mailbox) -> list[Any]:
    """Once the follow-ups were tried."""
    run_follow_ups(app, registry)
    return [mail for mail in mailbox.received if mail.subject == MOVED]


def test_moved_dates_are_printed_by_an_edition_and_told_once(
    sending: Flask, saved: str, mailbox: Mailbox
) -> None:
    before = told_to_documents(sending, saved)
    follow_moved_dates(sending, LATER)
    follow_moved_dates(sending)
    with sending.app_context():
        publish_everything()
    assert editions(sending) == [(1, 2, "2021-11-14")] * 2, "told again to who lost their copy"
    after = told_to_documents(sending, saved)
    assert (after.confirmation.return_by, after.edition) == ("2021-11-14", 2)
    assert {piece.deposit_closes for piece in after.pieces} == {"2021-11-14T23:00:00+00:00"}
    assert after.recap == before.recap
    for _ in range(2):
        [mail] = mails(sending, mailbox)
    assert "au dimanche 14 novembre 2021 23:59 (heure/Paris)" in mail.text
    assert "- Confirmation à renvoyer pour le dimanche 14 novembre 2021" in mail.text


def test_several_moves_before_the_mail_are_one_mail_of_the_newest(
    sending: Flask, saved: str, mailbox: Mailbox
) -> None:
    for end in (LATER, LAST):
        follow_moved_dates(sending, end)
    assert [edition for _, edition, _ in editions(sending)] == [2, 3]
    [mail] = mails(sending, mailbox)
    assert "30 novembre 2021" in mail.text
    follow_moved_dates(sending, LATER)
    assert len(mails(sending, mailbox)) == 2, "what moves afterwards is told again"


def test_dates_moved_back_in_time_are_printed_again_and_not_told(
    sending: Flask, saved: str, mailbox: Mailbox
) -> None:
    end = datetime.fromisoformat(told_to_documents(sending, saved).pieces[0].deposit_closes)
    follow_moved_dates(sending, LATER)
    follow_moved_dates(sending, end)
    assert [edition for _, edition, _ in editions(sending)] == [2, 3]
    assert mails(sending, mailbox) == []
    follow_moved_dates(sending, LATER)
    change_dates(sending, deposit_closes=end)
    follow_moved_dates(sending)
    assert len(editions(sending)) == 4, "moved back"
    change_dates(sending, deposit_closes=LATER)
    follow_moved_dates(sending, end)
    assert len(editions(sending)) == 4, "moved back before the job looked"


def test_what_prints_the_same_is_neither_edited_nor_told(
    sending: Flask, saved: str, mailbox: Mailbox
) -> None:
    opens = datetime.fromisoformat(told_to_documents(sending, saved).pieces[0].deposit_opens)
    follow_moved_dates(
        sending, closes=at("2021-10-26 12:00"), deposit_opens=opens.replace(minute=opens.minute + 1)
    )
    assert (editions(sending), mails(sending, mailbox)) == ([], [])


def test_a_version_saved_after_the_move_prints_it_and_an_ended_candidature_is_left(
    sending: Flask, saved: str, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    gone = other.registered()
    change_dates(sending, deposit_closes=LATER)
    candidate.save(candidate.modify(saved).json)
    other.withdraw(gone)
    follow_moved_dates(sending)
    assert (editions(sending), mails(sending, mailbox)) == ([], [])
    assert (
        told_to_documents(sending, saved).edition,
        told_to_documents(sending, saved).confirmation.return_by,
    ) == (
        1,
        "2021-11-14",
    )


def test_the_job_goes_on_where_it_was_stopped(
    sending: Flask, saved: str, other: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.registered()
    follow_moved_dates(sending)  # the openings that the catalogue has just dated
    monkeypatch.setattr(moved_dates, "PAGE", 1)
    change_dates(sending, deposit_closes=LATER)
    answers = iter([False, True])
    with stopping_answered_by(lambda: next(answers)):
        follow_moved_dates(sending)
    assert len(editions(sending)) == 1, "one page"
    follow_moved_dates(sending)
    assert len(published(sending, "registrations.dates_moved.v1")) == 2, "an event for each page"
    assert len(editions(sending)) == 2


def test_the_mail_of_a_save_does_not_wait_behind_those_of_moved_dates(
    sending: Flask, saved: str, other: CandidateClient, mailbox: Mailbox
) -> None:
    follow_moved_dates(sending, LATER)
    other.save(other.filled("03"))
    with sending.app_context():
        assert runner_of(sending, registry).run_once(MAILS)
    assert mailbox.received[-1].subject.startswith("Inscription enregistrée"), (
        "the first that its thread takes"
    )
    assert len(mails(sending, mailbox)) == 1


@pytest.mark.engines("postgresql")
def test_dates_do_not_move_while_a_version_is_saved_with_them(
    sending: Flask, saved: str, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the job might have passed by before the version is there."""
    tried = []

    def move(dossier: Dossier) -> None:
        with db.engine.connect() as other, pytest.raises(OperationalError):
            other.exec_driver_sql("SELECT id FROM openings FOR UPDATE NOWAIT")
        tried.append(dossier)

    draft = candidate.modify(saved).json
    monkeypatch.setattr(
        "services.registrations.operations.drafts.registration_form.refuse_incomplete", move
    )
    assert candidate.save(draft).status_code == 201
    assert len(tried) == 1


def test_a_demonstration_whose_dates_move_sends_no_mail(
    sending: Flask, saved: str, mailbox: Mailbox
) -> None:
    load(sending, guide(demonstration=True))
    follow_moved_dates(sending, LATER)
    assert editions(sending) == [(1, 2, "2021-11-14")]
    assert mails(sending, mailbox) == []


EVENING = at("2021-10-25 11:00")
CLOSED_BEFORE = replace(
    candidate_client.AMIENS, closes=at("2021-10-24 12:00"), deposit_closes=at("2021-10-24 12:00")
)
EXTENDED = "Inscriptions prolongées : BREVET DE TECHNICIEN SUPERIEUR"


def proposed(app: Flask, **others: Any) -> candidate_client.Answer:
    return Desk(app, scopes=["openings:manage"]).call(
        "POST", "/staff/incidents/preview", **{**INCIDENT, **others}
    )


def extend(
    app: Flask, openings: list[dict[str, Any]] | None = None, **others: Any
) -> candidate_client.Answer:
    """As it is proposed, unless these openings are given."""
    body = {
        **INCIDENT,
        **others,
        "openings": moves_as_read(proposed(app, **others).json) if openings is None else openings,
    }
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
    candidate_client.move_to(EVENING)
    return sending


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_cut_is_extended_and_told(
    evening: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    candidate.draft()
    other.registered()
    [opening] = [move["opening"] for move in proposed(evening).json]
    assert (opening["academie"], opening["drafts"], opening["candidatures"]) == ("03", 1, 1)
    assert extend(evening).status_code == 204
    event = published(evening, "registrations.window_changed.v1")[-1]["data"]
    assert (event["academie"], event["deposit_closes"]) == ("03", "2021-11-01T01:00:00+00:00")
    assert titles_of_messages(evening) == ["Prolongation"]


def test_it_is_applied_once_and_another_of_the_same_time_is_refused(evening: Flask) -> None:
    openings = moves_as_read(proposed(evening).json)
    for _ in range(2):
        assert extend(evening, openings).status_code == 204
    assert (
        extend(evening, openings, periods=["deposit", "registration", "deposit"]).status_code == 204
    )
    assert len(titles_of_messages(evening)) == 1
    for noted in (proposed(evening), extend(evening, openings, text="Autre texte")):
        assert (noted.status_code, "déjà noté" in noted.text) == (422, True)


def test_two_windows_that_note_it_at_once_apply_it_once(
    evening: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    openings = moves_as_read(proposed(evening).json)
    is_noted = incidents._is_noted
    looked = list[bool]()

    def first_window_is_not_seen(session: Any, incident: Any) -> bool:
        looked.append(is_noted(session, incident))
        return looked[-1] and len(looked) > 2

    monkeypatch.setattr(incidents, "_is_noted", first_window_is_not_seen)
    assert [extend(evening, openings).status_code for _ in range(2)] == [204, 204]
    assert (looked, len(titles_of_messages(evening))) == ([False, True, True], 1)


def test_dates_that_have_moved_since_they_were_read_refuse_it_whole(evening: Flask) -> None:
    openings = moves_as_read(proposed(evening).json)
    change_dates(evening, closes=at("2021-10-26 12:00"))
    assert extend(evening, openings).status_code == 412
    assert titles_of_messages(evening) == []
    assert extend(evening).status_code == 204, "nothing is noted of what was refused"


def test_what_cannot_be_is_refused(evening: Flask) -> None:
    for wrong, words in (
        ({"ends": INCIDENT["begins"]}, "La fin de l'incident doit suivre son début."),
        (
            {"begins": "2021-09-01T08:00:00+02:00", "ends": "2021-09-02T08:00:00+02:00"},
            "Aucune période",
        ),
        ({"periods": []}, "periods"),
        ({"periods": ["mails"]}, "periods"),
    ):
        refused = proposed(evening, **wrong)
        assert (refused.status_code, words in refused.text) == (422, True), refused.text
    [opening] = moves_as_read(proposed(evening).json)
    forward = {**opening, "closes": "2021-10-25T11:30:00+02:00"}
    for given, wrong, words in (
        (opening, {"ends": INCIDENT["begins"]}, "doit suivre"),
        (forward, {}, "avancée"),
    ):
        refused = extend(evening, [given], **wrong)
        assert (refused.status_code, words in refused.text) == (422, True)
    for path, body in (("/preview", INCIDENT), ("", {**INCIDENT, "openings": []})):
        assert Desk(evening).call("POST", f"/staff/incidents{path}", **body).status_code == 403


def test_the_exams_file_says_by_how_many_days(evening: Flask) -> None:
    load(evening, replace(guide(openings=(CLOSED_BEFORE, BESANCON)), extension_days=2))
    [move] = moves_as_read(proposed(evening).json)
    assert (move["closes"], move["deposit_closes"]) == (
        "2021-10-27T10:00:00+00:00",
        "2021-11-02T23:00:00+00:00",
    )


def test_who_has_a_draft_or_a_candidature_gets_one_mail_that_says_why(
    evening: Flask, candidate: CandidateClient, other: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    other.modify(other.registered())
    extend(evening)
    for _ in range(2):
        _work(evening)
    told = {
        mail.subject: (mail.recipients, INCIDENT["text"] in mail.text) for mail in mailbox.received
    }
    assert told == {
        EXTENDED: ([candidate.identity["email"]], True),
        MOVED: ([other.identity["email"]], True),
    }
    assert len(mailbox.received) == 2
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
    identity = {**candidate.identity, "email": "tard@example.org"}
    replace(
        candidate, id="late", identity=identity, received=EVENING + timedelta(minutes=5)
    ).draft()
    _work(evening)
    told = sorted(mail.recipients[0] for mail in mailbox.received)
    assert told == sorted([candidate.identity["email"], other.identity["email"]])


def test_dates_as_they_were_already_send_no_mail(
    evening: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.draft()
    extend(evening, periods=["deposit"])
    _work(evening)
    assert mailbox.received == [], "a draft deposits nothing"


def test_the_message_stays_until_the_last_end_that_was_moved(evening: Flask) -> None:
    extend(evening, periods=["registration"])
    for instant, shown in (
        (at("2021-10-25 13:59"), ["Prolongation"]),
        (at("2021-10-25 14:00"), []),
    ):
        candidate_client.move_to(instant)
        assert titles_of_messages(evening) == shown


def test_a_demonstration_tells_of_an_incident_too(
    evening: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    candidate.registered()
    load(evening, guide(openings=(CLOSED_BEFORE, BESANCON), demonstration=True))
    assert extend(evening).status_code == 204
    _work(evening)
    assert [mail.subject for mail in mailbox.received] == [MOVED]
