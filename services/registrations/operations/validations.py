"""« Valider mon inscription »: a candidate certifies the current version online, which stands for a signature; and
reminds those who have not of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from services.chassis.clock import iso_utc, portal_now
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, PreconditionFailed
from services.chassis.events import publish
from services.chassis.tasks.registry import stopping
from services.chassis.tasks.rows import follow_up
from services.contracts.registration_rules import ACTIVE, TO_VALIDATE, VALIDATED
from services.contracts.registrations import DatesMoved, RegistrationValidated
from services.contracts.reminder_rules import rung_instant
from services.registrations.domain import windows
from services.registrations.domain.registration_content import certified_digest, printed_dates, prints
from services.registrations.models import AuditEntry, Candidature, CandidatureValidation, CandidatureVersion, db
from services.registrations.operations.candidates import lock_candidate
from services.registrations.operations.candidatures import request_mail
from services.registrations.operations.draft_reminders import JOB, PAGE, due_rungs, rung_name
from services.registrations.operations.drafts import active_candidature
from services.registrations.operations.errors import window_closed
from services.registrations.operations.moved_dates import SEND_DATES_MAIL, add_edition
from services.registrations.operations.openings import hold_dates
from services.registrations.queries.candidatures import newest_edition
from services.registrations.queries.catalogue import opening_view

SEND_VALIDATION_MAIL, SEND_VALIDATION_REMINDER = "send_validation_mail", "send_validation_reminder"
REPLACED = (
    "Votre inscription a été modifiée depuis que cette page a été affichée : relisez-la ci-dessous telle qu'elle est "
    "enregistrée maintenant, puis validez-la."
)


def validate(candidate_id: str, candidature_id: str, version: int, digest: str, received_at: datetime) -> None:
    """Note that the candidate certifies the version, shown with that `digest`; a repeat changes nothing.

    Raises NotFound, Conflict where it is certified on paper, PreconditionFailed where it is not the current version or
    was shown otherwise, WindowClosed (`extra`: whom to contact).
    """
    with db.operation() as session:
        lock_candidate(session, candidate_id)
        candidature = active_candidature(session, candidate_id, candidature_id)
        hold_dates(session, candidature.opening_id)
        current = session.get_one(CandidatureVersion, (candidature.id, candidature.version), with_for_update=True)
        newest = newest_edition(session, current)
        if not newest.is_certified_online:
            raise Conflict("Cette inscription ne se valide pas en ligne : signez sa confirmation et déposez-la.")
        if (version, digest) != (newest.version, certified_digest(newest)):
            raise PreconditionFailed(REPLACED)
        if not newest.is_to_validate:
            return
        view = opening_view(session, candidature.opening_id)
        if not windows.may_modify(view.opening, received_at):
            whom = "contactez le service des examens et concours dont vous dépendez"
            raise window_closed(view, f"Le service d'inscription est fermé : pour valider votre inscription, {whom}.")
        actor, dates = Actor("candidate", candidate_id), printed_dates(view.opening)
        candidature.validation = VALIDATED
        proof = {"at": received_at, "by": str(actor), "digest": digest}
        session.add(CandidatureValidation(candidature_id=candidature.id, version=version, **proof))
        edition = add_edition(session, newest, dates, received_at, iso_utc(received_at))
        is_moved = not prints(newest, dates)  # just now: all that print dates are made again
        moved, validated = DatesMoved(iso_utc(received_at), dates, (edition,)), RegistrationValidated(edition, dates)
        publish(session, moved if is_moved else validated, subject=candidate_id)
        request_mail(session, SEND_VALIDATION_MAIL, candidature)
        if is_moved and not view.session.demonstration:
            follow_up(session, SEND_DATES_MAIL, {"candidature_id": candidature.id}, subject=candidate_id)
        after = {"version": version}
        AuditEntry.record(session, actor, "candidature.validated", candidature.id, at=received_at, after=after)


def remind_to_validate() -> None:
    """Remind everyone who has not validated when a rung of the drafts' ladder is due. A candidature is looked at once
    for each rung."""
    for opening_id, closes, days in due_rungs(portal_now()):
        while not stopping() and (page := _page(opening_id, rung_name(closes, days))):
            _remind(page, closes, days)


def _page(opening_id: str, rung: str) -> Sequence[str]:
    """Candidatures of the opening that wait for their validation and were not looked at for the rung."""
    waiting = select(Candidature.id).where(
        Candidature.opening_id == opening_id,
        Candidature.validation == TO_VALIDATE,
        Candidature.state == ACTIVE,
        or_(Candidature.reminder_rung.is_(None), Candidature.reminder_rung != rung),
    )
    with db.reading() as session:
        return session.scalars(waiting.order_by(Candidature.id).limit(PAGE)).all()


def _remind(page: Sequence[str], closes: datetime, days: int) -> None:
    """Those that were saved before the rung."""
    with db.operation() as session:
        locked = select(Candidature).where(Candidature.id.in_(page)).order_by(Candidature.id).with_for_update()
        for candidature in session.scalars(locked):
            rung = candidature.reminder_rung = rung_name(closes, days)
            is_waiting = candidature.validation == TO_VALIDATE and candidature.state == ACTIVE
            if is_waiting and (candidature.last_saved_at or candidature.first_saved_at) < rung_instant(closes, days):
                request_mail(session, SEND_VALIDATION_REMINDER, candidature)
                after = {"rung": rung}
                AuditEntry.record(session, JOB, "candidature.validation_reminded", candidature.id, after=after)
