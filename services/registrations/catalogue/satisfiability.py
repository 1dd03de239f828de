"""Whether a condition can be true in some session: tried with every answer that makes a difference to its tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from services.registrations.catalogue.reading_context import WrittenCondition
from services.registrations.domain.conditions import Test, holds
from services.registrations.domain.epreuve_positions import POSITIONS
from services.registrations.domain.epreuve_structure import structure_of
from services.registrations.domain.exam_definition import Exam, Question, Session
from services.registrations.domain.facts import FACTS

MAX_TRIALS = 200_000  # beyond that the condition is taken to be satisfiable
_MULTI_VALUED_FACTS = ("fact:acquis", "fact:acquis_position")  # facts that have several values at once


def is_satisfiable(exam: Exam, written: WrittenCondition) -> bool:
    """Whether the condition can hold in some session; for a pièce, in some session that may ask for it."""
    sessions = exam.sessions
    if written.kind == "piece":
        sessions = tuple(session for session in sessions if written.name in session.pieces) or sessions
    return not sessions or any(_is_satisfiable_in(exam, session, written) for session in sessions)


def _is_satisfiable_in(exam: Exam, session: Session, written: WrittenCondition) -> bool:
    tests = [test for test, _ in written.tests]
    subjects = list(dict.fromkeys(test.subject for test in tests if test.subject != "fact:specialite"))
    trials = 0
    for specialite in (*session.specialites, None):
        choices = [list(_candidate_answers(exam, session, specialite, subject, tests)) for subject in subjects]
        for answers in itertools.product(*choices):
            trials += 1
            facts = dict(zip(subjects, answers, strict=True)) | {"fact:specialite": specialite}
            if trials > MAX_TRIALS or holds(written.condition, facts.get):
                return True
    return False


def _candidate_answers(
    exam: Exam, session: Session, specialite: str | None, subject: str, tests: Sequence[Test]
) -> Iterator[Any]:
    """None (unanswered), the possible values that the condition compares with, and one that it does not name."""
    named = list(_compared_values(subject, tests))
    kind, _, name = subject.partition(":")
    yield None
    if kind == "epreuve":
        yield from _positions(exam, session, specialite, name)
    elif subject in _MULTI_VALUED_FACTS:
        yield from (tuple(some) for size in (1, 2) for some in itertools.combinations(named or ["?"], size))
    elif subject == "fact:session_year":
        yield session.year
    elif kind == "fact" and name in FACTS and not FACTS[name].is_number:
        yield from _answers_from_list(_possible_values(exam, session, name), named)
    elif kind == "question":
        yield from _answers_to_question(exam, name, named)
    else:
        yield from _numbers_around(named)


def _compared_values(subject: str, tests: Sequence[Test]) -> Iterator[Any]:
    for test in tests:
        if test.subject == subject and test.operator != "present":
            yield from test.value if test.operator == "in" else (test.value,)


def _possible_values(exam: Exam, session: Session, fact: str) -> frozenset[str]:
    if fact == "academie":
        return frozenset(opening.academie for opening in session.openings)
    values = FACTS[fact].values
    return values(exam) if values else frozenset()


def _answers_from_list(possible: frozenset[str], named: list[Any]) -> Iterator[Any]:
    yield from (value for value in named if value in possible)
    yield from sorted(possible - set(named))[:1]


def _positions(exam: Exam, session: Session, specialite: str | None, name: str) -> Iterator[Any]:
    definition = exam.specialite(specialite) if specialite else None
    epreuves = structure_of(definition, session.year).epreuves
    if any(name == epreuve.code or name in epreuve.tags for epreuve in epreuves):
        yield from ((position,) for position in POSITIONS)


def _answers_to_question(exam: Exam, name: str, named: list[Any]) -> Iterator[Any]:
    question = next((question for tab in exam.tabs for question in tab.questions if question.name == name), None)
    if question is None or question.type == "number":
        yield from _numbers_around(named)
        return
    keys = _option_keys(exam, question)
    yield from _answers_from_list(frozenset(keys), named) if keys else [*named, "?"]


def _option_keys(exam: Exam, question: Question) -> list[str]:
    if question.type in ("yes_no", "consent"):
        return ["oui", "non"]
    return [item.key for item in question.options or exam.lists.get(question.list or "", ())]


def _numbers_around(named: list[Any]) -> Iterator[Any]:
    numbers = [value for value in named if isinstance(value, int)]
    yield from sorted({near for value in numbers for near in (value - 1, value, value + 1)} or {0})
