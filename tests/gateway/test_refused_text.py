"""What cannot be kept is told in words at its field, on the page that still holds it; nothing seen is lost."""

from __future__ import annotations

from services.registrations.domain.lengths import FIELD_VALUE
from tests.gateway.candidates import CandidateFactory, creation_answers
from tests.support.scriptless_browser import ScriptlessBrowser

IDENTIFICATION, CANDIDATURE = 2, 3


def on_tab(candidates: CandidateFactory, number: int) -> ScriptlessBrowser:
    email = candidates.create_activated_account()
    draft, browser = candidates.open_draft(email), candidates.log_in(email)
    browser.get(f"{draft}/{number}")
    return browser


def test_a_text_too_long_stays_in_its_field_and_a_nul_takes_nothing_away(candidates: CandidateFactory) -> None:
    browser = on_tab(candidates, IDENTIFICATION)
    path, long = browser.path, "x" * (FIELD_VALUE + 1)
    browser.press("Suivant", adresse=long, complement_1="Bâtiment B")
    assert browser.answer.status_code == 422
    assert (browser.value("adresse"), browser.value("complement_1")) == (long, "Bâtiment B")
    assert browser.page.xpath(f"//a[@href='#champ-adresse'][contains(., '{FIELD_VALUE} caractères')]")
    browser.press("Précédent", adresse="1 rue\0 du port")
    assert browser.get(path).status_code == 200
    assert browser.value("adresse") == "1 rue du port"


def test_a_nul_in_an_account_s_form_takes_nothing_away_either(
    candidates: CandidateFactory, plain: ScriptlessBrowser
) -> None:
    plain.post("/compte/creation", creation_answers("nul@example.org", prenoms="Lau\0rent", nom_famille=""))
    assert plain.answer.status_code == 422
    assert plain.value("prenoms") == "Laurent"


def test_a_nul_in_an_address_is_refused_by_a_page(plain: ScriptlessBrowser) -> None:
    for path in ("/ouverture-des-services?exam=%00", "/compte/mot-de-passe/%00", "/compte/communes?q=%00"):
        assert 400 <= plain.get(path).status_code < 500 or plain.answer.status_code == 200, path


def test_pages_themselves_take_parameters_that_they_do_not_know(plain: ScriptlessBrowser) -> None:
    for path in ("/", "/connexion", "/ouverture-des-services"):
        assert plain.get(f"{path}?utm_source=mail").status_code == 200


def test_words_that_were_typed_and_not_yet_searched_stay_in_their_field(candidates: CandidateFactory) -> None:
    browser = on_tab(candidates, CANDIDATURE)
    for button in ("Actualiser selon le choix « Catégorie du candidat »", "Suivant"):
        browser.press(button, **{"etablissement-texte": "Pasteur"})
        assert (browser.value("etablissement-texte"), browser.value("etablissement")) == ("Pasteur", ""), button
    browser.press("Rechercher : Etablissement")
    assert "Pasteur" in browser.text
