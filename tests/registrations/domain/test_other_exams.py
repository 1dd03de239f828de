"""An exam made of other tabs, with no other code: the guide's twelve."""

from dataclasses import replace

from services.registrations.domain import registration_form
from services.registrations.domain.conditions import ALWAYS, Test
from services.registrations.domain.exam_definition import Item, Question, Tab
from tests.registrations.domain.example_dossier import ANSWERS, BTS, DOSSIER, TABS, as_saved, details, with_answers
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
