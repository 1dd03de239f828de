"""What an exam declares: rules (K2 to K5, K9, K10, K14), conditions over the facts of a dossier,
tabs and questions."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.contracts.registrations import WARNINGS
from services.registrations.domain import registration_form, rules
from services.registrations.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Condition,
    Not,
    Test,
    decide,
    holds,
)
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import (
    Epreuve,
    Item,
    Question,
    RuleParameter,
    RuleUse,
    Tab,
)
from services.registrations.domain.facts import FACTS, lookup
from tests.registrations.domain.example_dossier import (
    ANSWERS,
    BANQUE,
    BTS,
    DOSSIER,
    as_saved,
    details,
    with_answers,
)
from tests.registrations.domain.tab_reading import pointers, refusals, shown_epreuves, told

PROGRESSIVE = with_answers("qualification", forme="progressive")


def reasons(name: str, dossier: Dossier, **parameters: RuleParameter) -> list[str]:
    return details(rules.apply(RuleUse(name, parameters), dossier))


def in_session(year: int) -> Dossier:
    return replace(DOSSIER, session=replace(DOSSIER.session, year=year, name=str(year)))


def test_k2_a_specialite_has_a_first_and_a_last_session() -> None:
    assert [reasons("specialite_open", in_session(year)) for year in (2016, 2025)] == [[], []]
    [before], [after] = (reasons("specialite_open", in_session(year)) for year in (2015, 2026))
    assert "à partir de la session 2016" in before
    assert "depuis la session 2025" in after
    later = replace(BANQUE, versions=(replace(BANQUE.versions[0], first=2023),))
    [without_version] = reasons(
        "specialite_open", replace(DOSSIER, exam=replace(BTS, specialites=(later,)))
    )
    assert without_version.endswith("n'est pas organisée à la session 2022.")


def test_k3_a_category_keeps_its_form_unless_a_derogation_gives_the_wished_one() -> None:
    [reason] = reasons("forme_allowed", with_answers("candidature", PROGRESSIVE, categorie="520"))
    assert "Globale" in reason
    wished = with_answers("qualification", derogation="oui", forme_souhaitee="progressive")
    assert reasons("forme_allowed", with_answers("candidature", wished, categorie="520")) == []


def test_k4_globale_does_not_leave_a_mandatory_unit_out_and_progressive_may() -> None:
    left_out = with_answers("epreuves", position__E3="non_inscrit", position__E5="non_inscrit")
    errors = reasons("globale_complete", left_out)
    assert [reason.split(" : ")[0] for reason in errors] == ["E3", "E5"]
    assert (
        reasons(
            "globale_complete", with_answers("epreuves", PROGRESSIVE, position__E3="non_inscrit")
        )
        == []
    )


def test_k5_progressive_sits_at_least_one_unit() -> None:
    units = ("E1", "E2", "E3", "E4-A", "E4-B", "E5", "C-ANGL")
    none = {f"position-{code}": "non_inscrit" for code in units}
    assert (
        len(
            reasons(
                "progressive_at_least", with_answers("epreuves", PROGRESSIVE, **none), minimum=1
            )
        )
        == 1
    )
    single_unit = with_answers("epreuves", PROGRESSIVE, **{**none, "position-E1": "inscrit"})
    assert reasons("progressive_at_least", single_unit, minimum=1) == []
    [reason] = reasons("progressive_at_least", single_unit, minimum=2)
    assert reason == "Choisissez au moins 2 épreuves obligatoires à la position « Inscrit »."
    globale = with_answers("epreuves", DOSSIER, **none)
    assert reasons("progressive_at_least", globale, minimum=9) == [], "globale sits them all"


def test_k9_counts_engagement_apart_from_the_referentiel() -> None:
    all_three = with_answers("epreuves", position__EF2="inscrit")
    assert (
        reasons("facultatives_at_most", all_three, max=3, max_referentiel=2, besides="engagement")
        == []
    )
    of_all, of_referentiel = reasons(
        "facultatives_at_most", all_three, max=2, max_referentiel=1, besides="engagement"
    )
    assert of_all == "Épreuves facultatives : 2 au plus, vous en avez choisi 3."
    assert of_referentiel.endswith("hors engagement étudiant : 1 au plus, vous en avez choisi 2.")
    for year, refused in ((2024, 0), (2025, 2)):
        three = with_answers("epreuves", in_session(year), position__EF2="inscrit")
        assert len(registration_form.tab_errors(three, 7)) == refused, year


def with_epreuves(*changed: Epreuve, answers: dict[str, str]) -> Dossier:
    """The dossier with some épreuves of its spécialité written anew."""
    by_code = {epreuve.code: epreuve for epreuve in changed}
    [version] = BANQUE.versions
    version = replace(
        version, epreuves=tuple(by_code.get(epreuve.code, epreuve) for epreuve in version.epreuves)
    )
    lists = {**BTS.lists, "anglais_seul": (Item("anglais", "Anglais"),)}
    exam = replace(BTS, specialites=(replace(BANQUE, versions=(version,)),), lists=lists)
    return with_answers("epreuves", replace(DOSSIER, exam=exam), **answers)


ENGLISH = Epreuve("E2", "Langue vivante : Anglais", "obligatoire", "U2", options="anglais_seul")
SECOND = Epreuve("EF1", "Langue vivante 2", "facultative", "UF1", options="langues")


def test_k10_holds_between_any_two_languages_whatever_the_catalogue_says() -> None:
    forgotten = with_epreuves(ENGLISH, SECOND, answers={"option-E2": "", "option-EF1": "anglais"})
    [reason] = reasons("options_differ", forgotten)
    assert reason == "EF1 : l'option doit différer de celle de E2."
    offered = shown_epreuves(forgotten)["EF1"].option
    assert offered
    assert "anglais" not in [option.value for option in offered.options]
    assert reasons("options_differ", with_answers("epreuves", option__EF1="anglais")) == [reason]
    assert (
        reasons(
            "options_differ",
            with_answers("epreuves", option__EF1="anglais", position__EF1="non_inscrit"),
        )
        == []
    )
    assert shown_epreuves(forgotten)["E2"].title == "E2 : Langue vivante : Anglais : Inscrit", (
        "named once"
    )


def test_k10_leaves_a_way_out_to_the_language_that_can_be_chosen() -> None:
    chosen_first = replace(SECOND, code="E2", kind="obligatoire")
    fixed = replace(ENGLISH, code="EF1", kind="facultative")
    errors = registration_form.tab_errors(
        with_epreuves(chosen_first, fixed, answers={"option-EF1": ""}), 7
    )
    assert [error.pointer for error in errors] == ["#/option-E2"]
    twice = with_epreuves(
        ENGLISH, replace(ENGLISH, code="EF1"), answers={"option-E2": "", "option-EF1": ""}
    )
    assert reasons("options_differ", twice) == []


def test_k14_is_shown_going_forward_and_listed_before_the_save_and_with_it() -> None:
    individuel = with_answers("candidature", categorie="510", etablissement="INDIVIDUELS 025")
    dossier = with_answers("diploma", individuel, diplome="cap")
    experience, diploma = (
        registration_form.tab_view(dossier, number).notices[0] for number in (3, 6)
    )
    assert experience in registration_form.tab_view(dossier, 4).notices
    assert diploma in registration_form.tab_view(dossier, 7).notices
    assert {experience, diploma} <= set(registration_form.tab_view(dossier, 9).notices)
    section = next(section for section in as_saved(dossier).recap if section.title == WARNINGS)
    warned = {"Informations candidature": experience, "Diplôme possédé": diploma}
    assert [(line.label, line.value) for line in section.lines] == list(warned.items())
    assert section in registration_form.recap(dossier).sections


def test_k14_tells_the_years_of_experience_and_what_a_diploma_opens_without_blocking() -> None:
    for year, years in ((2022, "3 ans "), (2023, "1 an ")):
        [reason] = reasons(
            "experience_expected", with_answers("candidature", in_session(year), categorie="510")
        )
        assert years in reason
    [attestation] = registration_form.tab_view(
        with_answers("candidature", categorie="320"), 4
    ).notices
    assert "attestation de formation" in attestation
    assert registration_form.tab_view(with_answers("candidature", categorie="520"), 4).notices == ()
    cap = with_answers("diploma", diplome="cap")
    assert registration_form.tab_errors(cap, 6) == ()
    assert "CERTIFICAT D'APTITUDE" in registration_form.tab_view(cap, 6).notices[0]


def test_a_use_of_a_rule_is_checked_against_its_parameters() -> None:
    assert list(rules.problems(RuleUse("benefice", {"years": 5}))) == []
    assert list(rules.problems(RuleUse("benefice", {}))) == [
        "paramètre « years » manquant pour benefice"
    ]
    assert "nombre entier" in next(rules.problems(RuleUse("benefice", {"years": "5"})))
    assert "paramètre inconnu" in next(rules.problems(RuleUse("benefice", {"month": 5})))


KNOWN: dict[str, Any] = {
    "fact:categorie": "320",
    "fact:age_at_closing": 19,
    "epreuve:EF": ("inscrit", "non_inscrit"),
}


ADULT = Test("fact:categorie", "is", "320")
OTHER = Test("fact:categorie", "is", "410")
UNKNOWN = Test("fact:diplome", "present", True)


@pytest.mark.parametrize(
    ("condition", "held", "decided"),
    [
        (ALWAYS, True, True),
        (ADULT, True, True),
        (Test("fact:categorie", "in", ("410", "320")), True, True),
        (Test("fact:age_at_closing", "at_least", 19), True, True),
        (Test("fact:age_at_closing", "at_most", 18), False, False),
        (Test("epreuve:EF", "is", "inscrit"), True, True),
        (Test("fact:categorie", "present", True), True, True),
        (Test("fact:diplome", "present", False), True, None),
        (UNKNOWN, False, None),
        (Not(UNKNOWN), True, None),
        (All((ADULT, Not(UNKNOWN))), True, None),
        (All((ADULT, UNKNOWN)), False, None),
        (All((OTHER, UNKNOWN)), False, False),
        (AnyOf((ADULT, UNKNOWN)), True, True),
        (AnyOf((OTHER, UNKNOWN)), False, None),
        (AnyOf((OTHER, Not(ADULT))), False, False),
        (AnyOf(()), False, False),
        *(
            (Test("fact:unknown", operator, 1), False, None)
            for operator in ("is", "at_least", "at_most")
        ),
        (Test("fact:unknown", "in", ("x",)), False, None),
    ],
)
def test_a_condition_is_read_over_facts_and_decided_where_the_unknown_does_not_matter(
    condition: Condition, held: bool, decided: bool | None
) -> None:
    assert (holds(condition, KNOWN.get), decide(condition, KNOWN.get, KNOWN.__contains__)) == (
        held,
        decided,
    )


def test_a_dossier_answers_the_facts_of_its_conditions_and_its_epreuves_by_code_or_tag() -> None:
    answer = lookup(DOSSIER)
    answers = {
        **ANSWERS["candidature"],
        **ANSWERS["qualification"],
        **ANSWERS["diploma"],
        **ANSWERS["identification"],
    }
    typed = ("categorie", "specialite", "nationalite", "handicap", "diplome", "situation")
    assert {name: answer(f"fact:{name}") for name in typed} == {
        name: answers[name] for name in typed
    }
    known = {
        "forme_finale": "globale",
        "acquis": ("meme_bts",),
        "academie": "03",
        "pays_naissance": "100",
    }
    counted = {"age_at_closing": 19, "session_year": 2022}
    assert {name: answer(f"fact:{name}") for name in (*known, *counted)} == known | counted
    assert [name for name, fact in FACTS.items() if fact.values and not fact.values(BTS)] == []
    sat = [answer(f"epreuve:{name}") for name in ("EF2", "engagement", "nowhere")]
    assert sat == [("non_inscrit",), ("inscrit",), ()]


def test_what_is_unknown_or_not_open_to_the_public_or_does_not_read_is_unanswered() -> None:
    answer = lookup(DOSSIER)
    assert [
        answer(subject) for subject in ("fact:shoe_size", "question:nobody", "weather:today")
    ] == [None] * 3
    assert lookup(with_answers("candidature", categorie="110"))("fact:categorie") is None
    strange = replace(DOSSIER, identity=replace(DOSSIER.identity, date_naissance="2002-13-41"))
    assert lookup(strange)("fact:age_at_closing") is None


def test_an_age_counts_full_years() -> None:
    for birth, day, age in (
        ("2002-10-25", date(2021, 10, 24), 18),
        ("2002-10-25", date(2021, 10, 25), 19),
        ("2004-02-29", date(2021, 2, 28), 16),
    ):
        assert (
            replace(DOSSIER, identity=replace(DOSSIER.identity, date_naissance=birth)).age_on(day)
            == age
        )


ACCEPT = Question("accepte", "J'ai pris connaissance des modalités", "consent", required=ALWAYS)
TITLES = (Item("licence", "Licence"), Item("autre", "Autre"))
TITLE = Question("titre", "Titre", "choice", options=TITLES, required=ALWAYS)
IS_OTHER = Test("question:titre", "is", "autre")
WHICH = Question("lequel", "Lequel ?", "text", shown=IS_OTHER, required=IS_OTHER)
YEAR = Question("annee_titre", "Année du titre", "number", format="annee")
TWELVE = replace(
    BTS,
    tabs=(
        Tab(
            "notice",
            "Modalités d'inscription",
            "modalites",
            (ACCEPT,),
            ("{session} : avant le {closes}.", "{autre}"),
        ),
        *BTS.tabs[:5],
        Tab("questions", "Informations supplémentaires", "supplement", (YEAR,)),
        Tab("questions", "Titre pour inscription", "titre", (TITLE, WHICH)),
        *BTS.tabs[6:8],
        Tab("notice", "Conditions d'inscription", "conditions", (), ("Conditions.",)),
        BTS.tabs[8],
    ),
)
ACCEPTED = with_answers("modalites", replace(DOSSIER, exam=TWELVE), accepte="oui")
TWELVE_DOSSIER = with_answers("titre", ACCEPTED, titre="licence")


def test_the_tabs_of_an_exam_are_numbered_in_its_order() -> None:
    shown = [(tab.number, tab.title) for tab in registration_form.tab_states(TWELVE_DOSSIER, 1)]
    assert shown == list(enumerate((tab.title for tab in TWELVE.tabs), 1))
    filled_in = ("BTS 2022 : avant le 25/10/2021 à 12:00 (heure de Paris).", "{autre}")
    assert registration_form.tab_view(TWELVE_DOSSIER, 1).paragraphs == filled_in
    assert as_saved(TWELVE_DOSSIER).confirmation.diplome is None


def test_what_was_not_asked_yet_is_answered_by_nothing() -> None:
    consent = "J'ai pris connaissance des modalités"
    renouncing = "Je souhaite renoncer à des acquis"
    unopened = told(replace(TWELVE_DOSSIER, answers={"previous": {}}))
    assert [
        unopened[name] for name in (consent, renouncing, "Aménagement de la durée de formation")
    ] == ["", "", ""]
    opened = told(TWELVE_DOSSIER)
    assert (opened[consent], opened[renouncing]) == ("Oui", "Non")


def test_a_question_appears_and_disappears_with_the_answer_it_depends_on() -> None:
    shown = registration_form.tab_view(TWELVE_DOSSIER, 8)
    assert [(field.name, field.refresh) for field in shown.fields()] == [("titre", True)]
    other = with_answers("titre", TWELVE_DOSSIER, titre="autre")
    assert pointers(other, 8) == ["lequel"]
    assert pointers(with_answers("titre", other, lequel="DCG"), 8) == []
    no_longer_shown = told(with_answers("titre", TWELVE_DOSSIER, lequel="DCG"))
    assert ("Titre" in no_longer_shown, "Lequel ?" in no_longer_shown) == (True, False)


def test_a_format_is_checked_and_explained() -> None:
    [reason] = refusals(with_answers("supplement", TWELVE_DOSSIER, annee_titre="21"), 7)
    assert reason == "Année du titre : saisissez une année sur quatre chiffres, par exemple 2021."
