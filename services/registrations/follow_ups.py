"""What registrations does after a commit, outside any transaction: mails. Run twice, each sends the
same mail (same message id)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from flask import current_app

from services.chassis.events import Envelope
from services.clock import portal_now
from services.contracts.documents import DocumentsAnnounced
from services.contracts.pieces import IncompleteCandidature, PiecesRefused, PiecesReminded
from services.contracts.registration_rules import ACTIVE
from services.contracts.registrations import Data, from_stored
from services.mail import sent_mails
from services.mail.letter import Letter
from services.mail.mailer import MAILER, MAILS, MASS_MAILS
from services.registrations import mail_texts
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.handlers import registry
from services.registrations.mail_texts import IncompleteContext, MailContext
from services.registrations.models import Candidate, Candidature, CandidatureVersion, Incident, db
from services.registrations.operations import candidates
from services.registrations.operations.incidents import SEND_EXTENSION_MAIL
from services.registrations.operations.moved_dates import SEND_DATES_MAIL, dates_to_tell
from services.registrations.operations.reminders import (
    SEND_DRAFT_REMINDER,
    SEND_VALIDATION_REMINDER,
)
from services.registrations.operations.versions import current_version
from services.registrations.queries.candidatures import newest_edition
from services.registrations.queries.drafts import draft_to_remind_of, has_open_draft
from services.registrations.settings import RegistrationsSettings

__all__ = ["registry"]  # with the mails below on it
OF_ITS_END = ("withdrawal", "ecart")
"""The mails that tell of the end of a candidature: they bear its date and its reason."""


@registry.follow_up("send_reminder_mail", MASS_MAILS)
def send_reminder_mail(data: Data, envelope: Envelope) -> None:
    """Remind of what can still be deposited for candidatures that are active. Send nothing where
    there is nothing."""
    event = PiecesReminded.from_data(data)
    at = datetime.fromisoformat(event.reminded_at)
    contexts = _still_missing(event.candidatures)
    if contexts:
        letter = mail_texts.reminder_mail(contexts, at, _portal_url())
        _send_letter(event.candidate_id, letter, envelope, at)


@registry.follow_up("send_refusal_mail", MAILS)
def send_refusal_mail(data: Data, envelope: Envelope) -> None:
    """Tell of pieces that were found « Non Conforme » and can still be deposited again."""
    event = PiecesRefused.from_data(data)
    at = datetime.fromisoformat(event.refused_at)
    for context in _still_missing((event.candidature,)):
        letter = mail_texts.refusal_mail(context, at, _portal_url())
        _send_letter(event.candidate_id, letter, envelope, at)


@registry.follow_up(SEND_DRAFT_REMINDER, MASS_MAILS)
def send_draft_reminder(data: Data, envelope: Envelope) -> None:
    """Remind of a draft, unless it was transmitted or abandoned meanwhile, or it is too late."""
    _write_of_draft(mail_texts.draft_reminder_mail, data, envelope)


@registry.follow_up(SEND_EXTENSION_MAIL, MASS_MAILS)
def send_extension_mail(data: Data, envelope: Envelope) -> None:
    """Tell that a draft has more time, unless it was transmitted or abandoned meanwhile, or its
    dates have moved again."""
    with db.reading() as transaction:
        incident = transaction.get_one(Incident, data["incident_id"])
    _write_of_draft(partial(mail_texts.extension_mail, incident.text), data, envelope)


def _write_of_draft(
    write: Callable[[OpeningView, str], Letter], data: Data, envelope: Envelope
) -> None:
    with db.reading() as transaction:
        reminder = draft_to_remind_of(
            transaction, data["draft_id"], datetime.fromisoformat(data["closes"]), portal_now()
        )
    if reminder is not None:
        letter = write(reminder.opening, _portal_url())
        _deliver(reminder.candidate_id, reminder.email, letter, envelope, envelope.time)


@registry.follow_up("send_document_mail", MASS_MAILS)
def send_document_mail(data: Data, envelope: Envelope) -> None:
    """Tell of a document that the service gestionnaire published, replaced or withdrew."""
    event = DocumentsAnnounced.from_data(data)
    at = datetime.fromisoformat(event.at)
    [candidature_id] = event.candidatures
    with db.reading() as transaction:
        candidature = transaction.get_one(Candidature, candidature_id)
        version = current_version(transaction, candidature)
    context = MailContext(from_stored(version.payload), at, event.reason, _portal_url())
    letter = mail_texts.document_mail(context, event.act, event.label)
    _send_letter(candidature.candidate_id, letter, envelope, at)


@registry.follow_up(SEND_DATES_MAIL, MASS_MAILS)
def send_dates_mail(data: Data, envelope: Envelope) -> None:
    """Tell of dates that have moved. Of several moves before it is sent, the newest alone is
    told."""
    told = dates_to_tell(data["candidature_id"], envelope.id)
    if told is not None:
        candidate_id, saved, reason = told
        at = datetime.fromisoformat(saved.edited_at or saved.saved_at)
        letter = mail_texts.dates_mail(MailContext(saved, at, reason, _portal_url()))
        _send_letter(candidate_id, letter, envelope, at)


@registry.follow_up(SEND_VALIDATION_REMINDER, MASS_MAILS)
def send_validation_reminder(data: Data, envelope: Envelope) -> None:
    """Remind to validate a candidature online, unless it was validated or ended meanwhile, or it is
    too late."""
    with db.reading() as transaction:
        candidature = transaction.get_one(Candidature, data["candidature_id"])
        saved = newest_edition(transaction, current_version(transaction, candidature))
    is_open = portal_now() < saved.validation_ends
    if candidature.state == ACTIVE and saved.is_to_validate and is_open:
        letter = mail_texts.letter(
            "validation_reminder", MailContext(saved, envelope.time, None, _portal_url())
        )
        _send_letter(candidature.candidate_id, letter, envelope, envelope.time)


def _still_missing(candidatures: Sequence[IncompleteCandidature]) -> list[IncompleteContext]:
    """Return what can still be deposited now for those of the candidatures that are active."""
    now = portal_now()
    contexts: list[IncompleteContext] = []
    with db.reading() as transaction:
        for incomplete in candidatures:
            candidature = transaction.get_one(Candidature, incomplete.candidature_id)
            groups = tuple(
                group
                for group in incomplete.groups
                if now < datetime.fromisoformat(group.deposit_closes)
            )
            if candidature.state == ACTIVE and groups:
                version = transaction.get_one(
                    CandidatureVersion, (candidature.id, incomplete.version)
                )
                contexts.append(IncompleteContext(from_stored(version.payload), groups))
    return contexts


def _send(name: str, data: Data, envelope: Envelope) -> None:
    """Send the mail of that name that `request_mail` asked for. Raises MailUnavailable or
    MailDeferred."""
    with db.reading() as transaction:
        candidature = transaction.get_one(Candidature, data["candidature_id"])
        version = transaction.get_one(CandidatureVersion, (candidature.id, data["version"]))
        saved = (
            newest_edition(transaction, version)
            if name == "validation"
            else from_stored(version.payload)
        )
    at = version.saved_at
    reason = version.reason
    if name == "validation":
        at = datetime.fromisoformat(saved.validated_at or saved.saved_at)
    elif name in OF_ITS_END:
        if candidature.state == ACTIVE or candidature.state_changed_at is None:
            return
        at = candidature.state_changed_at
        reason = candidature.end_reason
    context = MailContext(saved, at, reason, _portal_url())
    letter = (
        mail_texts.receipt_mail(context) if name == "receipt" else mail_texts.letter(name, context)
    )
    _send_letter(candidature.candidate_id, letter, envelope, at)


for _name in ("receipt", *(name for name in mail_texts.LETTERS if name != "validation_reminder")):
    registry.follow_up(f"send_{_name}_mail", MAILS)(partial(_send, _name))


def _send_letter(candidate_id: str, letter: Letter, envelope: Envelope, at: datetime) -> None:
    """Send a letter to the candidate's newest address; to none whose account was deleted."""
    with db.reading() as transaction:
        email = transaction.get_one(Candidate, candidate_id).email
    if email is not None:
        _deliver(candidate_id, email, letter, envelope, at)


def _deliver(
    candidate_id: str, email: str, letter: Letter, envelope: Envelope, at: datetime
) -> None:
    """Send a letter to this address, and keep it with the mails of the candidate. Raises
    MailUnavailable or MailDeferred."""
    mail = letter.mail(_settings().letterhead(), to=email, message_id=envelope.id, date=at)
    with db.operation() as transaction:
        candidate = transaction.get_one(Candidate, candidate_id, with_for_update=True)
        # Unless the account was deleted meanwhile, which leaves neither an address nor drafts.
        if candidate.email is not None or has_open_draft(transaction, candidate_id):
            sent_mails.record(transaction, candidate_id, letter, mail)
    refusal = sent_mails.send_and_record(db, current_app.extensions[MAILER], mail)
    if refusal:
        candidates.record_refusal(candidate_id, email, refusal.code)
    else:
        candidates.forget_refusal(candidate_id, email)


def _settings() -> RegistrationsSettings:
    settings: RegistrationsSettings = current_app.extensions["portail"]
    return settings


def _portal_url() -> str:
    return _settings().public_url.rstrip("/")
