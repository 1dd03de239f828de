"""The home page, « Ouverture des services » and the footer's pages, for everyone."""

import gzip

from gateway.assets import STATIC_FOLDER
from gateway.layout.frame import FOOTER, MENU
from services.chassis import brand
from services.contracts import page_labels
from services.contracts.retention import TO_CONFIRM, retention
from tests.gateway.candidates import CandidateFactory, drop_cached_exchange
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

KIBIBYTE = 1024


def test_the_home_page_leads_everywhere_and_each_page_of_the_footer_is_real(plain: ScriptlessBrowser) -> None:
    plain.get("/")
    for words in (page_labels.LOG_IN, page_labels.CREATE_ACCOUNT, page_labels.OPENINGS, brand.SERVICE_TITLE):
        assert words in plain.text
    for link in FOOTER:
        assert plain.get("/").status_code == 200
        assert link.label in plain.text
        answer = plain.get(link.url)
        assert answer.status_code == 200, link.url
        assert plain.title == link.label
        assert len(plain.page.xpath("string(//main)")) > 400, link.url


def test_a_candidate_finds_his_menu_and_his_service_gestionnaire(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    candidates.log_in(email)
    browser = candidates.log_in(email)
    assert "Date de dernière connexion : 05/10/2021" in browser.text
    tiles = browser.page.xpath("string(//main)")
    assert [link.label for link in MENU if link.label not in tiles] == []
    assert not browser.page.xpath("//aside[@class='portail-contact']")
    candidates.register(email)
    browser.get("/")
    assert "Votre service gestionnaire" in browser.text
    browser.get("/un-probleme")
    assert "Une photo HEIC est acceptée : elle est convertie en JPEG." in browser.text
    assert "Votre service gestionnaire" in browser.text
    assert browser.page.xpath("//aside//a/@href[starts-with(., 'mailto:')]")
    assert page_labels.ACCOUNT in browser.text


def test_without_accounts_public_pages_are_read(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser = candidates.log_in()
    drop_cached_exchange(running, browser)
    with service_stopped(running.accounts):
        assert browser.get("/").status_code == 200
        assert "Le service des comptes ne répond pas" in browser.text
        assert browser.get("/ouverture-des-services").status_code == 200
        assert browser.get("/compte").status_code == 503
    browser.follow("Réessayer")
    assert (browser.answer.status_code, browser.path) == (200, "/compte")


def test_openings_are_picked_in_turn(plain: ScriptlessBrowser) -> None:
    plain.get("/ouverture-des-services")
    plain.press("Concours")
    assert "Aucun service d'inscription n'est ouvert pour ce choix." in plain.text
    plain.get("/ouverture-des-services")
    for choice in ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022", "ACADÉMIE DE BESANCON - (2022-06)"):
        plain.press(choice)
    assert "ouvertes du 01 octobre 2021 12:00 au 25 octobre 2021 12:00 (heure de Paris)." in plain.text
    plain.press("Revenir sur BTS 2022")
    assert "Informations disponibles" not in plain.text
    assert plain.page.xpath("//button[.='BTS 2022']")
    plain.get("/ouverture-des-services?domaine=Examen&exam=BTS&session=&academie=03")
    assert plain.page.xpath("//button[.='BTS 2022']"), "what follows a missing choice is not chosen either"


def test_search_engines_find_the_public_pages_only(plain: ScriptlessBrowser) -> None:
    for path in ("/", "/plan-du-site"):
        assert "X-Robots-Tag" not in plain.get(path).headers, path
    assert plain.get("/connexion?suite=/compte").headers["X-Robots-Tag"] == "noindex"
    assert plain.get("/nowhere").headers["X-Robots-Tag"] == "noindex"
    assert "Disallow: /" in plain.get("/robots.txt").text
    assert plain.get("/favicon.ico", follow=False).status_code == 302


def test_a_first_visit_loads_little(plain: ScriptlessBrowser) -> None:
    """As the proxy sends it, compressed; fonts, which come later and stay, aside."""
    page = plain.get("/compte/creation").data
    loaded = plain.page.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    files = [STATIC_FOLDER / f"{address.removeprefix('/static/')}.gz" for address in loaded]
    assert len(gzip.compress(page)) <= 25 * KIBIBYTE
    assert len(gzip.compress(page)) + sum(file.stat().st_size for file in files) <= 150 * KIBIBYTE


def test_anybody_reads_what_is_kept_of_people_and_until_when(candidates: CandidateFactory) -> None:
    browser, kept = candidates.browser(), retention()
    for path in ("/mentions-legales", "/registre-des-traitements"):
        browser.get(path)
        assert [kind.code for kind in kept.kinds if kept.sentence(kind) not in browser.text] == [], path
    assert browser.text.count(TO_CONFIRM) == len([kind for kind in kept.kinds if not kind.confirmed])
