"""Exams made of other tabs, with no other code: the guide's twelve tabs, and a small exam with questions alone."""

from dataclasses import replace

from services.registrations.domain import registration_form
from services.registrations.domain.conditions import ALWAYS, Not, Test
from services.registrations.domain.exam_definition import Epreuve, Item, Question, Specialite, SpecialiteVersion, Tab
from services.registrations.domain.obstacles import exclusivity_key
from tests.registrations.domain.example_dossier import (
    ANSWERS,
    BTS,
    DOSSIER,
    PIERRE,
    SESSION,
    TABS,
    as_saved,
    details,
    with_answers,
)
from tests.registrations.domain.tab_reading import pointers, told

ACCEPT = Question("accepte", "J'ai pris connaissance des modalités", "consent", required=ALWAYS)
TITLE = Question(
    "titre", "Titre", "choice", options=(Item("licence", "Licence"), Item("autre", "Autre")), required=ALWAYS
)
IS_OTHER = Test("question:titre", "is", "autre")
WHICH = Question("lequel", "Lequel ?", "text", shown=IS_OTHER, required=IS_OTHER)
YEAR = Question("annee_titre", "Année du titre", "number", format="annee")
TWELVE = replace(
    BTS,
    tabs=(
        Tab("notice", "Modalités d'inscription", "modalites", (ACCEPT,), ("{session} : avant le {closes}.", "{autre}")),
        *TABS[:5],
        Tab("questions", "Informations supplémentaires", "supplement", (YEAR,)),
        Tab("questions", "Titre pour inscription", "titre", (TITLE, WHICH)),
        *TABS[6:8],
        Tab("notice", "Conditions d'inscription", "conditions", (), ("Conditions.",)),
        TABS[8],
    ),
)
TWELVE_ANSWERS: dict[str, dict[str, str | list[str]]] = {
    **ANSWERS,
    "modalites": {"accepte": "oui"},
    "titre": {"titre": "licence"},
}
TWELVE_DOSSIER = replace(DOSSIER, exam=TWELVE, answers=TWELVE_ANSWERS)

BORN_ABROAD = Not(Test("fact:pays_naissance", "is", "100"))
FATHER = Question("pere", "Nom et prénoms du père", "text", shown=BORN_ABROAD, required=ALWAYS)
WITHOUT = {"omit": ("duree", "etablissement", "diffusion", "renoncement")}
ORAL = Epreuve("E1", "Dossier et entretien oral", "obligatoire", None, modes={"*": "ponctuel"})
CFG = replace(
    BTS,
    code="CFG",
    label="CERTIFICAT DE FORMATION GENERALE",
    tabs=(
        Tab("notice", "Modalités d'inscription", "modalites", (ACCEPT,)),
        Tab("identification", "Identification", "identification", (FATHER,)),
        Tab("candidature", "Informations candidature", "candidature", options=WITHOUT),
        *TABS[6:],
    ),
    rules=(),
    categories=(),
    lists={},
    specialites=(Specialite("CFG", "Formation générale", None, None, (SpecialiteVersion(None, None, (ORAL,)),)),),
    pieces=(),
    forms=(),
    texts={},
    document_types={},
    sessions=(),
)
CFG_DOSSIER = replace(
    DOSSIER,
    exam=CFG,
    session=replace(SESSION, specialites=("CFG",), pieces=()),
    answers={
        "modalites": {"accepte": "oui"},
        "identification": ANSWERS["identification"],
        "candidature": {"handicap": "oui"},
    },
)


def test_the_tabs_of_an_exam_are_numbered_in_its_order() -> None:
    shown = [(tab.number, tab.title) for tab in registration_form.tab_states(TWELVE_DOSSIER, 1)]
    assert shown == list(enumerate((tab.title for tab in TWELVE.tabs), 1))
    filled_in = ("BTS 2022 : avant le 25/10/2021 à 12:00 (heure de Paris).", "{autre}")
    assert registration_form.tab_view(TWELVE_DOSSIER, 1).paragraphs == filled_in
    assert as_saved(TWELVE_DOSSIER).confirmation.diplome is None


def test_what_was_not_asked_yet_is_answered_by_nothing() -> None:
    consent, renouncing = "J'ai pris connaissance des modalités", "Je souhaite renoncer à des acquis"
    unopened = told(replace(TWELVE_DOSSIER, answers={"previous": {}}))
    assert [unopened[name] for name in (consent, renouncing, "Aménagement de la durée de formation")] == ["", "", ""]
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
    [reason] = details(registration_form.tab_errors(with_answers("supplement", TWELVE_DOSSIER, annee_titre="21"), 7))
    assert reason == "Année du titre : saisissez une année sur quatre chiffres, par exemple 2021."


def test_answers_to_questions_reach_the_confirmation() -> None:
    extra = as_saved(TWELVE_DOSSIER).confirmation.extra
    assert ("Titre", "Licence") in [(line.label, line.value) for section in extra for line in section.lines]


def test_a_small_exam_needs_no_category_no_specialite_and_no_diploma() -> None:
    outcome = as_saved(CFG_DOSSIER)
    (line,) = outcome.epreuves
    assert (line.code, line.position_label, line.mode_label) == ("E1", "Inscrit", "Ponctuel")
    confirmation = outcome.confirmation
    assert (confirmation.categorie, confirmation.forme, confirmation.handicap) == (None, None, True)
    assert exclusivity_key(CFG_DOSSIER) == "exam=CFG|session=2022"
    assert exclusivity_key(replace(CFG_DOSSIER, exam=replace(CFG, exclusive=()))) is None


def test_a_question_on_a_tab_with_code_follows_its_condition() -> None:
    abroad = replace(PIERRE, pays_naissance="127", departement_naissance=None)
    assert pointers(CFG_DOSSIER, 2) == []
    assert pointers(replace(CFG_DOSSIER, identity=abroad), 2) == ["pere"]
    assert pointers(with_answers("modalites", TWELVE_DOSSIER, accepte=""), 1) == ["accepte"], "a consent of a notice"
