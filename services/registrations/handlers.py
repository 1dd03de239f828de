"""Reactions to events of accounts, pieces and documents."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.events import Envelope
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.tasks.registry import Handlers
from services.contracts.accounts import EmailChanged, IdentityCorrected
from services.contracts.documents import DocumentsAnnounced
from services.contracts.pieces import PiecesRefused, PiecesReminded, PiecesStateChanged
from services.contracts.registration_rules import ACTIVE
from services.registrations.models import Candidature, OpeningRow
from services.registrations.operations import candidates, candidatures

registry = Handlers("registrations")
registry.calls(EmailChanged, "renew_email", candidates.renew_email)
registry.calls(PiecesStateChanged, "keep_pieces_state", candidatures.keep_pieces_state)
registry.calls(IdentityCorrected, "correct_identity", candidatures.correct_identity)


def _ask_for_mail(name: str, transaction: DbSession, event: PiecesReminded | PiecesRefused) -> None:
    """The candidate gets one mail with all that is missing, or with what was found « Non Conforme
    »."""
    follow_up(transaction, name, event.to_data(), subject=event.candidate_id)


registry.calls(PiecesReminded, "mail_missing_pieces", partial(_ask_for_mail, "send_reminder_mail"))
registry.calls(PiecesRefused, "mail_refused_pieces", partial(_ask_for_mail, "send_refusal_mail"))


@registry.on(DocumentsAnnounced)
def mail_document_acts(
    transaction: DbSession, event: DocumentsAnnounced, envelope: Envelope
) -> None:
    """Each candidate who is registered gets a mail, unless the session wants none."""
    registered = (
        select(Candidature, OpeningRow)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .where(Candidature.id.in_(event.candidatures), Candidature.state == ACTIVE)
    )
    for candidature, opening in transaction.execute(registered):
        if opening.options.document_mails:
            work = {**event.to_data(), "candidatures": [candidature.id]}
            follow_up(transaction, "send_document_mail", work, subject=candidature.candidate_id)
