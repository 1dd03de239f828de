"""Reads answers into a Declaration: the category, spécialité, formes, acquis and épreuves that they mean.

Reading never fails: what cannot be read is None, and the check of the tab where it was typed reports it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.registrations.domain import acquis, epreuve_positions
from services.registrations.domain.acquis import Box, DeclaredBox
from services.registrations.domain.epreuve_positions import GLOBALE, PROGRESSIVE, ChosenEpreuve, EpreuveResolver
from services.registrations.domain.epreuve_structure import Structure, only_specialite, structure_of
from services.registrations.domain.etablissements import Etablissement
from services.registrations.domain.exam_definition import Category, Exam, Item, Specialite
from services.registrations.domain.tab_answers import OUI, TabAnswers

if TYPE_CHECKING:
    from services.registrations.domain.dossier import Dossier

FORMES = {GLOBALE: "Globale", PROGRESSIVE: "Progressive"}
SUBJECT_TO = "sous réserve de l'accord du recteur"


@dataclass(frozen=True)
class Formes:
    """The forme de passage `chosen`, the one `wished` by dérogation; `final` is the one that applies."""

    chosen: str | None
    derogation: bool
    wished: str | None

    @property
    def final(self) -> str | None:
        """Chosen form, or the wished one, subject to the recteur's agreement (D643-22)."""
        return self.wished if self.derogation else self.chosen

    def final_label(self) -> str:
        label = FORMES.get(self.final or "", "")
        return f"{label} ({SUBJECT_TO})" if label and self.derogation else label


@dataclass(frozen=True)
class Declaration:
    exam: Exam
    session_year: int
    category: Category | None
    etablissement: Etablissement | None
    specialite: Specialite | None
    formes: Formes
    structure: Structure
    acquis: tuple[DeclaredBox, ...]
    diplome: Item | None
    epreuves: tuple[ChosenEpreuve, ...]

    def chosen(self, code: str) -> ChosenEpreuve | None:
        return next((chosen for chosen in self.epreuves if chosen.epreuve.code == code), None)

    def matching(self, code_or_tag: str) -> tuple[ChosenEpreuve, ...]:
        """The épreuves that a condition names by code or by tag."""
        return tuple(
            chosen
            for chosen in self.epreuves
            if chosen.epreuve.code == code_or_tag or code_or_tag in chosen.epreuve.tags
        )

    def box(self, box: Box) -> DeclaredBox | None:
        return next((declared for declared in self.acquis if declared.box is box), None)


def read(dossier: Dossier) -> Declaration:
    exam, year = dossier.exam, dossier.session.year
    category, etablissement = dossier.category(), _etablissement(dossier)
    specialite = _specialite(dossier)
    formes = formes_of_typed(dossier.typed_in("qualification"))
    structure = structure_of(specialite, year)
    declared = acquis.read(dossier.typed_in("acquis"), exam, structure, reports=formes.final == PROGRESSIVE)
    resolver = EpreuveResolver(
        exam=exam,
        structure=structure,
        typed=dossier.typed_in("epreuves"),
        forme=formes.final,
        kept_units=epreuve_positions.kept_units_by_code(declared),
        regime=epreuve_positions.evaluation_regime(category, bool(etablissement and etablissement.habilite_ccf)),
    )
    diplome = dossier.typed_in("diploma").text("diplome")
    return Declaration(
        exam=exam,
        session_year=year,
        category=category,
        etablissement=etablissement,
        specialite=specialite,
        formes=formes,
        structure=structure,
        acquis=declared,
        diplome=next((item for item in exam.lists.get("diplomes", ()) if item.key == diplome), None),
        epreuves=resolver.resolve_all(),
    )


def _etablissement(dossier: Dossier) -> Etablissement | None:
    code = dossier.typed_in("candidature").text("etablissement")
    return dossier.directory.by_code(code) if code else None


def _specialite(dossier: Dossier) -> Specialite | None:
    """The chosen one, offered or not (K2 checks that); the only one of an exam that has no tab for it."""
    if dossier.tab_of_kind("qualification") is None:
        return only_specialite(dossier.exam, dossier.session)
    return dossier.exam.specialite(dossier.typed_in("qualification").text("specialite"))


def formes_of_typed(typed: TabAnswers) -> Formes:
    return Formes(
        chosen=_known_forme(typed.text("forme")),
        derogation=typed.text("derogation") == OUI,
        wished=_known_forme(typed.text("forme_souhaitee")),
    )


def _known_forme(text: str) -> str | None:
    return text if text in FORMES else None
