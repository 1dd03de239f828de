"""An exam's form with the answers given, before it is known who registers and in which académie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.registrations.domain.etablissements import EtablissementDirectory
from services.registrations.domain.exam_definition import Category, Exam, Session, Tab
from services.registrations.domain.tab_answers import TabAnswers

# Tab name -> field name -> what was typed, untouched.
Answers = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class AnsweredForm:
    exam: Exam
    session: Session
    answers: Answers
    directory: EtablissementDirectory

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
