"""Conditions, and the facts of a dossier that they are read over."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registrations.domain.conditions import ALWAYS, All, AnyOf, Condition, Not, Test, decide, holds
from services.registrations.domain.facts import FACTS, lookup
from tests.registrations.domain.example_dossier import BTS, DOSSIER, PIERRE, with_answers

ANSWERS: dict[str, Any] = {"fact:categorie": "320", "fact:age_at_closing": 19, "epreuve:EF": ("inscrit", "non_inscrit")}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (ALWAYS, True),
        (Test("fact:categorie", "is", "320"), True),
        (Test("fact:categorie", "in", ("410", "320")), True),
        (Test("fact:age_at_closing", "at_least", 19), True),
        (Test("fact:age_at_closing", "at_most", 18), False),
        (Test("epreuve:EF", "is", "inscrit"), True),
        (Test("fact:categorie", "present", True), True),
        (Test("fact:diplome", "present", False), True),
        (All((Test("fact:categorie", "is", "320"), Not(Test("fact:diplome", "present", True)))), True),
        (AnyOf(()), False),
    ],
)
def test_a_condition_is_read_over_facts(condition: Condition, expected: bool) -> None:
    assert holds(condition, ANSWERS.get) is expected
    for operator in ("is", "in", "at_least", "at_most"):  # of what is unanswered nothing holds
        assert not holds(Test("fact:unknown", operator, ("x",) if operator == "in" else 1), ANSWERS.get)


ADULT, OTHER = Test("fact:categorie", "is", "320"), Test("fact:categorie", "is", "410")
UNKNOWN = Test("fact:diplome", "present", True)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (ALWAYS, True),
        (ADULT, True),
        (UNKNOWN, None),
        (Not(UNKNOWN), None),
        (All((ADULT, UNKNOWN)), None),
        (All((OTHER, UNKNOWN)), False),
        (AnyOf((ADULT, UNKNOWN)), True),
        (AnyOf((OTHER, UNKNOWN)), None),
        (AnyOf((OTHER, Not(ADULT))), False),
    ],
)
def test_a_condition_is_decided_where_the_unknown_does_not_matter(condition: Condition, expected: bool | None) -> None:
    assert decide(condition, ANSWERS.get, ANSWERS.__contains__) is expected


def test_a_dossier_answers_the_facts_of_its_conditions_and_its_epreuves_by_code_or_tag() -> None:
    answer = lookup(DOSSIER)
    wanted = {
        "categorie": "320",
        "specialite": "31310",
        "forme_finale": "globale",
        "nationalite": "100",
        "handicap": "non",
        "diplome": "bac_general",
        "acquis": ("meme_bts",),
        "academie": "03",
        "situation": "redoublant",
        "age_at_closing": 19,
        "session_year": 2022,
        "pays_naissance": "100",
    }
    assert {name: answer(f"fact:{name}") for name in wanted} == wanted
    assert [name for name, fact in FACTS.items() if fact.values and not fact.values(BTS)] == []
    assert answer("epreuve:EF2") == ("non_inscrit",)
    assert answer("epreuve:engagement") == ("inscrit",)
    assert answer("epreuve:nowhere") == ()


def test_what_is_unknown_or_not_open_to_the_public_or_does_not_read_is_unanswered() -> None:
    answer = lookup(DOSSIER)
    assert [answer(subject) for subject in ("fact:shoe_size", "question:nobody", "weather:today")] == [None] * 3
    assert lookup(with_answers("candidature", categorie="110"))("fact:categorie") is None
    strange = replace(DOSSIER, identity=replace(PIERRE, date_naissance="2002-13-41"))
    assert lookup(strange)("fact:age_at_closing") is None


def test_an_age_counts_full_years() -> None:
    for birth, day, age in (
        ("2002-10-25", date(2021, 10, 24), 18),
        ("2002-10-25", date(2021, 10, 25), 19),
        ("2004-02-29", date(2021, 2, 28), 16),
    ):
        assert replace(DOSSIER, identity=replace(PIERRE, date_naissance=birth)).age_on(day) == age
