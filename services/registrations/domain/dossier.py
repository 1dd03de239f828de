"""A dossier: everything that showing, checking or saving a form needs. Plain values, no database and no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from services.contracts.accounts import Identity
from services.registrations.domain import declaration
from services.registrations.domain.declaration import Declaration
from services.registrations.domain.etablissements import EtablissementDirectory
from services.registrations.domain.exam_definition import Category, Exam, Opening, Session, Tab
from services.registrations.domain.tab_answers import TabAnswers

# Tab name -> field name -> what was typed, untouched.
Answers = Mapping[str, Mapping[str, str | Sequence[str]]]


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


@dataclass(frozen=True, kw_only=True)
class Dossier:
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

    @cached_property
    def declaration(self) -> Declaration:
        """The meaning of the answers. These never change in a dossier, so they are read once."""
        return declaration.read(self)

    def typed(self, tab: Tab) -> TabAnswers:
        return TabAnswers(self.answers.get(tab.name, {}))

    def typed_in(self, kind: str) -> TabAnswers:
        """The answers of the exam's first tab of a kind; empty answers if it has none."""
        tab = self.tab_of_kind(kind)
        return self.typed(tab) if tab else TabAnswers({})

    def tab_of_kind(self, kind: str) -> Tab | None:
        return next((tab for tab in self.exam.tabs if tab.kind == kind), None)

    def tab(self, number: int) -> Tab | None:
        return self.exam.tabs[number - 1] if 1 <= number <= len(self.exam.tabs) else None

    def category(self) -> Category | None:
        """The candidate's category, if a public one was chosen."""
        category = self.exam.category(self.typed_in("candidature").text("categorie"))
        return category if category and category.public else None
