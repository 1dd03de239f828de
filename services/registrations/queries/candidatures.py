"""What a candidate reads of his candidatures: tiles, récapitulatif, acknowledgement, contact, forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.chassis.french import instant_court
from services.contracts.registrations import WARNINGS, RegistrationSaved
from services.registrations.domain import numbers, windows
from services.registrations.models import ACTIVE, ECARTEE, Candidature, CandidatureVersion, OpeningRow
from services.registrations.queries.catalogue import OpeningView, exam_by_digest, opening_view

DOCUMENTS = (
    "Le récapitulatif d'inscription",
    "La liste des pièces justificatives indispensables pour la suite de l'examen.",
)


@dataclass(frozen=True)
class Shown:
    """A candidature with its current version and its opening as it is now."""

    candidature: Candidature
    version: CandidatureVersion
    saved: RegistrationSaved
    view: OpeningView


def shown_candidatures(session: DbSession, candidate_id: str, at: datetime) -> tuple[Shown, ...]:
    """Active ones whose session has not closed, oldest first."""
    return tuple(_shown(session, candidate_id, at))


def ecartees(session: DbSession, candidate_id: str, at: datetime) -> tuple[Shown, ...]:
    """Those that the service gestionnaire set aside, until their session closes."""
    return tuple(_shown(session, candidate_id, at, ECARTEE))


def shown_candidature(session: DbSession, candidate_id: str, candidature_id: str, at: datetime) -> Shown:
    """Raises NotFound for one that is unknown, someone else's or no longer shown."""
    found = (shown for shown in _shown(session, candidate_id, at) if shown.candidature.id == candidature_id)
    return _first(found)


def contact(session: DbSession, candidate_id: str, at: datetime) -> dict[str, Any]:
    """Whom the candidate may contact: the service of his latest candidature, an active one before those set aside.
    Raises NotFound without one."""
    all_of_his = (*ecartees(session, candidate_id, at), *shown_candidatures(session, candidate_id, at))
    latest = _first(reversed(all_of_his))
    return {"academie_label": latest.view.opening.label, **contact_data(latest.view)}


def tile(shown: Shown, at: datetime) -> dict[str, Any]:
    opening = shown.view.opening
    return {
        "id": shown.candidature.id,
        "exam_label": shown.saved.exam.label,
        "session_label": shown.saved.session.label,
        "academie_label": shown.saved.academie.label,
        "specialite": shown.candidature.specialite_label,
        "numero_candidat": shown.saved.numero_candidat,
        "numero_inscription": shown.saved.numero_inscription,
        "version": shown.version.version,
        "version_label": numbers.version_label(shown.version.version),
        "saved_at": shown.version.saved_at,
        "closes_at": opening.closes,
        "closes_label": windows.closing(opening.closes),
        "modifiable": windows.is_open(opening.opens, opening.closes, at),
        "contact": contact_data(shown.view),
    }


def ecartee(shown: Shown) -> dict[str, Any]:
    """What is said of a candidature set aside: when, why, and whom to ask."""
    return {
        "id": shown.candidature.id,
        "exam_label": shown.saved.exam.label,
        "session_label": shown.saved.session.label,
        "academie_label": shown.saved.academie.label,
        "specialite": shown.candidature.specialite_label,
        "numero_inscription": shown.saved.numero_inscription,
        "ended_at": shown.candidature.ended_at,
        "reason": shown.candidature.end_reason,
        "contact": contact_data(shown.view),
    }


def recap(saved: RegistrationSaved) -> dict[str, Any]:
    """The récapitulatif of a saved version, read only: nothing to warn about any more."""
    data = saved.to_data()
    return {
        "numero_candidat": saved.numero_candidat,
        "warning": None,
        "sections": data["recap"],
        "epreuves": data["epreuves"],
    }


def acknowledgement(session: DbSession, candidature_id: str, number: int) -> dict[str, Any]:
    """What the tab « N° Inscription » says of a saved version."""
    version = session.get_one(CandidatureVersion, (candidature_id, number))
    saved = RegistrationSaved.from_data(version.payload)
    opening = opening_view(session, session.get_one(Candidature, candidature_id).opening_id).opening
    exam = exam_by_digest(session, version.catalogue_digest)
    return {
        "candidature_id": candidature_id,
        "version": version.version,
        "version_label": numbers.version_label(version.version),
        "saved_sentence": f"Votre inscription a bien été prise en compte le {instant_court(version.saved_at)}.",
        "numero_candidat": saved.numero_candidat,
        "numero_inscription": saved.numero_inscription,
        "closes_sentence": (
            "Vous pourrez consulter et, éventuellement, modifier les données de votre dossier avant la fermeture "
            f"du service fixée le : {windows.closing(opening.closes)}."
        ),
        "academie_label": saved.academie.label,
        "contact": saved.to_data()["academie"]["contact"],
        "documents": list(DOCUMENTS),
        "warnings": [line.value for section in saved.recap if section.title == WARNINGS for line in section.lines],
        "tabs": [{"number": number, "title": tab.title} for number, tab in enumerate(exam.tabs, start=1)],
    }


def forms(session: DbSession, shown: Shown) -> dict[str, Any]:
    """« Les formulaires »: those of the menu, or the exam's sentence where it has none."""
    exam = exam_by_digest(session, shown.version.catalogue_digest)
    offered = [{"code": form.code, "title": form.title} for form in shown.saved.forms if form.in_menu]
    sentence = " ".join(exam.texts.get("forms_notice", ())) or None
    return {"sentence": None if offered else sentence, "forms": offered}


def version_event(session: DbSession, candidature_id: str, wanted: str) -> dict[str, Any]:
    """The event of a version (a number or "current"), as it was published. Raises NotFound, also once withdrawn.

    Of a candidature set aside documents stay readable.
    """
    candidature = session.get(Candidature, candidature_id)
    known = candidature is not None and candidature.state in (ACTIVE, ECARTEE)
    if candidature is None or not known or not (wanted == "current" or (wanted.isascii() and wanted.isdigit())):
        raise NotFound()
    number = candidature.version if wanted == "current" else min(int(wanted), candidature.version + 1)
    version = session.get(CandidatureVersion, (candidature_id, number))
    if version is None:
        raise NotFound()
    return {"event_id": version.event_id, "data": version.payload}


def contact_data(view: OpeningView) -> dict[str, Any]:
    return asdict(view.opening.contact)


def _shown(session: DbSession, candidate_id: str, at: datetime, state: str = ACTIVE) -> Iterator[Shown]:
    rows = session.execute(
        select(Candidature, CandidatureVersion)
        .join(
            CandidatureVersion,
            (CandidatureVersion.candidature_id == Candidature.id) & (CandidatureVersion.version == Candidature.version),
        )
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .where(Candidature.candidate_id == candidate_id, Candidature.state == state)
        .where(OpeningRow.session_closes > at)
        .order_by(Candidature.numero_inscription)
    )
    for candidature, version in rows:
        saved = RegistrationSaved.from_data(version.payload)
        yield Shown(candidature, version, saved, opening_view(session, candidature.opening_id))


def _first(found: Iterator[Shown]) -> Shown:
    shown = next(found, None)
    if shown is None:
        raise NotFound()
    return shown
