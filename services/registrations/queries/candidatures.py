"""What a candidate reads of saved candidatures: tiles, récapitulatif, acknowledgement, contact,
forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Subquery, bindparam, literal, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from services.chassis.errors import NotFound, found
from services.clock import iso_utc
from services.contracts.api import registrations as api
from services.contracts.api.operation import CandidatureLabels, answer_of
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

AnyTile = TypeVar("AnyTile", bound=api.Tile)
AnyLabels = TypeVar("AnyLabels", bound=CandidatureLabels)
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
    """Candidatures in one of the states whose session has not closed, oldest first."""
    rows = transaction.execute(_VISIBLE, {"candidate_id": candidate_id, "at": at, "states": states})
    return tuple(_of_row(transaction, row) for row in rows.all())


def list_candidatures(transaction: DbSession, candidate_id: str, at: datetime) -> api.Tiles:
    """List active candidatures, those that the service gestionnaire set aside, and the ids of
    those that were withdrawn."""
    return _tiles(visible_candidatures(transaction, candidate_id, at, *CANDIDATURE_STATES), at)


def list_tiles(
    transaction: DbSession, candidate_id: str, at: datetime
) -> tuple[api.Tiles, tuple[api.Withdrawn, ...]]:
    """The same, and those whose withdrawal may be taken back: the window is open, and no other has
    their place."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE, ECARTEE, WITHDRAWN)
    taken = {
        item.candidature.exclusivity_key
        for item in candidatures
        if item.candidature.state == ACTIVE
    } - {None}
    withdrawn = tuple(
        _labelled(
            api.Withdrawn,
            item,
            ended_at=item.candidature.state_changed_at,
            closes_label=windows.closing(item.opening.opening.closes),
        )
        for item in candidatures
        if item.candidature.state == WITHDRAWN
        and windows.is_open(item.opening.opening, at)
        and item.candidature.exclusivity_key not in taken
    )
    return _tiles(candidatures, at), withdrawn


def _tiles(candidatures: Sequence[CandidatureView], at: datetime) -> api.Tiles:
    return api.Tiles(
        candidatures=tuple(
            _tile(api.Tile, item, at) for item in candidatures if item.candidature.state == ACTIVE
        ),
        ecartees=tuple(
            _labelled(
                api.Ecartee,
                item,
                ended_at=item.candidature.state_changed_at,
                reason=item.candidature.end_reason,
            )
            for item in candidatures
            if item.candidature.state == ECARTEE
        ),
        withdrawn_ids=tuple(
            item.candidature.id for item in candidatures if item.candidature.state == WITHDRAWN
        ),
    )


