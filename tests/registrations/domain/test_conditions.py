from typing import Any

import pytest

from services.registrations.domain.conditions import ALWAYS, All, AnyOf, Condition, Not, Test, decide, holds

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


@pytest.mark.parametrize("operator", ["is", "in", "at_least", "at_most"])
def test_an_unanswered_fact_makes_its_test_false(operator: str) -> None:
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
def test_a_condition_is_decided_where_what_is_unknown_makes_no_difference(
    condition: Condition, expected: bool | None
) -> None:
    assert decide(condition, ANSWERS.get, ANSWERS.__contains__) is expected
