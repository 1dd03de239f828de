"""Mails about missing and refused pieces: one for each event, whatever the mail server did, and none out of date."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.chassis import clock
from services.contracts.pieces import PiecesRefused, PiecesReminded
from services.contracts.reminder_rules import HOUR
from services.registrations.follow_ups import registry
from services.registrations.models import db
from tests.registrations.domain.example_dossier import at
from tests.registrations.service.candidate_client import CandidateClient
from tests.support.service_worker import deliver_event, run_follow_ups
from tests.support.smtp import Mailbox

pytestmark = pytest.mark.engines("sqlite")

SAMPLES = Path(__file__).parents[2] / "contracts" / "samples"
REMINDED = at(f"2021-10-24 {HOUR:02}:00")
SUBJECT = "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR"


def _data(type: str, candidature_id: str) -> dict[str, Any]:
    text = (SAMPLES / f"{type}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text.replace("0123456789abcdef0123456789abcdef", candidature_id))
    return data


def _reminded(candidature_id: str) -> PiecesReminded:
    return PiecesReminded.from_data(_data(PiecesReminded.TYPE, candidature_id))


def _move_to(instant: datetime) -> None:
    clock.set_offset((instant - clock.system_now()).total_seconds())


def _try_to_send(app: Flask) -> list[str]:
    """What the worker tries, whenever it last did; the errors of what it has to try again."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET available_at = created_at")
    return run_follow_ups(app, registry)


def _subjects(mailbox: Mailbox) -> list[str]:
    return [mail.subject for mail in mailbox.received]


def test_one_mail_says_all_that_is_missing_and_until_when(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    saved = candidate.registered()
    event = _reminded(saved["candidature_id"])
    for _ in range(2):
        deliver_event(sending, registry, event, event_id="e" * 32)
    assert _try_to_send(sending) == []
    assert _subjects(mailbox) == [SUBJECT], "delivered twice, sent once"
    text = mailbox.received[0].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Nationalité - à déposer en ligne jusqu'au dimanche 31 octobre 2021 23:59 (heure/Paris) :" in text
    assert "- NATIDE06 : Document justifiant l'identité" in text
    assert "Non Conforme : La signature manque." in text
    assert "N° candidat : 02103000001" in text
    assert "ACADÉMIE DE BESANCON" in text
    assert candidate.get("/mails")["mails"][0]["subject"] == SUBJECT, "« Mes mails » keeps it"


def test_with_the_mail_server_away_for_a_day_the_mail_comes_once(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    saved = candidate.registered()
    _move_to(REMINDED)
    mailbox.stop()
    deliver_event(sending, registry, _reminded(saved["candidature_id"]))
    for hour in range(0, 24, 6):
        _move_to(REMINDED + timedelta(hours=hour))
        assert _try_to_send(sending) == ["MailUnavailable"]
    mailbox.start()
    _move_to(REMINDED + timedelta(days=1))
    assert _try_to_send(sending) == []
    assert _try_to_send(sending) == []
    assert _subjects(mailbox) == [SUBJECT]


def test_a_mail_that_comes_too_late_or_for_nothing_is_not_sent(
    sending: Flask, candidate: CandidateClient, mailbox: Mailbox
) -> None:
    saved = candidate.registered()
    event = _reminded(saved["candidature_id"])
    deliver_event(sending, registry, event)
    _move_to(at("2021-11-10 00:00"))
    assert _try_to_send(sending) == []
    assert _subjects(mailbox) == [], "every end has passed"

    _move_to(REMINDED)
    candidate.withdraw(saved["candidature_id"])
    deliver_event(sending, registry, event)
    assert _try_to_send(sending) == []
    assert SUBJECT not in _subjects(mailbox), "there is no candidature any more"


def test_a_refusal_says_which_piece_and_why(sending: Flask, candidate: CandidateClient, mailbox: Mailbox) -> None:
    saved = candidate.registered()
    event = PiecesRefused.from_data(_data(PiecesRefused.TYPE, saved["candidature_id"]))
    deliver_event(sending, registry, event)
    assert _try_to_send(sending) == []
    [mail] = mailbox.received
    assert mail.subject == "Pièce non conforme : BREVET DE TECHNICIEN SUPERIEUR"
    text = mail.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Non Conforme : La signature manque." in text
    assert "jusqu'au mardi 09 novembre 2021 23:59" in text
