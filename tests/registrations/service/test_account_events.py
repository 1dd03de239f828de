"""Events of accounts: a new address, a corrected civil status; and the mails that follow."""

from flask import Flask

from services.contracts.accounts import EmailChanged, Identity, IdentityCorrected
from services.registrations.handlers import registry
from services.registrations.models import db
from services.registrations.operations.candidates import renew_email
from services.registrations.operations.candidatures import correct_identity
from tests.registrations.domain.example_dossier import BESANCON
from tests.registrations.service.candidate_client import CandidateClient, as_service, move_to
from tests.registrations.service.outbox import events_of, follow_ups, follow_ups_of
from tests.support import tokens
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox

CORRECTED = Identity(**{**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"})


def correct(app: Flask) -> None:
    with app.app_context(), db.operation() as session:
        correct_identity(session, IdentityCorrected("pierre", CORRECTED, "Nom mal orthographié"))


def change_email(app: Flask, email: str, version: int) -> None:
    with app.app_context(), db.operation() as session:
        renew_email(session, EmailChanged("pierre", version, email))


def test_a_corrected_identity_makes_a_version_after_closing_too(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    move_to(BESANCON.closes)
    for _ in range(2):  # told again, it makes no further version
        correct(app)
    _, newest = events_of(app, "registrations.registration_saved.v1")
    assert (newest["data"]["version"], newest["data"]["reason"]) == (2, "Nom mal orthographié")
    assert newest["data"]["identity"]["nom_famille"] == "DUPOND"
    assert "DUPOND" in str(newest["data"]["recap"])
    assert candidate.get(f"/candidatures/{saved}")["version_label"] == "Version 02"


def test_an_assertion_from_before_does_not_bring_the_old_name_back(app: Flask, candidate: CandidateClient) -> None:
    saved = candidate.registered()
    draft = candidate.modify(saved).json
    correct(app)
    assert candidate.modify(saved).json["type"] == "/problems/identite-perimee"
    candidate.identity = {**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"}
    assert candidate.modify(saved).json["id"] == draft["id"], "what was typed goes on"
    assert candidate.save(draft).json["version"] == 3


def test_a_modification_is_told_by_mail_to_the_newest_address(
    sending: Flask, candidate: CandidateClient, saved: str, mailbox: Mailbox
) -> None:
    change_email(sending, "new@example.org", 3)
    change_email(sending, "old@example.org", 2)
    candidate.save(candidate.modify(saved).json)
    (follow_up,) = follow_ups(sending)
    assert run_follow_ups(sending, registry) == []
    (mail,) = mailbox.received
    assert follow_up["id"] in mail.message["Message-ID"], "the same one if it is sent twice"
    assert mail.subject == "Modification d'inscription : BREVET DE TECHNICIEN SUPERIEUR"
    assert mail.recipients == ["new@example.org"]
    assert ("02103000001" in mail.text, "Version : 2" in mail.text) == (True, True)
    newest = events_of(sending, "registrations.registration_saved.v1")[-1]["data"]
    assert newest["identity"]["email"] == "new@example.org"


def test_a_deleted_account_leaves_no_text_behind(app: Flask, candidate: CandidateClient) -> None:
    draft = candidate.draft()
    candidate.write(draft, 2, {"adresse": "1 rue du port"}, action="stay")
    assert as_service(app, "accounts", "DELETE", "/candidates/pierre").status_code == 204
    assert candidate.call("GET", f"/drafts/{draft['id']}").status_code == 404
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT email FROM candidates").scalar() is None
    correct(app)  # of somebody unknown here: no trouble
    assert follow_ups_of(app) == []
