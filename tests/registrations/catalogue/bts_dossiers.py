"""A dossier, every tab filled, for each spécialité that a session of the BTS offers."""

from dataclasses import replace
from pathlib import Path

from services.registrations.catalogue.contents import read_catalogue
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import option_choices
from services.registrations.domain.epreuve_structure import Structure, structure_of
from services.registrations.domain.exam_definition import Epreuve, Exam, Opening, Session
from tests.registrations.catalogue.small_exam import NOW
from tests.registrations.domain.etablissement_directory import Directory
from tests.registrations.domain.example_dossier import DOSSIER

ROOT = Path(__file__).parents[3] / "catalogue"
CATALOGUE = read_catalogue(ROOT, NOW)
EXAMS: dict[str, Exam] = {exam.code: exam for exam in CATALOGUE.exams}
BTS = EXAMS["BTS"]
OFFERED = [(session.name, code) for session in BTS.sessions for code in session.specialites]
_DIRECTORY = Directory(*CATALOGUE.etablissements)


def session_of(exam: Exam, name: str) -> Session:
    session = exam.session(name)
    assert session is not None
    return session


def opening_of(session: Session, academie: str) -> Opening:
    return next(opening for opening in session.openings if opening.academie == academie)


def structure(session_name: str, code: str) -> Structure:
    return structure_of(BTS.specialite(code), session_of(BTS, session_name).year)


def dossier(session_name: str, code: str) -> Dossier:
    """Besançon, formation continue, forme globale, the first languages that are allowed, engagement étudiant."""
    session = session_of(BTS, session_name)
    answers = {
        **DOSSIER.answers,
        "qualification": {"specialite": code, "forme": "globale", "derogation": "non"},
        "acquis": {},
        "epreuves": _chosen(structure(session_name, code)),
    }
    return replace(in_besancon(session), answers=answers)


def in_besancon(session: Session) -> Dossier:
    """The guide's candidate, in that session of the delivered BTS."""
    return replace(DOSSIER, exam=BTS, session=session, opening=opening_of(session, "03"), directory=_DIRECTORY)


def _chosen(epreuves: Structure) -> dict[str, str | list[str]]:
    answers: dict[str, str | list[str]] = {}
    taken: set[str] = set()
    for epreuve in epreuves.epreuves:
        if epreuve.kind == "facultative":
            answers[f"position-{epreuve.code}"] = "inscrit" if "engagement" in epreuve.tags else "non_inscrit"
        elif language := _language(epreuve, taken):
            answers[f"option-{epreuve.code}"] = language
            taken.add(language)
    return answers


def _language(epreuve: Epreuve, taken: set[str]) -> str | None:
    return next((key for key, _ in option_choices(BTS, epreuve) if key not in taken), None)
