"""« Valider mon inscription »: a candidate certifies the current version online, which stands for a
signature."""

from datetime import datetime

from services.chassis.database.audit import Actor
from services.chassis.events import publish
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc
from services.contracts.registrations import DatesMoved, RegistrationValidated
from services.registrations.domain.certification import ShownVersion
from services.registrations.domain.registration_content import printed_dates, prints
from services.registrations.models import AuditEntry, CandidatureValidation, CandidatureVersion, db
from services.registrations.operations.candidates import lock_candidate
from services.registrations.operations.drafts import active_candidature
from services.registrations.operations.moved_dates import SEND_DATES_MAIL, add_edition
from services.registrations.operations.openings import held_view
from services.registrations.operations.versions import request_mail
from services.registrations.queries.candidatures import newest_edition


def validate(
    candidate_id: str, candidature_id: str, version: int, digest: str, received_at: datetime
) -> None:
    """Note that the candidate certifies the version, shown with that `digest`; a repeat changes
    nothing.

    Raises NotFound, Conflict where it is certified on paper, PreconditionFailed where it is not the
    current version or was shown otherwise, WindowClosed (`extra`: whom to contact) where neither
    the registrations are open nor a second try lasts.
    """
    with db.operation() as transaction:
        lock_candidate(transaction, candidate_id)
        candidature = active_candidature(transaction, candidate_id, candidature_id)
        view = held_view(transaction, candidature.opening_id)
        current = transaction.get_one(
            CandidatureVersion, (candidature.id, candidature.version), with_for_update=True
        )
        newest = newest_edition(transaction, current)
        shown = ShownVersion(version, digest)
        validated = candidature.standing.validate(newest, shown, view, received_at)
        if not newest.is_to_validate:
            return
        candidature.store(validated)
        actor = Actor("candidate", candidate_id)
        dates = printed_dates(view.opening)
        transaction.add(
            CandidatureValidation(
                candidature_id=candidature.id,
                version=version,
                at=received_at,
                by=str(actor),
                digest=digest,
            )
        )
        edition = add_edition(transaction, newest, dates, received_at, iso_utc(received_at))
        is_moved = not prints(newest, dates)  # just now: all that print dates are made again
        event = (
            DatesMoved(iso_utc(received_at), dates, (edition,))
            if is_moved
            else RegistrationValidated(edition, dates)
        )
        publish(transaction, event, subject=candidate_id)
        request_mail(transaction, "send_validation_mail", candidature)
        if is_moved and not view.session.demonstration:
            follow_up(
                transaction,
                SEND_DATES_MAIL,
                {"candidature_id": candidature.id},
                subject=candidate_id,
            )
        after = {"version": version}
        AuditEntry.record(
            transaction, actor, "candidature.validated", candidature.id, at=received_at, after=after
        )
