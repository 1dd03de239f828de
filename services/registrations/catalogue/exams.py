"""Reads whole exams from their folders: each section, then references between them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from services.contracts.session_options import SessionOptions
from services.registrations.catalogue import (
    folders,
    lists,
    pieces,
    references,
    sessions,
    specialites,
    tabs,
)
from services.registrations.catalogue.contacts import contacts
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.folders import ExamFolder
from services.registrations.catalogue.mistakes import Mistake, suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.refusal_reasons import refusal_reasons
from services.registrations.catalogue.session_options import session_options
from services.registrations.catalogue.yaml_nodes import UNREADABLE
from services.registrations.domain.exam_definition import Exam, Specialite
from services.registrations.domain.obstacles import EXCLUSIVE_NAMES
from services.registrations.domain.opening_selection import DOMAINES

BY_DURATION = "duree"
MAX_EXTENSION_DAYS = 30


def read_exams(root: Path, now: datetime, mistakes: list[Mistake]) -> dict[Path, Exam]:
    """The exams under `root` (or the single one that `root` is) by their folders, relative dates
    resolved from `now`. What is wrong in any file is added to `mistakes`."""
    exam_paths = folders.exam_folders(root, mistakes)
    shared = contacts(root, mistakes) if root not in exam_paths else contacts(root.parent, mistakes)
    exams: dict[Path, Exam] = {}
    places: dict[str, Path] = {}
    for folder in exam_paths:
        context = ReadingContext(now=now, contacts=shared, mistakes=mistakes)
        parts = folders.read(folder, mistakes)
        if parts.head.kind == UNREADABLE:
            continue
        exam = _exam(context, parts)
        if exam.code and (first := places.setdefault(exam.code, folder)) is not folder:
            text = f"doublon de l'examen « {exam.code} », déjà dans {first} : changer de code"
            mistakes.append(Mistake(str(folder / folders.EXAM_FILE), 1, text))
        exams[folder] = exam
    return exams


def _exam(context: ReadingContext, folder: ExamFolder) -> Exam:
    sections = folder.sections
    with Fields(context, folder.head, "un examen") as fields:
        code = fields.text("code")
        label = fields.text("label")
        reasons = refusal_reasons(fields)
        extension_days = _extension_days(fields)
        options = session_options(fields, SessionOptions())
        domaine = fields.choice("domaine", DOMAINES)
        exclusive = fields.texts("exclusive", EXCLUSIVE_NAMES)
        for name in (*folders.SECTIONS, *folders.FOLDERS, folders.LISTS):
            fields.take(name)
        fields.check_code("code", "code de l'examen", code)
    if "tabs" not in folder.sections:
        context.refuse(folder.head, "section « tabs » manquante : écrire la liste des onglets")
    exam = Exam(
        code=code,
        domaine=domaine,
        label=label,
        exclusive=exclusive,
        tabs=tabs.tabs(context, sections.get("tabs")),
        rules=pieces.rules(context, sections.get("rules")),
        categories=lists.categories(context, sections.get("categories")),
        lists=lists.named_lists(context, sections.get(folders.LISTS)),
        specialites=_specialites(context, folder),
        pieces=pieces.pieces(context, sections.get("pieces")),
        forms=pieces.forms(context, sections.get("forms")),
        texts=pieces.texts(context, sections.get("texts")),
        document_types=pieces.document_types(context, sections.get("document_types")),
        sessions=(),
        refusal_reasons=reasons,
        extension_days=extension_days,
    )
    dated_first = sorted(
        folder.parts["sessions"], key=lambda part: "demonstration" in part[1].entries
    )
    exam = replace(
        exam,
        sessions=tuple(
            sessions.session(context, node, stem, exam, options) for stem, node in dated_first
        ),
    )
    references.check(context, folder, exam)
    dated_years = {session.year for session in exam.sessions if not session.demonstration}
    in_force = (
        each for each in exam.sessions if not (each.demonstration and each.year in dated_years)
    )
    return replace(exam, sessions=tuple(in_force))


def _extension_days(fields: Fields) -> int | None:
    """Read the days of `prolongation: {jours: 2}`; None for `duree`, and where it is not said."""
    node = fields.take("prolongation")
    if node is None or node.text == BY_DURATION:
        return None
    written = node.entries.get("jours")
    days = None if written is None else written.whole_number
    if len(node.entries) != 1 or days is None or not 1 <= days <= MAX_EXTENSION_DAYS:
        fields.refuse(
            node, f"« prolongation » : écrire {BY_DURATION}, ou jours: 1 à {MAX_EXTENSION_DAYS}"
        )
        return None
    return days


def _specialites(context: ReadingContext, folder: ExamFolder) -> tuple[Specialite, ...]:
    parts = folder.parts["specialites"]
    specialite_list = specialites.specialites(context, [node for _, node in parts])
    for (stem, node), specialite in zip(parts, specialite_list, strict=True):
        if stem is not None and specialite.code and stem != specialite.code:
            mend = suggestion(stem, [specialite.code])
            context.refuse(
                node, f"le fichier {stem}.yaml définit « {specialite.code} » : {mend} dans son nom"
            )
    return specialite_list
