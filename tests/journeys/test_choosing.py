"""People who know no code, no acronym of the administration and no word for their case: only what the screens say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.mouse_user import MouseUser
from tests.journeys.personas import COLLECTIVITES, HANDICAP, PRESSE, Persona, Search
from tests.journeys.scriptless_user import ScriptlessUser
from tests.support import failure_screenshots
from tests.support.chromium import DESKTOP, TELEPHONE, french_profile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.running_portal import RunningPortal

MCO = "Management commercial opérationnel (31213)"
SLAM = "Services informatiques aux organisations option B : solutions logicielles et applications métiers (32614)"
TROYES = {
    "Nationalité": "Française",
    "Numéro, rue, voie": "3 rue Émile Zola",
    "Code postal": "10000",
    "Localité": "Troyes",
    personas.CSP: "Employés de commerce",
}
REMAINING = {"Situation à l'inscription": "Première inscription", HANDICAP: "Non", PRESSE: "Non", COLLECTIVITES: "Non"}


def someone(prenoms: str) -> Persona:
    born = personas.born_in_france("010 - AUBE", "TROYES")
    account = personas.civil_status("MADAME", "MARTIN", prenoms, "04/05/1995") | born
    return Persona(personas.new_address(), account, "ACADÉMIE DE REIMS", {})


@dataclass
class SpecialiteChooser:
    """A candidate who chooses category and spécialité, with a script or without."""

    candidate: Candidate

    @property
    def user(self) -> MouseUser:
        return self.candidate.user

    def reaches_the_category(self) -> None:
        self.candidate.creates_account()
        self.candidate.activates_account()
        self.candidate.logs_in()
        self.candidate.chooses_exam()
        self.user.press("Suivant")
        self.user.fill(TROYES)
        self.user.press("Suivant")
        self.user.is_at("Informations candidature")

    def takes_the_category_explained_as(self, words: str) -> None:
        """Opens « Quelle catégorie choisir ? » and takes the category whose explanation has these words."""
        page = self.candidate.page
        page.get_by_text("Quelle catégorie choisir ?", exact=True).click()
        explanation = page.locator("dd", has_text=words)
        label = explanation.locator("xpath=preceding-sibling::dt[1]").inner_text()
        self.user.fill({"Catégorie du candidat": label})

    def reaches_the_specialite(self) -> None:
        self.user.fill(REMAINING)
        self.user.press("Suivant")
        self.user.is_at("Qualification présentée")

    def finishes(self) -> None:
        self.user.fill({"Forme de passage": "Globale"})
        self.user.press("Suivant")
        self.user.is_at("Acquis")
        self.user.press("Suivant")
        self.user.fill({"Diplôme ou formation": "BACCALAURÉAT GÉNÉRAL"})
        self.user.press("Suivant")
        self.user.is_at("Epreuves")


@pytest.fixture(params=["script", "plain"])
def chooser(request: pytest.FixtureRequest, browser: Browser, alone: RunningPortal) -> Iterator[SpecialiteChooser]:
    """At a computer, or on a telephone whose browser runs no script."""
    plain = request.param == "plain"
    context = french_profile(browser, viewport=TELEPHONE if plain else DESKTOP, java_script_enabled=not plain)
    page = context.new_page()
    yield SpecialiteChooser(Candidate(page, alone, someone("Claire"), ScriptlessUser if plain else MouseUser))
    failure_screenshots.save_screenshots(request.node, context)
    context.close()


def test_mco_i_have_a_job_i_live_in_troyes(chooser: SpecialiteChooser) -> None:
    chooser.reaches_the_category()
    chooser.takes_the_category_explained_as("salarié")
    chooser.user.press("Je me présente en candidat individuel de l'Aube")
    chooser.reaches_the_specialite()
    chooser.user.fill({"Spécialité": Search("mco", MCO)})
    chooser.finishes()
    chooser.user.fill({"E2 / Option": "Anglais"})
    chooser.user.press("Suivant")
    chooser.user.is_at("Récapitulatif")
    chooser.user.shows("EXPERIENCE PROFESSIONNELLE (510)", "INDIVIDUELS 010", MCO.removesuffix(" (31213)"))


def test_sio_with_the_cned(chooser: SpecialiteChooser) -> None:
    chooser.reaches_the_category()
    chooser.takes_the_category_explained_as("CNED")
    chooser.user.press("J'étudie avec le CNED")
    chooser.reaches_the_specialite()
    chooser.user.fill({"Spécialité": Search("sio", SLAM)})
    chooser.finishes()
    chooser.user.press("Suivant")
    chooser.user.is_at("Récapitulatif")
    chooser.user.shows("ENSEIGNEMENT A DISTANCE (410)", "CNED", SLAM.removesuffix(" (32614)"))


def test_a_specialite_taken_from_the_list_of_its_domain_leaves_the_rest_as_typed(chooser: SpecialiteChooser) -> None:
    chooser.reaches_the_category()
    chooser.takes_the_category_explained_as("CNED")
    chooser.user.press("J'étudie avec le CNED")
    chooser.reaches_the_specialite()
    chooser.user.fill({"Forme de passage": "Progressive"})
    chooser.candidate.page.get_by_role("button", name="Parcourir les spécialités").click()
    chooser.user.is_at("Parcourir les spécialités")
    chooser.candidate.page.get_by_text("Informatique et numérique").click()
    chooser.candidate.page.get_by_role("link", name=f"Ce qui vous sera demandé : {SLAM}").click()
    chooser.user.shows("Ce qui vous sera demandé", "BTSCNED1 : Attestation d'inscription et de suivi")
    chooser.user.press("Choisir cette spécialité")
    chooser.user.is_at("Qualification présentée")
    page = chooser.candidate.page
    assert page.get_by_label("Spécialité").input_value() == SLAM
    assert page.get_by_label("Forme de passage *").locator("option:checked").inner_text() == "Progressive"
