"""What other services are told, once more too, and what accounts tells: a new address, a corrected
civil status."""

import json
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import delete, select

from services.chassis.tasks.tables import tasks
from services.contracts import EVENTS
from services.contracts.accounts import EmailChanged
from services.contracts.registrations import (
    DataErased,
    DatesMoved,
    RegistrationValidated,
    WindowChanged,
)
from services.registrations.catalogue.contents import read_catalogue
from services.registrations.domain.exam_definition import Exam
from services.registrations.handlers import registry
from services.registrations.models import db, events
from services.registrations.operations.catalogue import load_catalogue
from services.registrations.operations.republication import publish_everything
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import GUIDE, CandidateClient, Desk, load
from tests.registrations.service.corrected_identity import CORRECTED, correct_identity
from tests.support.service_worker import deliver_event, published, run_follow_ups, stored
from tests.support.smtp import Mailbox


def test_a_corrected_identity_makes_a_version_after_closing_too(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    candidate_client.move_to(BESANCON.closes)
    for _ in range(2):  # told again, it makes no further version
        correct_identity(app)
    _, newest = published(app, "registrations.registration_saved.v1")
    told = newest["data"]
    assert (told["version"], told["reason"], told["identity"]) == (
        2,
        "Nom mal orthographié",
        CORRECTED,
    )
    assert "DUPOND" in str(told["recap"])
    assert candidate.get(f"/candidatures/{saved}")["version_label"] == "Version 02"


def test_a_corrected_identity_is_that_of_what_is_restored(app: Flask, saved: str) -> None:
    desk = Desk(app, "03")
    desk.end(saved, "ecart")
    correct_identity(app)
    desk.end(saved, "restoration")
    assert desk.names() == ["DUPOND Pierre"]
    versions = published(app, "registrations.registration_saved.v1")
    signed = [
        [piece["code"] for piece in event["data"]["pieces"] if piece["proves_version"]]
        for event in versions
    ]
    assert signed == [["CINSIG03"]] * 2, "under another name it is signed again"


def test_an_assertion_from_before_does_not_bring_the_old_name_back(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    draft = candidate.modify(saved).json
    correct_identity(app)
    assert candidate.modify(saved).json["type"] == "/problems/identite-perimee"
    candidate.identity = CORRECTED
    assert candidate.modify(saved).json["id"] == draft["id"], "what was typed goes on"
    assert candidate.save(draft).json["version"] == 3


def test_a_modification_is_told_by_mail_to_the_newest_address(
    sending: Flask, candidate: CandidateClient, saved: str, mailbox: Mailbox
) -> None:
    for version, email in ((3, "new@example.org"), (2, "old@example.org")):
        deliver_event(sending, registry, EmailChanged("pierre", version, email))
    candidate.save(candidate.modify(saved).json)
    [follow_up] = stored(
        sending, select(tasks.c.envelope).where(tasks.c.handler == "send_modification_mail")
    )
    assert run_follow_ups(sending, registry) == []
    (mail,) = mailbox.received
    assert json.loads(follow_up)["id"] in mail.message["Message-ID"], (
        "the same one if it is sent twice"
    )
    assert mail.subject == "Modification d'inscription : BREVET DE TECHNICIEN SUPERIEUR"
    assert ("02103000001" in mail.text, "Version : 2" in mail.text) == (True, True)
    newest = published(sending, "registrations.registration_saved.v1")[-1]["data"]
    assert mail.recipients == [newest["identity"]["email"]] == ["new@example.org"]


def test_a_deleted_account_leaves_no_text_behind(app: Flask, candidate: CandidateClient) -> None:
    draft = candidate.draft()
    candidate.write(draft, 2, {"adresse": "1 rue du port"}, action="stay")
    assert (
        candidate_client.as_service(app, "accounts", "DELETE", "/candidates/pierre").status_code
        == 204
    )
    assert candidate.call("GET", f"/drafts/{draft['id']}").status_code == 404
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT email FROM candidates").scalar() is None
    correct_identity(app)  # of somebody unknown here: no trouble
    assert candidate_client.follow_ups_of(app) == []


def _published(app: Flask) -> list[tuple[str, int, str]]:
    return [
        (event["type"].split(".")[1], event["data"]["version"], event["data"]["candidature_id"])
        for event in published(app)
        if event["type"] != WindowChanged.TYPE
    ]


def test_versions_and_ends_are_told_once_more(
    app: Flask, candidate: CandidateClient, other: CandidateClient
) -> None:
    for person in (candidate, other):
        saved = person.registered()
        assert person.save(person.modify(saved).json).status_code == 201
    other.withdraw(saved)
    before = _published(app)
    saves = [("registration_saved", 1), ("registration_saved", 2)] * 2
    assert [(name, version) for name, version, _ in before] == [
        *saves,
        ("registration_withdrawn", 3),
    ]
    with app.app_context(), db.operation() as transaction:
        transaction.execute(delete(events.Outbox))  # as it is after RETENTION
    output = app.test_cli_runner().invoke(args=["publish-candidatures"]).output
    assert output == "2 candidature(s) publiée(s) de nouveau\n"
    assert sorted(_published(app), key=str) == sorted(before, key=str)


def declaring(exam: Exam) -> Exam:
    """The exam with a type of document of its own."""
    return replace(
        exam, document_types={**exam.document_types, "attestation": "Attestation de réussite"}
    )


def declared(app: Flask) -> list[list[str]]:
    """The labels of each event."""
    events = published(app, "registrations.documents_declared.v1")
    return [[item["label"] for item in event["data"]["documents"]] for event in events]


def test_documents_of_its_own_are_told_at_each_load_and_their_end_once(app: Flask) -> None:
    assert declared(app) == [], "nothing but the guide's types"
    load(app, declaring(GUIDE))
    with app.app_context():
        publish_everything()  # to a service that lost its copy
    assert declared(app) == [["Attestation de réussite"]] * 2
    load(app, GUIDE, GUIDE)
    assert declared(app) == [["Attestation de réussite"]] * 2 + [[]]


CATALOGUE = Path(__file__).parents[3] / "catalogue"
SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
CANDIDATURE = "0123456789abcdef0123456789abcdef"  # ids are random: samples show this one


def test_the_guides_candidate_has_no_forms_and_may_take_a_concours(
    app: Flask, candidate: CandidateClient
) -> None:
    with app.app_context():
        delivered = replace(read_catalogue(CATALOGUE, candidate_client.NOW), files={})
        load_catalogue(delivered, actor=candidate_client.OPERATOR, at=candidate_client.NOW)
    forms = candidate.get(f"/candidatures/{candidate.registered()}/forms")
    assert forms == {
        "sentence": "Actuellement, cette section n'est pas utilisée dans le cadre du BTS.",
        "forms": [],
    }
    picked = "domaine=Concours&exam=CAPTRANS"
    for name in ("session", "academie"):
        picked += f"&{name}={candidate_client.choices(app, picked)['next']['choices'][0]['value']}"
    opening = candidate_client.choices(app, picked)["information"]["opening_id"]
    concours = candidate.call(
        "POST", "/drafts", {"opening_id": opening, "assertion": candidate.assertion}
    )
    assert concours.status_code == 201


def test_the_delivered_catalogue_leads_to_what_samples_show(
    app: Flask, candidate: CandidateClient
) -> None:
    """A registration, a date that a manager moves, a withdrawal, and a catalogue that declares a
    document."""
    delivered = read_catalogue(CATALOGUE, candidate_client.NOW)
    with app.app_context():
        load_catalogue(
            replace(delivered, files={}), actor=candidate_client.OPERATOR, at=candidate_client.NOW
        )
    saved = candidate.registered()
    candidate_client.change_dates(app, deposit_closes=at("2021-11-15 00:00"))
    load(app, *(declaring(exam) for exam in delivered.exams if exam.code == "BTS"))
    candidate.withdraw(saved)
    elsewhere = (
        DatesMoved,
        RegistrationValidated,
        DataErased,
    )  # test_moved_dates, test_validation, tests/retention
    for event in EVENTS:
        if event.TYPE.startswith("registrations.") and event not in elsewhere:
            told = json.dumps(published(app, event.TYPE)[-1]["data"]).replace(saved, CANDIDATURE)
            sample = json.loads((SAMPLES / f"{event.TYPE}.json").read_text(encoding="utf-8"))
            assert json.loads(told) == sample, event.TYPE
            assert event.from_data(sample), event.TYPE
