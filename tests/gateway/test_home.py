"""The home page, « Ouverture des services », what everybody may read; « Mes messages »."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.assets import STATIC_FOLDER
from gateway.layout.frame import ACCESSIBILITY, FOOTER, MENU
from gateway.settings import GatewaySettings
from gateway.web import blueprints, messages
from services.chassis import brand
from services.chassis.database.audit import Actor
from services.contracts import page_labels
from services.contracts.retention import TO_CONFIRM, retention
from services.registrations.follow_ups import registry
from services.registrations.models import Candidate, Candidature, db
from services.registrations.operations.staff import change_state
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.service_worker import run_follow_ups

KIBIBYTE = 1024
CRITERIA_OF_RGAA_4_1 = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
STATES = ("conforme", "non conforme", "à évaluer", "non applicable")
CRITERIA = [criterion for theme in ACCESSIBILITY["themes"] for criterion in theme["criteria"]]
REASON = "Titre requis non fourni"


def test_the_home_page_leads_everywhere_and_each_page_of_the_footer_is_real(plain: Browser) -> None:
    plain.get("/")
    for words in (
        page_labels.LOG_IN,
        page_labels.CREATE_ACCOUNT,
        page_labels.OPENINGS,
        brand.SERVICE_TITLE,
    ):
        assert words in plain.text
    for link in FOOTER:
        assert plain.get("/").status_code == 200
        assert link.label in plain.text
        answer = plain.get(link.url)
        assert answer.status_code == 200, link.url
        assert plain.title == link.label
        assert len(plain.page.xpath("string(//main)")) > 400, link.url


def test_a_candidate_finds_his_menu_and_his_service_gestionnaire(
    candidates: CandidateFactory,
) -> None:
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
    browser.shows(
        "Une photo HEIC est acceptée : elle est convertie en JPEG.", "Votre service gestionnaire"
    )
    assert browser.page.xpath("//aside//a/@href[starts-with(., 'mailto:')]")
    assert page_labels.ACCOUNT in browser.text


def test_without_accounts_public_pages_are_read(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in()
    browser.drop_cached_exchange()
    with service_stopped(running.accounts):
        assert browser.get("/").status_code == 200
        assert "Le service des comptes ne répond pas" in browser.text
        assert browser.get("/ouverture-des-services").status_code == 200
        assert browser.get("/compte").status_code == 503
    browser.follow("Réessayer")
    assert (browser.answer.status_code, browser.path) == (200, "/compte")


def test_openings_are_picked_in_turn(plain: Browser) -> None:
    plain.get("/ouverture-des-services")
    plain.press("Concours")
    assert "Aucun service d'inscription n'est ouvert pour ce choix." in plain.text
    plain.get("/ouverture-des-services")
    for choice in (
        "Examen",
        "BREVET DE TECHNICIEN SUPERIEUR",
        "BTS 2022",
        "ACADÉMIE DE BESANCON - (2022-06)",
    ):
        plain.press(choice)
    assert (
        "ouvertes du 01 octobre 2021 12:00 au 25 octobre 2021 12:00 (heure de Paris)." in plain.text
    )
    plain.press("Revenir sur BTS 2022")
    assert "Informations disponibles" not in plain.text
    assert plain.page.xpath("//button[.='BTS 2022']")
    plain.get("/ouverture-des-services?domaine=Examen&exam=BTS&session=&academie=03")
    assert plain.page.xpath("//button[.='BTS 2022']"), (
        "what follows a missing choice is not chosen either"
    )


def test_search_engines_find_the_public_pages_only(plain: Browser) -> None:
    for path in ("/", "/plan-du-site"):
        assert "X-Robots-Tag" not in plain.get(path).headers, path
    assert plain.get("/connexion?suite=/compte").headers["X-Robots-Tag"] == "noindex"
    assert plain.get("/nowhere").headers["X-Robots-Tag"] == "noindex"
    assert "Disallow: /" in plain.get("/robots.txt").text
    assert plain.get("/favicon.ico", follow=False).status_code == 302


def test_a_first_visit_loads_little(plain: Browser) -> None:
    """As the proxy sends it, compressed; fonts, which come later and stay, aside."""
    page = plain.get("/compte/creation").data
    loaded = plain.page.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    files = [STATIC_FOLDER / f"{address.removeprefix('/static/')}.gz" for address in loaded]
    assert len(gzip.compress(page)) <= 25 * KIBIBYTE
    assert len(gzip.compress(page)) + sum(file.stat().st_size for file in files) <= 150 * KIBIBYTE


def test_anybody_reads_what_is_kept_of_people_and_until_when(candidates: CandidateFactory) -> None:
    browser = candidates.browser()
    kept = retention()
    for path in ("/mentions-legales", "/registre-des-traitements"):
        browser.get(path)
        assert [
            kind.code for kind in kept.kinds if kept.sentence(kind) not in browser.text
        ] == [], path
    assert browser.text.count(TO_CONFIRM) == len(
        [kind for kind in kept.kinds if not kind.confirmed]
    )


def test_the_page_declares_the_state_that_follows_from_the_criteria_it_lists(
    plain: Browser,
) -> None:
    plain.get("/accessibilite")
    rows = [
        [text_of(cell) for cell in row.xpath("./th|./td")] for row in plain.page.xpath("//tbody/tr")
    ]
    *themes, whole = [[int(figure) for figure in figures] for _, *figures in rows]
    assert [sum(figures) for figures in themes] == list(CRITERIA_OF_RGAA_4_1)
    assert whole == [[state for _, _, state, *_ in CRITERIA].count(state) for state in STATES]
    conforming, *others, _ = whole
    assert f"{conforming} sur {conforming + sum(others)}" in plain.text, (
        "what nobody evaluated does not conform"
    )
    share = conforming / (conforming + sum(others))
    stated = (
        "totalement conforme"
        if share == 1
        else "partiellement conforme"
        if share >= 0.5
        else "non conforme"
    )
    assert ACCESSIBILITY["state"] == stated
    assert f"Le portail est {ACCESSIBILITY['state']} avec le référentiel" in plain.text
    assert f"Accessibilité : {ACCESSIBILITY['state']}" in plain.texts("//footer")[0]
    detail = plain.texts("//main//details//dt")
    assert detail == [f"{number} {title}" for number, title, *_ in CRITERIA]
    listed = plain.texts("//main//li")
    assert {
        f"{number} {title}" for number, title, state, *_ in CRITERIA if state == "à évaluer"
    } <= set(listed)


@pytest.fixture(scope="module")
def set_aside(running: InProcessPortal) -> Browser:
    """A candidate whose candidature the service gestionnaire set aside five minutes after its
    save."""
    candidates = CandidateFactory(running)
    email = candidates.create_activated_account()
    candidates.register(email)
    with running.registrations.app.app_context():
        with db.reading() as transaction:
            owner = Candidature.candidate_id == Candidate.id
            saved = (
                transaction.query(Candidature)
                .join(Candidate, owner)
                .filter(Candidate.email == email)
                .one()
            )
        at = saved.first_saved_at + timedelta(minutes=5)
        change_state(
            saved.id, "ecart", reason=REASON, actor=Actor("staff", "agent"), academies=None, at=at
        )
    run_follow_ups(running.registrations.app, registry)
    return candidates.log_in(email)


def test_mails_of_both_services_are_listed_newest_first_older_ones_on_pages_of_their_own(
    set_aside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = set_aside
    browser.get("/messages")
    assert [title.split(" – ")[0] for title in browser.texts("//main//summary")] == [
        "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR",
        "Inscription enregistrée : BREVET DE TECHNICIEN SUPERIEUR",
        "[CYCLADES] Activer mon compte",
    ]
    assert browser.page.xpath("//header//a[@href='/messages']")
    assert all(title.endswith(" – envoyé") for title in browser.texts("//main//summary"))
    browser.shows(f"Motif : {REASON}", "Activer mon compte : (lien retiré)")
    assert "/compte/activation/" not in browser.answer.text
    monkeypatch.setattr(messages, "PAGE_LENGTH", 1)
    browser.get("/messages")
    assert len(browser.texts("//main//summary")) == 1
    browser.follow("Messages plus anciens")
    browser.follow("Messages plus anciens")
    assert [title.split(" – ")[0] for title in browser.texts("//main//summary")] == [
        "[CYCLADES] Activer mon compte"
    ]
    assert "Messages plus anciens" not in browser.text


def test_while_a_service_is_away_others_mails_are_shown(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in()
    with service_stopped(running.registrations):
        assert browser.get("/messages").status_code == 200
        assert "Une partie de vos messages ne peut pas être affichée" in browser.text
        assert len(browser.texts("//main//summary")) == 1


def test_the_newest_mail_is_first_its_link_leads_on_and_its_html_can_do_nothing(
    candidates: CandidateFactory, plain: Browser
) -> None:
    candidates.create_account()
    email = candidates.create_account()
    mail = candidates.mail_to(email)
    plain.get("/mails")
    first = plain.page.xpath("//main//li//a[contains(@class, 'fr-link')]")[0]
    assert first.text == "[CYCLADES] Activer mon compte"
    plain.get(first.get("href"))
    assert f"À {email}, le 05/10/2021" in plain.text
    link = plain.page.xpath("//main//a[contains(@href, '/compte/activation/')]/@href")[0]
    plain.get(link.removeprefix(plain.url))
    assert plain.title == "Activation de votre compte"
    assert "frame-src 'self'" in plain.get(f"/mails/{mail.name}").headers["Content-Security-Policy"]
    answer = plain.get(f"/mails/{mail.name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert [words for words in ("default-src 'none'", "sandbox") if words not in policy] == []
    assert [words for words in ("allow-scripts", "allow-same-origin") if words in policy] == []
    assert "Activer mon compte" in answer.text


def test_no_path_leads_out_of_the_folder(plain: Browser, running: InProcessPortal) -> None:
    (running.folder / "secret.eml").write_text("Subject: secret\n\n", encoding="utf-8")
    for name in ("..%2Fsecret", "%2e%2e/secret", "../secret"):
        assert plain.get(f"/mails/{name}").status_code == 404


def test_production_shows_no_mail(running: InProcessPortal) -> None:
    settings = running.gateway_settings(0.0, env="production", mail_folder="")
    assert "mails" not in {blueprint.name for blueprint in blueprints(settings)}
    forbidden = running.gateway_settings(0.0, env="production", mail_folder=str(Path("mail")))
    assert isinstance(forbidden, GatewaySettings)
    assert any("MAIL_FOLDER" in mistake for mistake in forbidden.mistakes())
