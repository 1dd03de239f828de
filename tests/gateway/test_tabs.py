"""Drafts in their tabs, without any script: what is typed is kept by every button; what they say is
true."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.sessions import EXCHANGES
from services.chassis.process.kept_results import ExpiringCache
from services.contracts import page_labels
from services.contracts.registration_rules import FIELD_VALUE_LENGTH
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.filled_tabs import (
    ACQUIS,
    CANDIDATURE,
    DIPLOMA,
    EPREUVES,
    IDENTIFICATION,
    NUMBER,
    QUALIFICATION,
    RECAP,
    begun,
    up_to,
    writes,
)
from tests.registrations.domain.example_dossier import ANSWERS, MCO
from tests.support.in_process_portal import InProcessPortal, service_stopped

AMIENS = "20"
BROWSE = "Parcourir les spécialités"
ATTESTATION = (
    "Vous devrez fournir une attestation de formation établie par votre centre de formation."
)


def saved_as_typed(browser: Browser, draft: str, number: int, **typed: Any) -> TestResponse:
    fields = {"revision": browser.value("revision"), **typed}
    return browser.client.post(
        f"{draft}/{number}/saisie", base_url=browser.url, headers=browser.headers, data=fields
    )


def test_what_the_script_sends_is_in_the_draft_with_its_hour(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{IDENTIFICATION}")
    answer = saved_as_typed(browser, draft, IDENTIFICATION, adresse="1 rue du port")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["revision"] == int(browser.value("revision") or 0) + 1
    assert re.fullmatch(r"\d\d:\d\d", answer.json["at"])
    assert answer.headers["Cache-Control"] == "no-store"
    browser.get(f"{draft}/{IDENTIFICATION}")
    assert browser.value("adresse") == "1 rue du port"
    assert browser.value("revision") == str(answer.json["revision"])


def test_a_second_window_is_told_replaces_nothing_and_both_texts_are_shown(
    candidates: CandidateFactory,
) -> None:
    # the words of a search
    tab = CANDIDATURE
    field = "etablissement-texte"
    first = "Pasteur"
    second = "Ampère"
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{tab}")
    assert saved_as_typed(browser, draft, tab, **{field: first}).status_code == 200
    answer = saved_as_typed(browser, draft, tab, **{field: second})
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert (answer.json or {})["type"] == "/problems/brouillon-modifie"
    browser.press("Quitter", **{field: second})
    assert browser.title == "Ce brouillon a été modifié ailleurs"
    browser.shows(first, second)


def test_the_script_is_told_what_cannot_be_kept(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{IDENTIFICATION}")
    too_long = saved_as_typed(
        browser, draft, IDENTIFICATION, adresse="x" * (FIELD_VALUE_LENGTH + 1)
    )
    assert too_long.status_code == 422
    assert f"{FIELD_VALUE_LENGTH} caractères" in (too_long.json or {})["errors"][0]["detail"]
    page = browser.answer
    other, _ = begun(candidates)
    other.answer = page
    assert (
        saved_as_typed(other, draft, IDENTIFICATION, adresse="1 rue du port").status_code == 404
    ), "not theirs"
    browser.press(page_labels.LOG_OUT)
    browser.drop_cached_exchange()
    browser.answer = page
    assert (
        saved_as_typed(browser, draft, IDENTIFICATION, adresse="1 rue du port").status_code == 401
    )


def test_after_the_closing_a_draft_cannot_be_sent(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser, draft = begun(candidates)
    running.advance_clock(days=30)
    browser.get("/inscriptions")
    assert page_labels.CLOSED_SINCE.format(end="25/10/2021 à 12:00") in browser.text
    assert "À terminer" not in browser.text
    assert browser.page.xpath("//main//address")
    browser.follow("Relire : BREVET DE TECHNICIEN SUPERIEUR BTS 2022")
    assert browser.title == "Récapitulatif"
    assert "ce brouillon ne peut plus être transmis" in browser.text
    browser.get(f"{draft}/{NUMBER}")
    assert browser.page.xpath("//button[normalize-space()='Enregistrer']/@disabled")
    browser.get("/")
    assert "Reprendre" not in browser.text


def test_a_draft_that_another_candidature_forbids_says_so_on_each_tab(
    candidates: CandidateFactory,
) -> None:
    email = candidates.create_activated_account()
    browser, draft = begun(candidates, email, AMIENS)
    candidates.register(email)
    for number in (1, IDENTIFICATION, RECAP, NUMBER):
        browser.get(f"{draft}/{number}")
        assert (
            "Vous avez déjà une candidature pour cette session (ACADÉMIE DE BESANCON, n° 001)"
            in browser.text
        )
    assert browser.page.xpath("//button[normalize-space()='Enregistrer']/@disabled")
    browser.post(f"{draft}/{NUMBER}", {"action": "save", "revision": browser.value("revision")})
    assert "Abandonner ce brouillon" in ways_on_from_refusal(browser)
    browser.get("/inscriptions")
    browser.follow("Me désinscrire de cette candidature")
    assert browser.title == "Se désinscrire"


def test_a_draft_that_another_candidature_forbids_is_not_opened(
    candidates: CandidateFactory,
) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser, _ = begun(candidates, email, AMIENS)
    assert "Abandonner ce brouillon" not in ways_on_from_refusal(browser)
    browser.follow("Voir ma candidature")
    assert browser.title == "Récapitulatif"


def ways_on_from_refusal(browser: Browser) -> list[str]:
    """The links of the page that refuses what another candidature forbids."""
    assert browser.answer.status_code == 409
    assert "Erreur 409" not in browser.text
    links = browser.texts("//main//li/a")
    assert {"Voir ma candidature", "Me désinscrire de cette candidature"} <= set(links)
    return links


@pytest.fixture
def exchanges_kept(running: InProcessPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a minute, rather than for four seconds."""
    cache: ExpiringCache[Any] = ExpiringCache(seconds=60.0, at_most=100)
    monkeypatch.setitem(running.gateway.app.extensions, EXCHANGES, cache)


