"""Drafts in the pages: what is typed is kept by every button and as it is typed; what they say is true."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.sessions import EXCHANGES
from services.chassis.process.kept_results import ExpiringCache
from services.contracts import page_labels
from services.contracts.registration_rules import FIELD_VALUE_LENGTH
from tests.gateway.candidates import CandidateFactory, drop_cached_exchange
from tests.gateway.components.html_checks import text_of
from tests.gateway.tabs import AMIENS, CANDIDATURE, IDENTIFICATION, NUMBER, RECAP, begun, writes
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser


def saved_as_typed(browser: ScriptlessBrowser, draft: str, number: int, **typed: Any) -> TestResponse:
    fields = {"revision": browser.value("revision"), **typed}
    return browser.client.post(f"{draft}/{number}/saisie", base_url=browser.url, headers=browser.headers, data=fields)


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


def test_the_script_of_a_second_window_is_told_replaces_nothing_and_both_texts_are_shown(
    candidates: CandidateFactory,
) -> None:
    tab, field, first, second = CANDIDATURE, "etablissement-texte", "Pasteur", "Ampère"  # the words of a search
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{tab}")
    assert saved_as_typed(browser, draft, tab, **{field: first}).status_code == 200
    answer = saved_as_typed(browser, draft, tab, **{field: second})
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert (answer.json or {})["type"] == "/problems/brouillon-modifie"
    browser.press("Quitter", **{field: second})
    assert browser.title == "Ce brouillon a été modifié ailleurs"
    assert first in browser.text
    assert second in browser.text


def test_the_script_is_told_what_cannot_be_kept(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{IDENTIFICATION}")
    too_long = saved_as_typed(browser, draft, IDENTIFICATION, adresse="x" * (FIELD_VALUE_LENGTH + 1))
    assert too_long.status_code == 422
    assert f"{FIELD_VALUE_LENGTH} caractères" in (too_long.json or {})["errors"][0]["detail"]
    page = browser.answer
    other, _ = begun(candidates)
    other.answer = page
    assert saved_as_typed(other, draft, IDENTIFICATION, adresse="1 rue du port").status_code == 404, "not theirs"
    browser.press(page_labels.LOG_OUT)
    drop_cached_exchange(running, browser)
    browser.answer = page
    assert saved_as_typed(browser, draft, IDENTIFICATION, adresse="1 rue du port").status_code == 401


def test_after_the_closing_a_draft_cannot_be_sent(candidates: CandidateFactory, running: InProcessPortal) -> None:
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


def test_a_draft_that_another_candidature_forbids_says_so_on_each_tab(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    browser, draft = begun(candidates, email, AMIENS)
    candidates.register(email)
    for number in (1, IDENTIFICATION, RECAP, NUMBER):
        browser.get(f"{draft}/{number}")
        assert "Vous avez déjà une candidature pour cette session (ACADÉMIE DE BESANCON, n° 001)" in browser.text
    assert browser.page.xpath("//button[normalize-space()='Enregistrer']/@disabled")
    browser.post(f"{draft}/{NUMBER}", {"action": "save", "revision": browser.value("revision")})
    assert "Abandonner ce brouillon" in ways_on_from_refusal(browser)
    browser.get("/inscriptions")
    browser.follow("Me désinscrire de cette candidature")
    assert browser.title == "Se désinscrire"


def test_a_draft_that_another_candidature_forbids_is_not_opened(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser, _ = begun(candidates, email, AMIENS)
    assert "Abandonner ce brouillon" not in ways_on_from_refusal(browser)
    browser.follow("Voir ma candidature")
    assert browser.title == "Récapitulatif"


def ways_on_from_refusal(browser: ScriptlessBrowser) -> list[str]:
    """The links of the page that refuses what another candidature forbids."""
    assert browser.answer.status_code == 409
    assert "Erreur 409" not in browser.text
    links = [text_of(link) for link in browser.page.xpath("//main//li/a")]
    assert {"Voir ma candidature", "Me désinscrire de cette candidature"} <= set(links)
    return links


def test_a_tab_is_shown_without_asking_accounts_anew(
    candidates: CandidateFactory, running: InProcessPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: ExpiringCache[Any] = ExpiringCache(seconds=60.0, at_most=100)
    monkeypatch.setitem(running.gateway.app.extensions, EXCHANGES, cache)
    browser, draft = begun(candidates)
    with service_stopped(running.accounts):
        assert browser.get(f"{draft}/{IDENTIFICATION}").status_code == 200
    browser.get("/compte")
    browser.press("Enregistrer", prenoms="Théophraste")
    shown = browser.get(f"{draft}/{IDENTIFICATION}").text.upper()
    assert "THÉOPHRASTE" in shown, "what was changed in the account is shown next"
    assert "LAURENT" not in shown


def test_a_version_is_saved_with_the_identity_of_its_moment(
    candidates: CandidateFactory, running: InProcessPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: ExpiringCache[Any] = ExpiringCache(seconds=60.0, at_most=100)
    monkeypatch.setitem(running.gateway.app.extensions, EXCHANGES, cache)
    email = candidates.create_activated_account()
    browser, draft = begun(candidates, email)
    for before in range(1, NUMBER):
        writes(browser, draft, before)
    elsewhere = candidates.log_in(email)
    elsewhere.get("/compte")
    elsewhere.press("Enregistrer", prenoms="Théophraste")
    browser.press("Enregistrer")
    browser.get(browser.path.removesuffix("/numero"))
    assert browser.title == "Récapitulatif"
    assert "THÉOPHRASTE" in browser.text.upper()


def test_every_button_keeps_what_is_typed_right_or_not_without_a_nul(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    browser.get(f"{draft}/{IDENTIFICATION}")
    path, long = browser.path, "x" * (FIELD_VALUE_LENGTH + 1)
    assert browser.press("Suivant", adresse=long, complement_1="Bâtiment B").status_code == 422
    assert (browser.value("adresse"), browser.value("complement_1")) == (long, "Bâtiment B")
    assert browser.page.xpath(f"//a[@href='#champ-adresse'][contains(., '{FIELD_VALUE_LENGTH} caractères')]")
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
