"""An administrator changes the dates of an opening, and what the home page says."""

from __future__ import annotations

import pytest

from gateway.layout.frame import GESTION_PAGES
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser


def open_besancon(administrator: ScriptlessBrowser) -> None:
    administrator.get("/gestion/ouvertures")
    assert not problems_of(administrator.answer.text)
    administrator.follow("ACADÉMIE DE BESANCON")
    assert not problems_of(administrator.answer.text)


def test_the_end_of_registrations_is_moved_with_a_reason_and_candidates_see_it(
    administrator: ScriptlessBrowser, candidates: CandidateFactory
) -> None:
    candidates.log_in_registered()
    open_besancon(administrator)
    assert "candidature" in administrator.text, "whom it concerns is said first"
    administrator.press("Changer les dates", closes="24/12/2021 23:59", reason="Intempéries")
    assert administrator.answer.status_code == 200, administrator.text
    assert "Les dates sont changées" in administrator.text
    assert administrator.value("closes") == "24/12/2021 23:59"
    assert "Intempéries" in administrator.text
    candidate = candidates.log_in_registered()
    candidate.get("/ouverture-des-services?domaine=Examen&exam=BTS&session=2022&academie=03")
    assert "24 décembre 2021 23:59" in candidate.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"closes": "demain", "reason": "Panne"}, "Une date et une heure sont attendues"),
        ({"deposit_closes": "24/12/2021 12:00", "reason": " "}, "Indiquez le motif du changement."),
        ({"reason": "Panne"}, "Aucune date n'a été changée."),
    ],
)
def test_dates_that_cannot_be_are_refused_and_what_was_typed_stays(
    administrator: ScriptlessBrowser, typed: dict[str, str], said: str
) -> None:
    open_besancon(administrator)
    administrator.press("Changer les dates", **typed)
    assert administrator.answer.status_code == 422
    assert said in administrator.text
    assert not problems_of(administrator.answer.text)
    dates = {name: text for name, text in typed.items() if name != "reason"}
    assert {name: administrator.value(name) for name in dates} == dates
    assert typed["reason"].strip() in administrator.text


def test_dates_changed_by_somebody_else_meanwhile_are_shown_and_not_overwritten(
    administrator: ScriptlessBrowser, staff: StaffFactory
) -> None:
    open_besancon(administrator)
    stale = administrator.value("revision")
    administrator.press("Changer les dates", opens="02/10/2021 08:00", reason="Erreur de saisie")
    administrator.press("Changer les dates", opens="03/10/2021 08:00", reason="Trop tard", revision=stale or "")
    assert administrator.answer.status_code == 412
    assert "changées entre-temps" in administrator.text
    assert administrator.value("opens") == "03/10/2021 08:00"


def test_a_message_is_looked_at_published_and_taken_off(
    administrator: ScriptlessBrowser, running: InProcessFourServices, staff: StaffFactory
) -> None:
    message = {
        "title": "Panne du 3 octobre",
        "text": "Le portail sera fermé de 6 h à 8 h.",
        "severity": "warning",
        "shown_from": "01/10/2021 00:00",
        "shown_until": "31/12/2099 23:59",
    }
    administrator.get("/gestion/messages")
    administrator.press("Voir l'aperçu", **message)
    assert "les candidats liront" in administrator.text
    assert not problems_of(administrator.answer.text)
    visitor = staff.browser()
    assert message["title"] not in visitor.get("/").text, "a look is no publication"
    administrator.press("Publier le message")
    assert "Le message est publié." in administrator.text
    assert message["text"] in visitor.get("/").text
    administrator.press("Retirer ce message")
    assert "Le message est retiré." in administrator.text
    assert message["text"] not in visitor.get("/").text


def test_a_message_without_a_text_or_dates_is_refused_and_stays(administrator: ScriptlessBrowser) -> None:
    administrator.get("/gestion/messages")
    administrator.press("Publier le message", title="Panne", shown_until="jamais")
    assert administrator.answer.status_code == 422
    assert administrator.value("title") == "Panne"
    assert administrator.value("shown_until") == "jamais"


def test_a_gestionnaire_has_neither_entries_nor_pages_of_administrators(staff: StaffFactory) -> None:
    gestionnaire = staff.logged_in("03")
    assert GESTION_PAGES["ouvertures"].label not in gestionnaire.text
    for page in ("/gestion/ouvertures", "/gestion/messages"):
        assert gestionnaire.get(page).status_code == 403
    gestionnaire.post("/gestion/messages", {"action": "publier", "title": "Non"})
    assert gestionnaire.answer.status_code == 403
