"""Dates that have moved: saved versions that printed others get an edition with those in force,
candidates one mail."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.events import publish
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc, portal_now
from services.contracts.registration_rules import ACTIVE
from services.contracts.registrations import (
    DatesMoved,
    Edition,
    PrintedDates,
    RegistrationSaved,
    from_stored,
)
from services.registrations.domain.registration_content import (
    next_edition,
    printed_dates,
    prints,
)
from services.registrations.models import (
    Candidature,
    CandidatureVersion,
    Incident,
    OpeningRow,
    VersionEdition,
    db,
)
from services.registrations.operations.openings import dates_in_force, newest_change
from services.registrations.operations.versions import current_version
from services.registrations.queries.candidatures import edition_of, editions_of, newest_edition
from services.registrations.queries.catalogue import exam_in_force

SEND_DATES_MAIL = "send_dates_mail"
PAGE = 100  # candidatures of one transaction, and of one event


def follow_moved_dates() -> None:
    """Look through the candidatures of each opening whose dates have moved; what is looked through
    is kept."""
    with db.reading() as transaction:
        openings = transaction.scalars(
            select(OpeningRow.id).where(OpeningRow.looked_through.is_not(None))
        ).all()
    for opening_id in openings:
        while not stopping() and _renew_page(opening_id, portal_now()):
            pass


def _renew_page(opening_id: str, at: datetime) -> bool:
    """Whether more candidatures may follow. Dates do not move while the page is looked through."""
    with db.operation() as transaction:
        # Those who save in the opening go on: they need its key alone.
        opening = transaction.get_one(OpeningRow, opening_id, with_for_update={"key_share": True})
        page = (
            []
            if opening.looked_through is None
            else _page(transaction, opening_id, opening.looked_through)
        )
        opening.looked_through = page[-1][0].id if page else None
        _renew(transaction, opening, page, at)
    return bool(page)


def _page(
    transaction: DbSession, opening_id: str, after: str
) -> Sequence[Row[Candidature, CandidatureVersion]]:
    same = (
        CandidatureVersion.candidature_id == Candidature.id,
        CandidatureVersion.version == Candidature.version,
    )
    active = (
        Candidature.opening_id == opening_id,
        Candidature.state == ACTIVE,
        Candidature.id > after,
    )
    query = select(Candidature, CandidatureVersion).where(*same, *active)
    held = query.with_for_update(of=CandidatureVersion)  # a validation makes an edition as well
    return transaction.execute(held.order_by(Candidature.id).limit(PAGE)).all()


def _renew(
    transaction: DbSession,
    opening: OpeningRow,
    page: Iterable[Row[Candidature, CandidatureVersion]],
    at: datetime,
) -> None:
    """Those of a demonstration, whose dates move by themselves, are told by no mail but after an
    incident."""
    dates = printed_dates(dates_in_force(transaction, opening))
    exam_session = exam_in_force(transaction, opening.exam).session(opening.session)
    is_told = (
        exam_session is None
        or not exam_session.demonstration
        or incident_of(transaction, opening.id) is not None
    )
    editions = []
    for candidature, version in page:
        newest = newest_edition(transaction, version)
        if prints(newest, dates):
            continue
        editions.append(add_edition(transaction, newest, dates, at, newest.validated_at))
        if is_told:
            follow_up(
                transaction,
                SEND_DATES_MAIL,
                {"candidature_id": candidature.id},
                subject=candidature.candidate_id,
            )
    if editions:
        publish(transaction, DatesMoved(iso_utc(at), dates, tuple(editions)), subject=opening.id)


def add_edition(
    transaction: DbSession,
    newest: RegistrationSaved,
    dates: PrintedDates,
    at: datetime,
    validated_at: str | None,
) -> Edition:
    """Store the edition after the `newest` of a version, which the caller has locked; return it,
    to be published."""
    edition = next_edition(newest, validated_at)
    transaction.add(
        VersionEdition(
            candidature_id=edition.candidature_id,
            version=edition.version,
            edition=edition.edition,
            validated_at=edition.validated_at,
            dates=dates,
            edited_at=at,
        )
    )
    return edition


def incident_of(transaction: DbSession, opening_id: str) -> Incident | None:
    """For which the dates in force were set, if for one."""
    change = newest_change(transaction, opening_id)
    return (
        transaction.get_one(Incident, change.incident_id) if change and change.incident_id else None
    )


def dates_to_tell(
    candidature_id: str, mail_id: str
) -> tuple[str, RegistrationSaved, str | None] | None:
    """The candidate, the newest edition, which is told by the mail of that id alone, and what
    candidates read of the incident that moved its dates; None where it prints what the candidate
    was last told."""
    with db.operation() as transaction:
        candidature = transaction.get_one(Candidature, candidature_id, with_for_update=True)
        version = current_version(transaction, candidature)
        editions = editions_of(transaction, version)
        if candidature.state != ACTIVE or not editions:
            return None
        told_before = next(
            (edition for edition in editions if edition.told_by not in (None, mail_id)), None
        )
        for edition in editions:
            edition.told_by = edition.told_by or mail_id
        saved = from_stored(version.payload)
        if prints(edition_of(saved, told_before) if told_before else saved, editions[0].dates):
            return None
        incident = incident_of(transaction, candidature.opening_id)
        return (
            candidature.candidate_id,
            edition_of(saved, editions[0]),
            incident.text if incident else None,
        )
