"""Reads our copy of candidatures: a candidate's tiles, one candidature, the event of a saved
version, and for whom an exam office may publish: the candidatures of given numbers."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import within
from services.chassis.errors import NotFound
from services.clock import iso_utc
from services.contracts.api import documents as api
from services.contracts.registrations import RegistrationSaved, from_stored
from services.documents.domain.document_names import is_id
from services.documents.domain.recipients import Activity, Publisher, Recipients, Scope, activity_of
from services.documents.domain.recipients import Candidature as Recipient
from services.documents.models import Candidature, Edition, SavedVersion, Withdrawal, db

WITHDRAWAL_JOIN = Withdrawal.candidature_id == Candidature.id
NEWEST_JOIN = (SavedVersion.candidature_id == Candidature.id) & (
    SavedVersion.version == Candidature.version
)
_NEWEST = select(Candidature.id, SavedVersion.payload).join(SavedVersion, NEWEST_JOIN)
_WITH_END = select(Candidature, Withdrawal, SavedVersion.payload).outerjoin(
    Withdrawal, WITHDRAWAL_JOIN
)
_RECIPIENTS = _WITH_END.outerjoin(SavedVersion, NEWEST_JOIN)


def list_tiles(transaction: Session, candidate_id: str) -> api.Tiles:
    """List the tiles of a candidate, newest first; also those whose session has closed, or that
    were set aside."""
    statement = (
        select(Candidature, Withdrawal)
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(Candidature.candidate_id == candidate_id, is_visible())
        .order_by(Candidature.saved_at.desc(), Candidature.id)
    )
    tiles = [_tile(row, end) for row, end in transaction.execute(statement)]
    return api.Tiles(candidatures=tuple(tiles))


def _tile(row: Candidature, end: Withdrawal | None) -> api.Tile:
    return api.Tile(
        id=row.id,
        exam_label=row.exam_label,
        session_label=row.session_label,
        academie_label=row.academie_label,
        specialite=row.specialite,
        numero_inscription=row.numero_inscription,
        ecartee=_activity(row.version, end) is Activity.ECARTEE,
        version=row.version,
    )


def candidature_of(
    transaction: Session, candidate_id: str, candidature_id: str
) -> Candidature | None:
    """Return a candidature of this candidate; None if its event has not arrived yet.

    Raises NotFound if it is hidden or someone else's.
    """
    if not is_id(candidature_id):
        raise NotFound()
    candidature = transaction.get(Candidature, candidature_id)
    end = transaction.get(Withdrawal, candidature_id)
    if candidature is None:
        return None
    if (
        candidature.candidate_id != candidate_id
        or _activity(candidature.version, end) is Activity.WITHDRAWN
    ):
        raise NotFound()
    return candidature


def active_ids(
    candidature_ids: Collection[str], academies: Collection[str] | None
) -> frozenset[str]:
    """Return those of the candidatures that are neither withdrawn nor set aside, within these
    académies (None: all)."""
    statement = select(Candidature.id).outerjoin(Withdrawal, WITHDRAWAL_JOIN)
    own = within(academies, Candidature.academie_code)
    statement = statement.where(Candidature.id.in_(candidature_ids), is_active(), own)
    with db.reading_for_staff() as transaction:
        return frozenset(transaction.scalars(statement))


def is_withdrawn(event: RegistrationSaved) -> bool:
    """Tell whether that version was withdrawn, as far as the events that have arrived say."""
    with db.reading() as transaction:
        end = transaction.get(Withdrawal, event.candidature_id)
    return _activity(event.version, end) is Activity.WITHDRAWN


def saved_event(
    candidature_id: str, version: int, edition: int | None = None
) -> RegistrationSaved | None:
    """Return the event of a saved version as it was stored, with the dates of that edition, or of
    the newest. None where the version is not known."""
    editions = select(Edition).filter_by(candidature_id=candidature_id, version=version)
    if edition is not None:
        editions = editions.filter_by(edition=edition)
    with db.reading() as transaction:
        row = transaction.get(SavedVersion, (candidature_id, version))
        dated = transaction.scalar(editions.order_by(Edition.edition.desc()).limit(1))
    if row is None:
        return None
    saved = from_stored(row.payload)
    if dated is None:
        return saved
    edited_at = iso_utc(dated.edited_at)
    return saved.with_dates(dated.edition, dated.dates, edited_at, dated.validated_at)


def is_visible() -> ColumnElement[bool]:
    """Return the condition that a candidature is not withdrawn.

    Of SQL over candidatures joined with `WITHDRAWAL_JOIN`, as `is_active` is.
    """
    return or_(is_active(), Withdrawal.ecartee)


def is_active() -> ColumnElement[bool]:
    """Return the condition that a candidature is neither withdrawn nor set aside, as
    `recipients.activity_of` says of one."""
    return or_(Withdrawal.version.is_(None), Candidature.version > Withdrawal.version)


_PAGE = 500  # numbers looked for by one statement


def recipients_of(scope: Scope, publisher: Publisher, numeros: Collection[str]) -> Recipients:
    """Return what is known of these N° candidat within the publisher's académies, whatever their
    exam and session.

    Of others not even whether there are such: a file of numbers would be a way to ask.
    """
    own = within(publisher.academies, Candidature.academie_code)
    wanted = sorted(numeros)
    pages = (
        Candidature.numero_candidat.in_(wanted[start : start + _PAGE])
        for start in range(0, len(wanted), _PAGE)
    )
    with db.reading_for_staff() as transaction:
        rows = (row for page in pages for row in transaction.execute(_RECIPIENTS.where(page, own)))
        return Recipients(scope, map(_recipient, rows))


def active_in(scope: Scope, *conditions: ColumnElement[bool]) -> Select[str]:
    """Select the ids of the scope's active candidatures that `conditions` hold of."""
    wanted = (
        Candidature.session_label == scope.session,
        Candidature.exam_label == scope.exam,
        Candidature.academie_code == scope.academie,
    )
    return (
        select(Candidature.id)
        .outerjoin(Withdrawal, WITHDRAWAL_JOIN)
        .where(*wanted, is_active(), *conditions)
    )


