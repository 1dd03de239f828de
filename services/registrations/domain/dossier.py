"""A dossier: everything that showing, checking or saving a form needs, and what its answers mean.

Plain values, no database and no clock. Reading answers never fails: what cannot be read is None,
and the check of the tab where it was typed reports it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

from services.chassis.errors import NotFound
from services.clock import full_years
from services.contracts.accounts import Identity
from services.registrations.domain import acquis
from services.registrations.domain.acquis import Box, DeclaredBox
from services.registrations.domain.epreuve_positions import (
    PROGRESSIVE,
    ChosenEpreuve,
    EpreuveResolver,
    Formes,
    formes_of_typed,
)
from services.registrations.domain.epreuve_structure import Structure, only_specialite, structure_of
from services.registrations.domain.exam_definition import (
    Category,
    Exam,
    Item,
    Opening,
    Session,
    Specialite,
    Tab,
)
from services.registrations.domain.forms import TabAnswers

# Tab name -> field name -> what was typed, untouched.
Answers = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class Etablissement:
    code: str  # "0250013D", "CNED", "INDIVIDUELS 025"
    label: str  # "LP P.ADRIEN PARIS - BESANCON (0250013D)", as shown
    kind: str  # "lycee", "cned", "individuels" …
    departement: str | None = None  # three characters
    habilite_ccf: bool = False


@dataclass(frozen=True)
class EtablissementSearch:
    """No kinds: every kind; no départements: all. Those of the département `near` come before
    others."""

    limit: int
    typed: str = ""
    kinds: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    near: str | None = None


class EtablissementDirectory(Protocol):
    """Looks establishments up, the best first: in a table in the service, in memory in tests."""

    def by_code(self, code: str) -> Etablissement | None: ...

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]: ...


@dataclass(frozen=True)
class PreviousCandidature:
    """An earlier candidature of the same candidate, here. `answers` are those of its last
    version."""

    candidature_id: str
    exam_code: str
    session_name: str
    session_year: int
    session_label: str
    academie: str
    academie_label: str
    numero_inscription: str
    specialite_code: str | None
    specialite_label: str | None
    exclusivity_key: str | None
    active: bool
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The answers never change in a dossier, so what they mean is read once."""

    exam: Exam
    session: Session
    answers: Answers
    directory: EtablissementDirectory
    opening: Opening
    identity: Identity
    numero_candidat: str
    today: date  # in Paris
    previous: tuple[PreviousCandidature, ...] = ()
    modifies: str | None = None  # id of the candidature that is being modified
    overridden: frozenset[str] = (
        frozenset()
    )  # names of rules that refuse nothing here, as an administrateur decided

    def age_on(self, day: date) -> int | None:
        """Full years of the candidate; None where the date of birth does not read."""
        try:
            return full_years(date.fromisoformat(self.identity.date_naissance), day)
        except ValueError:
            return None

    def typed(self, tab: Tab) -> TabAnswers:
        return TabAnswers(self.answers.get(tab.name, {}))

    def typed_in(self, kind: str) -> TabAnswers:
        """The answers of the exam's first tab of a kind; empty answers if it has none."""
        tab = self.tab_of_kind(kind)
        return self.typed(tab) if tab else TabAnswers({})

    def tab_of_kind(self, kind: str) -> Tab | None:
        return next((tab for tab in self.exam.tabs if tab.kind == kind), None)

    def tab(self, number: int) -> Tab:
        """The tab shown under that number, from 1. Raises NotFound."""
        if not 1 <= number <= len(self.exam.tabs):
            raise NotFound("Cet onglet n'existe pas.")
        return self.exam.tabs[number - 1]

    @cached_property
    def category(self) -> Category | None:
        """The candidate's category, if a public one was chosen."""
        category = self.exam.category(self.typed_in("candidature").text("categorie"))
        return category if category and category.public else None

    @cached_property
    def etablissement(self) -> Etablissement | None:
        code = self.typed_in("candidature").text("etablissement")
        return self.directory.by_code(code) if code else None

    @cached_property
    def specialite(self) -> Specialite | None:
        """The chosen one, offered or not (K2 checks that); the only one of an exam that has no tab
        for it."""
        if self.tab_of_kind("qualification") is None:
            return only_specialite(self.exam, self.session)
        return self.exam.specialite(self.typed_in("qualification").text("specialite"))

    @cached_property
    def formes(self) -> Formes:
        return formes_of_typed(self.typed_in("qualification"))

    @cached_property
    def structure(self) -> Structure:
        return structure_of(self.specialite, self.session.year)

    @cached_property
    def acquis(self) -> tuple[DeclaredBox, ...]:
        reports = self.formes.final == PROGRESSIVE
        return acquis.read(self.typed_in("acquis"), self.exam, self.structure, reports=reports)

    @cached_property
    def diplome(self) -> Item | None:
        return self.exam.item("diplomes", self.typed_in("diploma").text("diplome"))

    @cached_property
    def epreuves(self) -> tuple[ChosenEpreuve, ...]:
        category = self.category
        regime = self.category.regime if self.category else None
        if (
            category
            and category.regime_if_habilite
            and self.etablissement
            and self.etablissement.habilite_ccf
        ):
            regime = category.regime_if_habilite
        return EpreuveResolver(
            exam=self.exam,
            structure=self.structure,
            typed=self.typed_in("epreuves"),
            forme=self.formes.final,
            # The first box that keeps a unit counts: a second one is an error of the tab.
            kept_units={
                unit.code: unit for box in reversed(self.acquis) for unit in box.kept_units
            },
            regime=regime,
        ).resolve_all()

    def matching(self, code_or_tag: str) -> tuple[ChosenEpreuve, ...]:
        """The épreuves that a condition names by code or by tag."""
        return tuple(
            each for each in self.epreuves if code_or_tag in (each.epreuve.code, *each.epreuve.tags)
        )

    def box(self, box: Box) -> DeclaredBox | None:
        return next((declared for declared in self.acquis if declared.box is box), None)