def visible_candidature(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> CandidatureView:
    """An active candidature. Raises NotFound for an unknown one, someone else's, or one whose
    session has closed."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE)
    return found(
        next((item for item in candidatures if item.candidature.id == candidature_id), None)
    )


def contact(transaction: DbSession, candidate_id: str, at: datetime) -> api.ContactAnswer:
    """Of the candidate's latest candidature, active ones before those set aside. Raises NotFound if
    there is none."""
    candidatures = visible_candidatures(transaction, candidate_id, at, ACTIVE, ECARTEE)
    in_order = sorted(candidatures, key=lambda item: item.candidature.state == ACTIVE)
    opening = found(next(reversed(in_order), None)).opening.opening
    return api.ContactAnswer(
        contact=answer_of(api.HomeContact, opening.contact, academie_label=opening.label)
    )


def own_candidature(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Candidature:
    """A candidature with its récapitulatif. Raises as `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    return _tile(
        api.Candidature, view, at, recap=recap(view.saved), digest=certified_digest(view.saved)
    )


def _tile(answer: type[AnyTile], view: CandidatureView, at: datetime, **others: Any) -> AnyTile:
    opening = view.opening.opening
    is_to_validate = view.candidature.validation == TO_VALIDATE
    second_try = view.candidature.validate_until
    return _labelled(
        answer,
        view,
        version_label=registration_numbers.version_label(view.version.version),
        closes_at=opening.closes,
        closes_label=windows.closing(opening.closes),
        modifiable=windows.is_open(opening, at),
        validated_at=view.validated_at,
        validatable=is_to_validate
        and (windows.is_open(opening, at) or windows.is_in_second_try(second_try, at)),
        validate_until=max(opening.closes, second_try or opening.closes)
        if is_to_validate
        else None,
        **others,
    )


def _labelled(answer: type[AnyLabels], view: CandidatureView, **others: Any) -> AnyLabels:
    return answer_of(
        answer,
        view.candidature,
        view.version,
        view.saved,
        view.opening.opening,
        exam_label=view.saved.exam.label,
        session_label=view.saved.session.label,
        academie_label=view.saved.academie.label,
        specialite=view.candidature.specialite_label,
        **others,
    )


def recap(saved: RegistrationSaved) -> Recap:
    """The récapitulatif of a saved version, without the warning that nothing is saved."""
    return answer_of(Recap, saved, warning=None, sections=saved.recap)


def acknowledgement(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Acknowledgement:
    """What « N° Inscription » shows after the save of a version. Raises as
    `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    version = view.version
    saved = view.saved
    opening = view.opening.opening
    exam = exam_by_digest(transaction, version.catalogue_digest)
    return answer_of(
        api.Acknowledgement,
        saved,
        version_label=registration_numbers.version_label(version.version),
        saved_sentence=(
            f"Votre inscription a bien été prise en compte le {short_instant(version.saved_at)}."
        ),
        closes_sentence=(
            "Vous pourrez consulter et, éventuellement, modifier les données de votre dossier "
            f"avant la fermeture du service fixée le : {windows.closing(opening.closes)}."
        ),
        academie_label=saved.academie.label,
        contact=saved.academie.contact,
        documents=DOCUMENTS,
        is_to_validate=view.candidature.validation == TO_VALIDATE,
        warnings=tuple(
            line.value
            for section in saved.recap
            if section.title == WARNINGS
            for line in section.lines
        ),
        tabs=tuple(
            api.TabTitle(number=number, title=tab.title)
            for number, tab in enumerate(exam.tabs, start=1)
        ),
    )


def forms(
    transaction: DbSession, candidate_id: str, candidature_id: str, at: datetime
) -> api.Forms:
    """Those of the menu, or the exam's sentence where it has none. Raises as
    `visible_candidature`."""
    view = visible_candidature(transaction, candidate_id, candidature_id, at)
    exam = exam_by_digest(transaction, view.version.catalogue_digest)
    offered = tuple(answer_of(api.OfferedForm, form) for form in view.saved.forms if form.in_menu)
    sentence = " ".join(exam.texts.get("forms_notice", ())) or None
    return api.Forms(sentence=None if offered else sentence, forms=offered)


def version_event(transaction: DbSession, candidature_id: str, version: str) -> api.VersionEvent:
    """The event of a version (a number or CURRENT), as it was published. Raises NotFound, also once
    withdrawn.

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
    """The version as its documents print it now: with its dates, and its validation."""
    saved = from_stored(version.payload)
    editions = editions_of(transaction, version)
    return edition_of(saved, editions[0]) if editions else saved


def edition_of(saved: RegistrationSaved, row: VersionEdition) -> RegistrationSaved:
    return saved.with_dates(row.edition, row.dates, iso_utc(row.edited_at), row.validated_at)


def editions_of(transaction: DbSession, version: CandidatureVersion) -> Sequence[VersionEdition]:
    """The newest first."""
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
    """Whether a candidature was ever saved: the civil status can then be changed by staff only."""
    candidate = transaction.get(Candidate, candidate_id)
    return api.Engaged(engaged=candidate is not None and candidate.engaged_at is not None)


def engaged_among(transaction: DbSession, ids: Sequence[str]) -> api.EngagedAmong:
    query = select(Candidate.id).where(Candidate.id.in_(ids), Candidate.engaged_at.is_not(None))
    return api.EngagedAmong(ids=tuple(transaction.scalars(query)))


def registered_among(
    transaction: DbSession, opening_id: str, candidate_ids: Sequence[str]
) -> set[str]:
    """Which of these candidates have an active candidature in the session of that opening, in
    whatever académie."""
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
    """(id, N° candidat, no label) of candidatures."""
    of_candidatures = select(Candidature.id, Candidate.numero_candidat, literal("").label("label"))
    return of_candidatures.join(Candidate, Candidate.id == Candidature.candidate_id).subquery()
