"""A dossier, every tab filled, for each spécialité that a session of the BTS offers."""

from dataclasses import replace
from pathlib import Path

from services.registrations.catalogue.contents import read_catalogue
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import option_choices
from services.registrations.domain.epreuve_structure import Structure, structure_of
from services.registrations.domain.exam_definition import Exam, Session
from tests.registrations.catalogue.small_exam import NOW
from tests.registrations.domain.example_dossier import DOSSIER, Directory

ROOT = Path(__file__).parents[3] / "catalogue"
CATALOGUE = read_catalogue(ROOT, NOW)
EXAMS: dict[str, Exam] = {exam.code: exam for exam in CATALOGUE.exams}
BTS = EXAMS["BTS"]
SESSIONS = {session.name: session for session in BTS.sessions}
OFFERED = [(session.name, code) for session in BTS.sessions for code in session.specialites]
_DIRECTORY = Directory(*CATALOGUE.etablissements)


def dossier(session_name: str, code: str) -> Dossier:
    """Besançon, formation continue, forme globale, the first languages that are allowed, engagement
    étudiant."""
    session = SESSIONS[session_name]
    answers = {
        **DOSSIER.answers,
        "qualification": {"specialite": code, "forme": "globale", "derogation": "non"},
        "acquis": {},
        "epreuves": _chosen(structure_of(BTS.specialite(code), session.year)),
    }
    return replace(in_besancon(BTS, session), answers=answers)


def in_besancon(exam: Exam, transaction: Session) -> Dossier:
    """The guide's candidate, in that session of a delivered exam."""
    [opening] = [opening for opening in transaction.openings if opening.academie == "03"]
    return replace(DOSSIER, exam=exam, session=transaction, opening=opening, directory=_DIRECTORY)


def _chosen(epreuves: Structure) -> dict[str, str | list[str]]:
    answers: dict[str, str | list[str]] = {}
    taken: set[str] = set()
    for epreuve in epreuves.epreuves:
        if epreuve.kind == "facultative":
            answers[f"position-{epreuve.code}"] = (
                "inscrit" if "engagement" in epreuve.tags else "non_inscrit"
            )
        elif language := next(
            (key for key, _ in option_choices(BTS, epreuve) if key not in taken), None
        ):
            answers[f"option-{epreuve.code}"] = language
            taken.add(language)
    return answers
