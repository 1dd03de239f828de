"""What a candidate reads of saved candidatures: tiles, récapitulatif, acknowledgement, contact,
forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Subquery, bindparam, literal, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from services.chassis.errors import NotFound, found
from services.clock import iso_utc
from services.contracts.api import registrations as api
from services.contracts.registration_rules import (
    ACTIVE,
    CANDIDATURE_STATES,
    ECARTEE,
    TO_VALIDATE,
    WITHDRAWN,
)
from services.contracts.registrations import WARNINGS, Recap, RegistrationSaved, from_stored
from services.french import short_instant
from services.registrations.domain import registration_numbers, windows
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.registration_content import certified_digest
from services.registrations.models import (
    Candidate,
    Candidature,
    CandidatureValidation,
    CandidatureVersion,
    OpeningChange,
    OpeningRow,
    VersionEdition,
)
from services.registrations.queries.catalogue import OPENINGS, exam_by_digest, view_of

DOCUMENTS = (
    "Le récapitulatif d'inscription",
    "La liste des pièces justificatives indispensables pour la suite de l'examen.",
)
_VERSIONS = (
    OPENINGS.add_columns(Candidature, CandidatureVersion)
    .join(Candidature, Candidature.opening_id == OpeningRow.id)
    .join(CandidatureVersion, CandidatureVersion.candidature_id == Candidature.id)
)
_OF_VERSION = (CandidatureValidation.candidature_id == Candidature.id) & (
    CandidatureValidation.version == Candidature.version
)
_VISIBLE = (
    _VERSIONS.add_columns(CandidatureValidation.at)
    .outerjoin(CandidatureValidation, _OF_VERSION)
    .where(
        CandidatureVersion.version == Candidature.version,
        Candidature.candidate_id == bindparam("candidate_id"),
        Candidature.state.in_(bindparam("states", expanding=True)),
        OpeningRow.session_closes > bindparam("at"),
    )
    .order_by(Candidature.numero_inscription)
)


@dataclass(frozen=True)
class CandidatureView:
    """A candidature with one of its versions (usually the current one) and its opening with the
    dates in force."""

    candidature: Candidature
    version: CandidatureVersion
    saved: RegistrationSaved
    opening: OpeningView
    validated_at: datetime | None


def visible_candidatures(
    transaction: DbSession, candidate_id: str, at: datetime, *states: str
) -> tuple[CandidatureView, ...]:
    """Return the candidatures in one of the states whose session has not closed, oldest first."""
    rows = transaction.execute(_VISIBLE, {"candidate_id": candidate_id, "at": at, "states": states})
    return tuple(_of_row(transaction, row) for row in rows.all())


def list_candidatures(transaction: DbSession, candidate_id: str, at: datetime) -> api.Tiles:
    """Return the active candidatures, those that the service gestionnaire set aside, and the ids of
    those that were withdrawn."""
    return _tiles(visible_candidatures(transaction, candidate_id, at, *CANDIDATURE_STATES), at)


def list_tiles(
    transaction: DbSession, candidate_id: str, at: datetime
) -> tuple[api.Tiles, tuple[api.Withdrawn, ...]]:
    """Return what `list_candidatures` does, and the candidatures whose withdrawal may be taken
    back: the window is open, and no other has their place."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE, ECARTEE, WITHDRAWN)
    active = [item.candidature for item in candidatures if item.candidature.state == ACTIVE]
    taken = {candidature.exclusivity_key for candidature in active} - {None}
    withdrawn = tuple(
        _withdrawn(item)
        for item in candidatures
        if item.candidature.state == WITHDRAWN
        and windows.is_open(item.opening.opening, at)
        and item.candidature.exclusivity_key not in taken
    )
    return _tiles(candidatures, at), withdrawn


def _tiles(candidatures: Sequence[CandidatureView], at: datetime) -> api.Tiles:
    return api.Tiles(
        candidatures=tuple(
            _tile(item, at) for item in candidatures if item.candidature.state == ACTIVE
        ),
        ecartees=tuple(
            _ecartee(item) for item in candidatures if item.candidature.state == ECARTEE
        ),
        withdrawn_ids=tuple(
            item.candidature.id for item in candidatures if item.candidature.state == WITHDRAWN
        ),
    )


def _tile(view: CandidatureView, at: datetime) -> api.Tile:
    candidature = view.candidature
    opening = view.opening.opening
    return api.Tile(
        id=candidature.id,
        exam_label=view.saved.exam.label,
        session_label=view.saved.session.label,
        academie_label=view.saved.academie.label,
        specialite=candidature.specialite_label,
        numero_inscription=candidature.numero_inscription,
        numero_candidat=view.saved.numero_candidat,
        version=candidature.version,
        version_label=registration_numbers.version_label(view.version.version),
        saved_at=view.version.saved_at,
        closes_at=opening.closes,
        closes_label=windows.closing(opening.closes),
        modifiable=windows.is_open(opening, at),
        validation=candidature.validation,
        validated_at=view.validated_at,
        validatable=_is_validatable(view, at),
        validate_until=_validate_until(view),
        contact=opening.contact,
    )


