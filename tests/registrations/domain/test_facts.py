from dataclasses import replace
from datetime import date

from services.registrations.domain.facts import FACTS, age_on, lookup
from tests.registrations.domain.example_dossier import BTS, DOSSIER, PIERRE, with_answers


def test_a_dossier_answers_the_facts_of_its_conditions() -> None:
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


def test_an_epreuve_is_asked_by_code_or_by_tag() -> None:
    answer = lookup(DOSSIER)
    assert answer("epreuve:EF2") == ("non_inscrit",)
    assert answer("epreuve:engagement") == ("inscrit",)
    assert answer("epreuve:nowhere") == ()


def test_what_is_unknown_is_unanswered() -> None:
    answer = lookup(DOSSIER)
    assert [answer(subject) for subject in ("fact:shoe_size", "question:nobody", "weather:today")] == [None] * 3


def test_a_category_not_open_to_the_public_is_no_answer() -> None:
    assert lookup(with_answers("candidature", categorie="110"))("fact:categorie") is None


def test_the_age_counts_full_years_on_the_closing_day() -> None:
    assert age_on(date(2002, 10, 25), date(2021, 10, 24)) == 18
    assert age_on(date(2002, 10, 25), date(2021, 10, 25)) == 19
    assert age_on(date(2004, 2, 29), date(2021, 2, 28)) == 16


def test_a_birth_date_that_does_not_read_leaves_the_age_unanswered() -> None:
    strange = replace(DOSSIER, identity=replace(PIERRE, date_naissance="2002-13-41"))
    assert lookup(strange)("fact:age_at_closing") is None


def test_every_text_fact_lists_its_values_in_an_exam() -> None:
    for fact in FACTS.values():
        assert fact.is_number or (fact.values and fact.values(BTS)), fact.name
