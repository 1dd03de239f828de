"""What registrations does after a commit, outside any transaction: mails. Run twice, each sends the same mail
(same message id)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app

from services.chassis.events import Envelope
from services.contracts.stored_registrations import from_stored
from services.mail import sent_mails
from services.mail.letter import Letter
from services.mail.mailer import MAILER, MAILS, Mail
from services.registrations import mail_texts
from services.registrations.handlers import registry
from services.registrations.mail_texts import MailContext
from services.registrations.models import Candidate, Candidature, CandidatureVersion, db
from services.registrations.operations import mail_refusals
from services.registrations.settings import RegistrationsSettings

__all__ = ["registry"]  # with the mails below on it

Writing = Callable[[MailContext], Letter]
OF_ITS_END = (mail_texts.withdrawal_mail, mail_texts.ecart_mail)


@registry.follow_up("send_modification_mail", MAILS)
def send_modification_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mail_texts.modification_mail)


@registry.follow_up("send_correction_mail", MAILS)
def send_correction_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mail_texts.correction_mail)


@registry.follow_up("send_withdrawal_mail", MAILS)
def send_withdrawal_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mail_texts.withdrawal_mail)


@registry.follow_up("send_ecart_mail", MAILS)
def send_ecart_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mail_texts.ecart_mail)


def _send(data: dict[str, Any], envelope: Envelope, write: Writing) -> None:
    """To the candidate's newest address. Raises MailUnavailable or MailDeferred."""
    settings: RegistrationsSettings = current_app.extensions["portail"]
    with db.reading() as session:
        candidature = session.get_one(Candidature, data["candidature_id"])
        version = session.get_one(CandidatureVersion, (candidature.id, data["version"]))
        email = session.get_one(Candidate, candidature.candidate_id).email
    at = candidature.ended_at if write in OF_ITS_END else version.saved_at
    if email is None or at is None:
        return
    reason = candidature.end_reason if write in OF_ITS_END else version.reason
    saved = from_stored(version.payload)
    letter = write(MailContext(saved, at, reason, settings.public_url.rstrip("/")))
    mail = letter.mail(settings.letterhead(), to=email, message_id=envelope.id, date=at)
    _keep(candidature.candidate_id, letter, mail)
    if refusal := sent_mails.send_and_record(db, current_app.extensions[MAILER], mail):
        mail_refusals.record_refusal(candidature.candidate_id, email, refusal.code)
    else:
        mail_refusals.forget_refusal(candidature.candidate_id, email)


def _keep(candidate_id: str, letter: Letter, mail: Mail) -> None:
    with db.operation() as session:
        if session.get_one(Candidate, candidate_id, with_for_update=True).email is not None:
            sent_mails.record(session, candidate_id, letter, mail)
