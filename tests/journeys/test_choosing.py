"""Somebody who knows no code, no acronym and no word for their case: only what the screens say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.personas import COLLECTIVITES, HANDICAP, PRESSE

if TYPE_CHECKING:
    from tests.journeys.conftest import NewCandidate
    from tests.support.running_portal import RunningPortal

SLAM = "Services informatiques aux organisations option B : solutions logicielles et applications métiers (32614)"
TROYES = {
    "Nationalité": "Français",
    "Numéro, rue, voie": "3 rue Émile Zola",
    "Code postal": "10000",
    "Localité": "Troyes",
    personas.CSP: "Employés de commerce",
}
REMAINING = {"Situation à l'inscription": "Première inscription", HANDICAP: "Non", PRESSE: "Non", COLLECTIVITES: "Non"}


def test_category_school_and_specialite_are_found_by_what_the_screens_say(
    alone: RunningPortal, new_candidate: NewCandidate
) -> None:
    """Each choice takes what it needs of the tab and leaves the rest as typed."""
    candidate = new_candidate(alone, replace(personas.another_dubois(), academie="ACADÉMIE DE REIMS"))
    user, page = candidate.user, candidate.page
    candidate.begins()
    user.press("Suivant")
    user.fill(TROYES)
    user.press("Suivant")
    user.is_at("Informations candidature")
    page.get_by_text("Quelle catégorie choisir ?", exact=True).click()
    explanation = page.locator("dd", has_text="salarié")
    user.fill({"Catégorie du candidat": explanation.locator("xpath=preceding-sibling::dt[1]").inner_text()})
    user.press("Je me présente en candidat individuel de l'Aube")
    user.fill(REMAINING)
    user.press("Suivant")
    user.is_at("Qualification présentée")
    user.fill({"Forme de passage": "Progressive"})
    page.get_by_role("button", name="Parcourir les spécialités").click()
    user.is_at("Parcourir les spécialités")
    page.get_by_text("Informatique et numérique").click()
    page.get_by_role("link", name=f"Ce qui vous sera demandé : {SLAM}").click()
    user.shows("Ce qui vous sera demandé", "BTSRELEV1 : Relevé(s) de notes")
    user.press("Choisir cette spécialité")
    user.is_at("Qualification présentée")
    assert page.get_by_label("Spécialité").input_value() == SLAM
    assert page.get_by_label("Forme de passage *").locator("option:checked").inner_text() == "Progressive"
    user.press("Précédent")
    user.is_at("Informations candidature")
    user.shows("EXPERIENCE PROFESSIONNELLE (510)")
    assert "INDIVIDUELS 010" in page.get_by_role("combobox", name="Etablissement *").input_value()