def saved_versions(transaction: Session, ids: Select[str]) -> Iterator[Iterator[RegistrationSaved]]:
    """Yield the newest versions of these candidatures by spécialité and N° candidat, in pages.

    Their order is found without the versions themselves, which are large.
    """
    by_numbers = (
        Candidature.specialite,
        Candidature.numero_candidat,
        Candidature.numero_inscription,
    )
    ordered = list(transaction.scalars(ids.order_by(*by_numbers)))
    for start in range(0, len(ordered), _PAGE):
        page = ordered[start : start + _PAGE]
        saved = transaction.execute(_NEWEST.where(Candidature.id.in_(page)))
        payloads: dict[str, dict[str, Any]] = dict(saved.all())
        yield (from_stored(payloads[id]) for id in page if id in payloads)


def names_of(transaction: Session, ids: Collection[str]) -> dict[str, str]:
    """Return name and first names by candidature, as they were saved last."""
    saved = transaction.execute(_NEWEST.where(Candidature.id.in_(ids)))
    persons = ((id, from_stored(payload).identity) for id, payload in saved)
    return {id: f"{person.nom_famille} {person.prenoms}" for id, person in persons}


def recipient_of(transaction: Session, candidature_id: str) -> Recipient | None:
    """Return one candidature as it is now; None if it is gone."""
    wanted = _RECIPIENTS.where(Candidature.id == candidature_id)
    row = transaction.execute(wanted).one_or_none()
    return _recipient(row) if row else None


def _recipient(row: Row[Candidature, Withdrawal | None, dict[str, Any] | None]) -> Recipient:
    candidature, withdrawal, payload = row
    saved = from_stored(payload) if payload else None
    return Recipient(
        id=candidature.id,
        numero_candidat=candidature.numero_candidat,
        numero_inscription=candidature.numero_inscription,
        exam_label=candidature.exam_label,
        session_label=candidature.session_label,
        academie_code=candidature.academie_code,
        activity=_activity(candidature.version, withdrawal),
        epreuves=saved.epreuves if saved else (),
        identity=saved.identity if saved else None,
    )


def _activity(version: int, end: Withdrawal | None) -> Activity:
    return activity_of(version, end.version, ecartee=end.ecartee) if end else Activity.ACTIVE