def _is_validatable(view: CandidatureView, at: datetime) -> bool:
    """Return whether its candidate can validate it online at that instant."""
    if view.candidature.validation != TO_VALIDATE:
        return False
    is_open = windows.is_open(view.opening.opening, at)
    return is_open or windows.is_in_second_try(view.candidature.validate_until, at)


def _validate_until(view: CandidatureView) -> datetime | None:
    """Return the exclusive end until which a candidature that is to be validated can be: that of
    the registrations, or of the second try where that is later."""
    if view.candidature.validation != TO_VALIDATE:
        return None
    closes = view.opening.opening.closes
    return max(closes, view.candidature.validate_until or closes)


def _ecartee(view: CandidatureView) -> api.Ecartee:
    candidature = view.candidature
    return api.Ecartee(
        id=candidature.id,
        exam_label=view.saved.exam.label,
        session_label=view.saved.session.label,
        academie_label=view.saved.academie.label,
        specialite=candidature.specialite_label,
        numero_inscription=candidature.numero_inscription,
        ended_at=_ended_at(candidature),
        reason=candidature.end_reason,
        contact=view.opening.opening.contact,
    )


def _withdrawn(view: CandidatureView) -> api.Withdrawn:
    candidature = view.candidature
    return api.Withdrawn(
        id=candidature.id,
        exam_label=view.saved.exam.label,
        session_label=view.saved.session.label,
        academie_label=view.saved.academie.label,
        specialite=candidature.specialite_label,
        numero_inscription=candidature.numero_inscription,
        ended_at=_ended_at(candidature),
        closes_label=windows.closing(view.opening.opening.closes),
    )


def _ended_at(candidature: Candidature) -> datetime:
    """Return when a candidature ended that is not active: each such row says it."""
    if candidature.state_changed_at is None:
        raise LookupError(f"the candidature {candidature.id} has ended without a date")
    return candidature.state_changed_at


