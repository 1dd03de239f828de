"""Whole exams from their folders: every section read, then what refers to what, then what can never be true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from services.registrations.catalogue import (
    folders,
    length_checks,
    lists,
    pieces,
    references,
    sessions,
    specialites,
    tabs,
)
from services.registrations.catalogue.contacts import contacts
from services.registrations.catalogue.folders import ExamFolder
from services.registrations.catalogue.mistakes import CatalogueError, Mistake, suggestion
from services.registrations.catalogue.reading_context import Building
from services.registrations.catalogue.yaml_nodes import UNREADABLE, Node
from services.registrations.domain.exam_definition import Exam, Session, Specialite
from services.registrations.domain.opening_selection import DOMAINES
from services.registrations.domain.rules.exclusivity import NAMES


def load_exams(root: Path, now: datetime) -> tuple[Exam, ...]:
    """The exams under `root` (or the single one that `root` is), relative dates resolved from `now`.

    Raises CatalogueError with every mistake of every file.
    """
    mistakes: list[Mistake] = []
    found_folders = folders.exam_folders(root, mistakes)
    shared = contacts(root, mistakes) if root not in found_folders else contacts(root.parent, mistakes)
    exams: list[Exam] = []
    places: dict[str, Path] = {}
    for folder in found_folders:
        building = Building(now=now, contacts=shared, mistakes=mistakes)
        parts = folders.read(folder, mistakes)
        if parts.head.kind == UNREADABLE:
            continue
        exam = _exam(building, parts)
        if exam.code and (first := places.setdefault(exam.code, folder)) is not folder:
            text = f"doublon de l'examen « {exam.code} », déjà dans {first} : changer de code"
            mistakes.append(Mistake(str(folder / folders.EXAM_FILE), 1, text))
        exams.append(exam)
    if mistakes:
        raise CatalogueError(mistakes)
    return tuple(exams)


def _exam(building: Building, folder: ExamFolder) -> Exam:
    sections = folder.sections
    with building.fields(folder.head, "un examen") as fields:
        code, label = fields.text("code"), fields.text("label")
        domaine, exclusive = fields.choice("domaine", DOMAINES), fields.texts("exclusive", NAMES)
        for name in (*folders.SECTIONS, *folders.FOLDERS, folders.LISTS):
            fields.take(name)
    length_checks.check(building, folder.head.entries.get("code", folder.head), "code de l'examen", code)
    _require_tabs(building, folder)
    exam = Exam(
        code=code,
        domaine=domaine,
        label=label,
        exclusive=exclusive,
        tabs=tabs.tabs(building, sections.get("tabs")),
        rules=pieces.rules(building, sections.get("rules")),
        categories=lists.categories(building, sections.get("categories")),
        lists=lists.named_lists(building, sections.get(folders.LISTS)),
        specialites=_specialites(building, folder),
        pieces=pieces.pieces(building, sections.get("pieces")),
        forms=pieces.forms(building, sections.get("forms")),
        texts=pieces.texts(building, sections.get("texts")),
        document_types=pieces.document_types(building, sections.get("document_types")),
        sessions=(),
    )
    exam = replace(exam, sessions=_sessions(building, folder, exam))
    references.check(building, folder, exam)
    return replace(exam, sessions=_in_use(exam.sessions))


def _require_tabs(building: Building, folder: ExamFolder) -> None:
    if "tabs" not in folder.sections:
        building.refuse(folder.head, "section « tabs » manquante : écrire la liste des onglets")


def _specialites(building: Building, folder: ExamFolder) -> tuple[Specialite, ...]:
    parts = folder.parts["specialites"]
    found = specialites.specialites(building, [node for _, node in parts])
    for (stem, node), one in zip(parts, found, strict=True):
        _same_name(building, node, stem, one.code)
    return found


def _same_name(building: Building, node: Node, stem: str | None, code: str) -> None:
    if stem is not None and code and stem != code:
        building.refuse(node, f"le fichier {stem}.yaml définit « {code} » : {suggestion(stem, [code])} dans son nom")


def _sessions(building: Building, folder: ExamFolder, exam: Exam) -> tuple[Session, ...]:
    notice = " ".join(exam.texts.get("residence_notice", ())) or None
    known = sessions.Exams(exam.specialites, exam.pieces, notice)
    return tuple(sessions.session(building, node, stem, known) for stem, node in _dated_first(folder))


def _in_use(found: tuple[Session, ...]) -> tuple[Session, ...]:
    """Without the demonstration sessions of a year that has a dated one; the check has seen them."""
    dated = {one.year for one in found if not one.demonstration}
    return tuple(one for one in found if not one.demonstration or one.year not in dated)


def _dated_first(folder: ExamFolder) -> Sequence[tuple[str | None, Node]]:
    return sorted(folder.parts["sessions"], key=lambda part: "demonstration" in part[1].entries)