@pytest.mark.usefixtures("exchanges_kept")
def test_a_tab_is_shown_without_asking_accounts_anew(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser, draft = begun(candidates)
    with service_stopped(running.accounts):
        assert browser.get(f"{draft}/{IDENTIFICATION}").status_code == 200
    browser.get("/compte")
    browser.press("Enregistrer", prenoms="Théophraste")
    shown = browser.get(f"{draft}/{IDENTIFICATION}").text.upper()
    assert "THÉOPHRASTE" in shown, "what was changed in the account is shown next"
    assert "LAURENT" not in shown


@pytest.mark.usefixtures("exchanges_kept")
def test_a_version_is_saved_with_the_identity_of_its_moment(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    browser, _ = up_to(candidates, NUMBER, email)
    elsewhere = candidates.log_in(email)
    elsewhere.get("/compte")
    elsewhere.press("Enregistrer", prenoms="Théophraste")
    browser.press("Enregistrer")
    browser.get(browser.path.removesuffix("/numero"))
    assert browser.title == "Récapitulatif"
    assert "THÉOPHRASTE" in browser.text.upper()


def test_every_button_keeps_what_is_typed_right_or_not_without_a_nul(
    candidates: CandidateFactory,
) -> None:
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{IDENTIFICATION}")
    path = browser.path
    long = "x" * (FIELD_VALUE_LENGTH + 1)
    assert browser.press("Suivant", adresse=long, complement_1="Bâtiment B").status_code == 422
    assert (browser.value("adresse"), browser.value("complement_1")) == (long, "Bâtiment B")
    assert browser.page.xpath(
        f"//a[@href='#champ-adresse'][contains(., '{FIELD_VALUE_LENGTH} caractères')]"
    )
    browser.press("Quitter")
    assert (browser.answer.status_code, browser.value("adresse")) == (422, long)
    browser.press("Précédent", adresse="1 rue\0 du port")
    assert browser.get(path).status_code == 200
    assert browser.value("adresse") == "1 rue du port"
    browser.press("Quitter", telephone_mobile="06")
    assert browser.path == "/inscriptions"
    browser.follow("Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022")
    assert browser.title == "Identification"
    assert (browser.value("adresse"), browser.value("telephone_mobile")) == ("1 rue du port", "06")


def browse(browser: Browser, **typed: str) -> None:
    [button] = browser.texts("//button[@name='parcourir']")
    assert button.startswith(BROWSE)
    browser.press(button, **typed)
    assert browser.title == BROWSE


def test_a_school_is_searched_and_taken_from_a_list_by_full_pages(
    candidates: CandidateFactory,
) -> None:
    browser, draft = up_to(candidates, CANDIDATURE)
    browser.press(
        "Rechercher : Etablissement", categorie="320", **{"etablissement-texte": "adrien paris"}
    )
    results = browser.page.xpath("//input[@type='radio'][@name='etablissement']/@value")
    assert results == [ANSWERS["candidature"]["etablissement"]]
    assert (browser.value("categorie"), browser.value("etablissement-texte")) == (
        "320",
        "adrien paris",
    )
    browser.press("Suivant", **{name: str(value) for name, value in ANSWERS["candidature"].items()})
    assert browser.path == f"{draft}/{QUALIFICATION}"
    browser.press("Précédent")
    browser.press("Rechercher : Etablissement", **{"etablissement-texte": "introuvable"})
    assert "Aucun établissement ne correspond à « introuvable »." in browser.text
    assert browser.value("etablissement-texte") == "introuvable"


def test_a_school_proposed_is_taken_by_its_button_and_a_tab_that_was_done_is_opened_by_its_title(
    candidates: CandidateFactory,
) -> None:
    """What is typed elsewhere stays."""
    browser, draft = up_to(candidates, CANDIDATURE)
    browser.press("Actualiser selon le choix « Catégorie du candidat »", categorie="410")
    browser.press("J'étudie avec le CNED", handicap="oui", **{"etablissement-texte": "autre"})
    assert browser.path == f"{draft}/{CANDIDATURE}"
    for name, value in (
        ("etablissement", "CNED"),
        ("etablissement-texte", "CNED"),
        ("categorie", "410"),
    ):
        assert browser.value(name) == value
    assert browser.page.xpath("//input[@name='handicap'][@checked]/@value") == ["oui"]
    browser.press("2 - Identification", categorie="320")
    assert browser.path == f"{draft}/{IDENTIFICATION}"
    browser.get(f"{draft}/{CANDIDATURE}")
    assert browser.value("categorie") == "320"
    titles = browser.texts("//button[@name='onglet']")
    assert titles == ["1 - Candidatures précédentes", "2 - Identification"], (
        "those after it are not reached yet"
    )


def test_a_save_refused_for_other_tabs_leads_to_each_mistake(candidates: CandidateFactory) -> None:
    browser, draft = up_to(candidates, IDENTIFICATION)
    browser.press("Quitter", adresse="1 rue du port")
    browser.get(f"{draft}/{NUMBER}")
    assert (
        browser.post(
            browser.path, {"revision": browser.value("revision"), "action": "save"}
        ).status_code
        == 422
    )
    [address] = browser.page.xpath(
        "//main//a[.='Identification : Nationalité : choisissez une valeur.']/@href"
    )
    assert address.endswith("?verifier=oui#champ-nationalite")
    browser.get(address.partition("#")[0])
    assert (browser.path, browser.value("adresse")) == (
        f"{draft}/{IDENTIFICATION}",
        "1 rue du port",
    )
    assert "Nationalité : choisissez une valeur." in browser.texts("//*[@id='resume-erreurs']")[0]


def test_a_draft_given_up_is_gone_after_a_page_that_asks(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    browser.get(f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon")
    browser.post(browser.path)
    assert browser.path == "/inscriptions"
    assert browser.get(f"{draft}/1").status_code == 404


def test_a_specialite_taken_from_the_list_leaves_the_rest_as_typed(
    candidates: CandidateFactory,
) -> None:
    browser, draft = up_to(candidates, QUALIFICATION)
    browse(browser, forme="progressive")
    browser.get(f"{browser.path}/{MCO.code}")
    assert browser.title == "Ce qui vous sera demandé"
    assert "CINSIG03 : Confirmation d'inscription signée" in browser.text
    browser.press("Choisir cette spécialité")
    assert browser.path == f"{draft}/{QUALIFICATION}"
    assert (browser.value("specialite"), browser.value("forme")) == (MCO.code, "progressive")
    browse(browser)
    browser.get(f"{browser.path}/{MCO.code}")
    assert "Choisir cette spécialité" not in browser.text, "it is chosen"


def alerts(browser: Browser) -> list[str]:
    return [
        text.partition(" : ")[2]
        for text in browser.texts("//main//*[contains(@class, 'fr-alert')]/p[last()]")
    ]


def test_what_warns_is_seen_going_forward_before_the_save_and_after_it(
    candidates: CandidateFactory,
) -> None:
    browser, draft = up_to(candidates, QUALIFICATION)
    assert ATTESTATION in alerts(browser)
    for number in (QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP):
        writes(browser, draft, number)
    browser.get(f"{draft}/{NUMBER}")
    assert ATTESTATION in alerts(browser)
    browser.press(page_labels.SAVE)
    assert browser.title == "N° Inscription"
    assert ATTESTATION in alerts(browser)
    browser.get(browser.path.removesuffix("/numero"))
    assert ATTESTATION in browser.text