def visible_candidature(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> CandidatureView:
    """Return an active candidature. Raises NotFound for an unknown one, someone else's, or one
    whose session has closed."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE)
    return found(
        next((item for item in candidatures if item.candidature.id == candidature_id), None)
    )


def contact(transaction: DbSession, candidate_id: str, at: datetime) -> api.ContactAnswer:
    """Return the service gestionnaire of the candidate's latest candidature, active ones before
    those set aside. Raises NotFound if there is none."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE, ECARTEE)
    in_order = sorted(candidatures, key=lambda item: item.candidature.state == ACTIVE)
    opening = found(next(reversed(in_order), None)).opening.opening
    shown = api.HomeContact(
        title=opening.contact.title,
        lines=opening.contact.lines,
        telephone=opening.contact.telephone,
        email=opening.contact.email,
        academie_label=opening.label,
    )
    return api.ContactAnswer(contact=shown)


def own_candidature(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Candidature:
    """Return a candidature with its récapitulatif. Raises as `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    tile = _tile(view, at)
    return api.Candidature(
        id=tile.id,
        exam_label=tile.exam_label,
        session_label=tile.session_label,
        academie_label=tile.academie_label,
        specialite=tile.specialite,
        numero_inscription=tile.numero_inscription,
        numero_candidat=tile.numero_candidat,
        version=tile.version,
        version_label=tile.version_label,
        saved_at=tile.saved_at,
        closes_at=tile.closes_at,
        closes_label=tile.closes_label,
        modifiable=tile.modifiable,
        validation=tile.validation,
        validated_at=tile.validated_at,
        validatable=tile.validatable,
        validate_until=tile.validate_until,
        contact=tile.contact,
        recap=recap(view.saved),
        digest=certified_digest(view.saved),
    )


def recap(saved: RegistrationSaved) -> Recap:
    """Return the récapitulatif of a saved version, without the warning that nothing is saved."""
    return Recap(
        numero_candidat=saved.numero_candidat,
        warning=None,
        sections=saved.recap,
        epreuves=saved.epreuves,
    )


def acknowledgement(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Acknowledgement:
    """Return what « N° Inscription » shows after the save of a version. Raises as
    `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    version = view.version
    saved = view.saved
    exam = exam_by_digest(transaction, version.catalogue_digest)
    return api.Acknowledgement(
        candidature_id=saved.candidature_id,
        version=saved.version,
        version_label=registration_numbers.version_label(version.version),
        saved_sentence=(
            f"Votre inscription a bien été prise en compte le {short_instant(version.saved_at)}."
        ),
        numero_candidat=saved.numero_candidat,
        numero_inscription=saved.numero_inscription,
        closes_sentence=(
            "Vous pourrez consulter et, éventuellement, modifier les données de votre dossier "
            "avant la fermeture du service fixée le : "
            f"{windows.closing(view.opening.opening.closes)}."
        ),
        academie_label=saved.academie.label,
        contact=saved.academie.contact,
        documents=DOCUMENTS,
        warnings=_warnings(saved),
        tabs=tuple(
            api.TabTitle(number=number, title=tab.title)
            for number, tab in enumerate(exam.tabs, start=1)
        ),
        is_to_validate=view.candidature.validation == TO_VALIDATE,
    )


def _warnings(saved: RegistrationSaved) -> tuple[str, ...]:
    """Return what the récapitulatif of a version warns of."""
    sections = [section for section in saved.recap if section.title == WARNINGS]
    return tuple(line.value for section in sections for line in section.lines)


def forms(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Forms:
    """Return the forms of the menu, or the exam's sentence where it has none. Raises as
    `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    exam = exam_by_digest(transaction, view.version.catalogue_digest)
    offered = tuple(
        api.OfferedForm(code=form.code, title=form.title)
        for form in view.saved.forms
        if form.in_menu
    )
    sentence = " ".join(exam.texts.get("forms_notice", ())) or None
    return api.Forms(sentence=None if offered else sentence, forms=offered)


def version_event(transaction: DbSession, candidature_id: str, version: str) -> api.VersionEvent:
    """Return the event of a version (a number or CURRENT), as it was published. Raises NotFound,
    also once withdrawn.

    Of a candidature set aside documents stay readable.
    """
    candidature = found(transaction.get(Candidature, candidature_id))
    is_version = version == api.CURRENT or (version.isascii() and version.isdigit())
    if candidature.state not in (ACTIVE, ECARTEE) or not is_version:
        raise NotFound()
    number = (
        candidature.version
        if version == api.CURRENT
        else min(int(version), candidature.version + 1)
    )
    row = found(transaction.get(CandidatureVersion, (candidature_id, number)))
    return api.VersionEvent(event_id=row.event_id, data=newest_edition(transaction, row))


def standing(transaction: DbSession, candidature_id: str) -> api.Standing:
    """Return what has become of a candidature, whatever its state. Raises NotFound."""
    candidature = found(transaction.get(Candidature, candidature_id))
    newest_first = (
        select(CandidatureVersion)
        .where(CandidatureVersion.candidature_id == candidature_id)
        .order_by(CandidatureVersion.version.desc())
    )
    newest = found(transaction.scalar(newest_first.limit(1)))
    return api.Standing(
        version=newest.version,
        saved_at=newest.saved_at,
        ended_at=None if candidature.state == ACTIVE else candidature.state_changed_at,
    )


def newest_edition(transaction: DbSession, version: CandidatureVersion) -> RegistrationSaved:
    """Return the version as its documents print it now: with its dates, and its validation."""
    saved = from_stored(version.payload)
    editions = editions_of(transaction, version)
    return edition_of(saved, editions[0]) if editions else saved


def edition_of(saved: RegistrationSaved, row: VersionEdition) -> RegistrationSaved:
    return saved.with_dates(row.edition, row.dates, iso_utc(row.edited_at), row.validated_at)


def editions_of(transaction: DbSession, version: CandidatureVersion) -> Sequence[VersionEdition]:
    """Return the editions of a version, the newest first."""
    of_version = select(VersionEdition).filter_by(
        candidature_id=version.candidature_id, version=version.version
    )
    return transaction.scalars(of_version.order_by(VersionEdition.edition.desc())).all()


def _of_row(
    transaction: DbSession,
    row: Row[OpeningRow, OpeningChange, str, Candidature, CandidatureVersion, datetime | None],
) -> CandidatureView:
    opening, change, digest, candidature, version, validated_at = row
    saved = from_stored(version.payload)
    return CandidatureView(
        candidature, version, saved, view_of(transaction, opening, change, digest), validated_at
    )


def engaged(transaction: DbSession, candidate_id: str) -> api.Engaged:
    """Return whether a candidature was ever saved: the civil status can then be changed by staff
    only."""
    candidate = transaction.get(Candidate, candidate_id)
    return api.Engaged(engaged=candidate is not None and candidate.engaged_at is not None)


def engaged_among(transaction: DbSession, ids: Sequence[str]) -> api.EngagedAmong:
    query = select(Candidate.id).where(Candidate.id.in_(ids), Candidate.engaged_at.is_not(None))
    return api.EngagedAmong(ids=tuple(transaction.scalars(query)))


def registered_among(
    transaction: DbSession, opening_id: str, candidate_ids: Sequence[str]
) -> set[str]:
    """Return which of these candidates have an active candidature in the session of that opening,
    in whatever académie."""
    here = aliased(OpeningRow)
    query = (
        select(Candidature.candidate_id)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .join(here, (here.exam == OpeningRow.exam) & (here.session == OpeningRow.session))
        .where(
            here.id == opening_id,
            Candidature.candidate_id.in_(candidate_ids),
            Candidature.state == ACTIVE,
        )
    )
    return set(transaction.scalars(query))


def numeros_candidat() -> Subquery:
    """Return the rows (id, N° candidat, empty label) of all candidatures."""
    of_candidatures = select(Candidature.id, Candidate.numero_candidat, literal("").label("label"))
    return of_candidatures.join(Candidate, Candidate.id == Candidature.candidate_id).subquery()
