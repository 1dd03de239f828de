"""Reactions to events of accounts, pieces and documents."""

from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session as DbSession

from services.chassis.events import Envelope
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.tasks.registry import Handlers
from services.contracts.accounts import EmailChanged, IdentityCorrected
from services.contracts.documents import DocumentsAnnounced
from services.contracts.pieces import PiecesRefused, PiecesReminded, PiecesStateChanged
from services.contracts.registration_rules import ACTIVE
from services.registrations.models import Candidature, OpeningRow
from services.registrations.operations import candidates, identity_corrections

registry = Handlers("registrations")
registry.calls(EmailChanged, "renew_email", candidates.renew_email)
registry.calls(IdentityCorrected, "correct_identity", identity_corrections.correct_identity)


def keep_pieces_state(transaction: DbSession, event: PiecesStateChanged) -> None:
    """Keep how far the pieces of a candidature are; an event that arrives late changes nothing."""
    newer = (Candidature.id == event.candidature_id) & (Candidature.pieces_number <= event.number)
    transaction.execute(
        update(Candidature)
        .where(newer)
        .values(pieces_state=event.state, pieces_number=event.number)
    )


registry.calls(PiecesStateChanged, "keep_pieces_state", keep_pieces_state)


def _ask_for_mail(name: str, transaction: DbSession, event: PiecesReminded | PiecesRefused) -> None:
    """Ask for one mail to the candidate, with all that is missing or with what was found « Non
    Conforme »."""
    follow_up(transaction, name, event.to_data(), subject=event.candidate_id)


registry.calls(PiecesReminded, "mail_missing_pieces", partial(_ask_for_mail, "send_reminder_mail"))
registry.calls(PiecesRefused, "mail_refused_pieces", partial(_ask_for_mail, "send_refusal_mail"))


@registry.on(DocumentsAnnounced)
def mail_document_acts(
    transaction: DbSession, event: DocumentsAnnounced, envelope: Envelope
) -> None:
    """Ask for a mail to each candidate who is registered, unless the session wants none."""
    registered = (
        select(Candidature, OpeningRow)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .where(Candidature.id.in_(event.candidatures), Candidature.state == ACTIVE)
    )
    for candidature, opening in transaction.execute(registered):
        if opening.options.document_mails:
            work = {**event.to_data(), "candidatures": [candidature.id]}
            follow_up(transaction, "send_document_mail", work, subject=candidature.candidate_id)
