"""The facts that the catalogue's conditions may test (a closed list), and how each is read from a
dossier."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.clock import to_paris
from services.reference.lists import departements, nationalites, pays
from services.registrations.domain.acquis import Box
from services.registrations.domain.conditions import Lookup, holds
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import BENEFICE, DISPENSE, FORMES, REPORT
from services.registrations.domain.exam_definition import Exam, Question
from services.registrations.domain.forms import NON, OUI

_Values = Callable[[Exam], frozenset[str]]
_Answer = Callable[[Dossier], Any]


@dataclass(frozen=True)
class Fact:
    """`values`: what a text fact may be in an exam; None for a number, for `at_least` and
    `at_most`."""

    answer: _Answer
    values: _Values | None = None


def lookup(dossier: Dossier, evaluated: frozenset[str] = frozenset()) -> Lookup:
    """Answers « fact:… », « epreuve:… » (positions of the épreuves of that code or tag), «
    question:… ». `evaluated`: the questions whose conditions are being evaluated; a circular
    condition counts as unanswered."""

    def answer(subject: str) -> Any:
        kind, _, name = subject.partition(":")
        match kind:
            case "fact":
                return FACTS[name].answer(dossier) if name in FACTS else None
            case "epreuve":
                return tuple(chosen.position for chosen in dossier.matching(name))
            case "question":
                return _answer_to(dossier, name, evaluated)
        return None

    return answer


def _answer_to(dossier: Dossier, name: str, evaluated: frozenset[str]) -> Any:
    """The answer to the exam's own question: an int for a number, text otherwise; None unanswered
    or not shown."""
    for tab in dossier.exam.tabs:
        for question in tab.questions:
            if question.name == name and name not in evaluated:
                shown = holds(question.shown, lookup(dossier, evaluated | {name}))
                return _typed_value(question, dossier.typed(tab).text(name)) if shown else None
    return None


def _typed_value(question: Question, text: str) -> Any:
    if not text:
        return None
    if question.type != "number":
        return text
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else None


def _text(kind: str, field: str) -> _Answer:
    return lambda dossier: dossier.typed_in(kind).text(field) or None


def _items(name: str) -> _Values:
    return lambda exam: frozenset(item.key for item in exam.lists.get(name, ()))


def _codes(entries: Iterable[Any]) -> frozenset[str]:
    return frozenset(entry.code for entry in entries)


def _fixed(*values: str) -> _Values:
    return lambda _: frozenset(values)


FACTS: dict[str, Fact] = {
    "categorie": Fact(
        lambda d: d.category and d.category.code,
        lambda e: _codes(c for c in e.categories if c.public),
    ),
    "situation": Fact(_text("candidature", "situation"), _items("situations")),
    "handicap": Fact(_text("candidature", "handicap"), _fixed(OUI, NON)),
    "specialite": Fact(
        lambda d: d.specialite and d.specialite.code, lambda e: _codes(e.specialites)
    ),
    "forme_finale": Fact(lambda d: d.formes.final, _fixed(*FORMES)),
    "acquis": Fact(lambda d: tuple(box.box.value for box in d.acquis), _fixed(*Box)),
    "acquis_position": Fact(
        lambda d: tuple(unit.position for box in d.acquis for unit in box.kept_units),
        _fixed(BENEFICE, REPORT, DISPENSE),
    ),
    "diplome": Fact(lambda d: d.diplome and d.diplome.key, _items("diplomes")),
    "nationalite": Fact(
        _text("identification", "nationalite"), lambda _: _codes(nationalites.all())
    ),
    "pays_naissance": Fact(lambda d: d.identity.pays_naissance, lambda _: _codes(pays.all())),
    "departement_naissance": Fact(
        lambda d: d.identity.departement_naissance, lambda _: _codes(departements.all())
    ),
    "academie": Fact(
        lambda d: d.opening.academie,
        lambda e: frozenset(o.academie for s in e.sessions for o in s.openings),
    ),
    "age_at_closing": Fact(lambda d: d.age_on(to_paris(d.opening.closes).date())),
    "session_year": Fact(lambda d: d.session.year),
}
