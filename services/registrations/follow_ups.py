"""What registrations does after a commit, outside any transaction: mails. Run twice, each sends the same mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app

from services.chassis.events import Envelope
from services.contracts.registrations import RegistrationSaved
from services.mail.mailer import MAILER, MAILS, Mail, MailRefused
from services.registrations import mails
from services.registrations.handlers import registry
from services.registrations.mails import Words
from services.registrations.models import Candidate, Candidature, CandidatureVersion, db
from services.registrations.operations import mail_refusals
from services.registrations.settings import RegistrationsSettings

__all__ = ["registry"]  # with the mails below on it

Writing = Callable[[RegistrationSaved, datetime, str], Words]


@registry.follow_up("send_modification_mail", MAILS)
def send_modification_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mails.modification)


@registry.follow_up("send_correction_mail", MAILS)
def send_correction_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mails.correction)


@registry.follow_up("send_withdrawal_mail", MAILS)
def send_withdrawal_mail(data: dict[str, Any], envelope: Envelope) -> None:
    _send(data, envelope, mails.withdrawal)


def _send(data: dict[str, Any], envelope: Envelope, write: Writing) -> None:
    """To the candidate's newest address. Raises MailUnavailable or MailDeferred."""
    settings: RegistrationsSettings = current_app.extensions["portail"]
    with db.reading() as session:
        candidature = session.get_one(Candidature, data["candidature_id"])
        version = session.get_one(CandidatureVersion, (candidature.id, data["version"]))
        email = session.get_one(Candidate, candidature.candidate_id).email
        at = candidature.ended_at if write is mails.withdrawal else version.saved_at
    if email is None or at is None:
        return
    words = write(RegistrationSaved.from_data(version.payload), at, settings.public_url)
    mail = Mail(
        to=email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=envelope.id,
        date=at,
    )
    try:
        current_app.extensions[MAILER].send(mail)
    except MailRefused as error:
        mail_refusals.note(candidature.candidate_id, email, error.code)
    else:
        mail_refusals.forget(candidature.candidate_id, email)
