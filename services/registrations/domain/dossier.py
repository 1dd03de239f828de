"""A dossier: all that is known when a tab is shown, checked or judged. Plain values, no table and no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from services.contracts.accounts import Identity
from services.registrations.domain.answers import Typed
from services.registrations.domain.definition import Category, Exam, Opening, Session, Tab

# Tab name -> field name -> what was typed, untouched.
Answers = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class Etablissement:
    code: str  # "0250013D", "CNED", "INDIVIDUELS 025"
    label: str  # "LP P.ADRIEN PARIS - BESANCON (0250013D)", as shown
    kind: str  # "lycee", "cned", "individuels" …
    departement: str | None = None  # three characters
    habilite_ccf: bool = False


class EtablissementDirectory(Protocol):
    """Where establishments are looked up: a table in the service, a tuple in tests."""

    def by_code(self, code: str) -> Etablissement | None: ...

    def search(
        self,
        typed: str,
        kinds: tuple[str, ...],
        departements: tuple[str, ...],
        limit: int,
        near: str | None = None,
    ) -> tuple[Etablissement, ...]:
        """Best first, those of the département `near` before others. No kinds: every kind; no départements: all."""
        ...


@dataclass(frozen=True)
class PreviousCandidature:
    """An earlier candidature of the same candidate, here. `answers` are those of its last version."""

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


@dataclass(frozen=True)
class Dossier:
    exam: Exam
    session: Session
    opening: Opening
    identity: Identity
    numero_candidat: str
    answers: Answers
    directory: EtablissementDirectory
    today: date  # in Paris
    previous: tuple[PreviousCandidature, ...] = ()
    modifies: str | None = None  # id of the candidature that is being modified

    def typed(self, tab: Tab) -> Typed:
        return Typed(self.answers.get(tab.name, {}))

    def typed_in(self, kind: str) -> Typed:
        """The answers of the exam's first tab of a kind; nothing typed where it has none."""
        tab = self.tab_of_kind(kind)
        return self.typed(tab) if tab else Typed({})

    def tab_of_kind(self, kind: str) -> Tab | None:
        return next((tab for tab in self.exam.tabs if tab.kind == kind), None)

    def tab(self, number: int) -> Tab | None:
        return self.exam.tabs[number - 1] if 1 <= number <= len(self.exam.tabs) else None

    def category(self) -> Category | None:
        """The candidate's category, if a public one was chosen."""
        category = self.exam.category(self.typed_in("candidature").text("categorie"))
        return category if category and category.public else None
