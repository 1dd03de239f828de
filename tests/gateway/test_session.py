"""Logging in and out, what is typed while a session dies, and while too many log in at once."""

from gateway.cookies import SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.web.compte.connexion import local_path
from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.password_hashing import BUSY
from services.contracts import page_labels
from services.contracts.api.sessions import log_out
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import occupy_hashing_turns
from tests.gateway.candidates import CandidateFactory, creation_answers, drop_cached_exchange, new_address
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser


def end_session(browser: ScriptlessBrowser, running: InProcessPortal) -> None:
    """On the server; the browser does not know."""
    session = browser.cookie(cookie_name(running.gateway.app.extensions["portail"], SESSION_COOKIE))
    with running.gateway.app.test_request_context():
        clients().call(log_out, body={"session": session or ""})
    drop_cached_exchange(running, browser)


def test_the_log_in_page_is_the_guides_and_every_refusal_is_one_message_that_is_heard(
    candidates: CandidateFactory, plain: ScriptlessBrowser
) -> None:
    known, messages = candidates.create_activated_account(), set()
    for address in (known, "nobody@example.org", "", "\x00@example.org", "x" * 400):
        plain.get("/connexion")
        plain.press(page_labels.LOG_IN, identifiant=address, password="Fausse/2021")
        assert plain.answer.status_code in (401, 422)
        if plain.answer.status_code == 401:
            messages.add(plain.page.xpath("string(//*[@role='alert'])").strip())
    assert len(messages) == 1
    assert plain.value("password") == ""


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites_and_the_session_ends_with_the_browser(
    candidates: CandidateFactory, plain: ScriptlessBrowser
) -> None:
    email = candidates.create_activated_account()
    answer = plain.post("/connexion", {"identifiant": email, "password": PASSWORD}, follow=False)
    cookies = {line.partition("-")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    for line in (cookies[SESSION_COOKIE], cookies["appareil"]):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Path=/" in line
        assert "Domain" not in line
    assert "Max-Age" not in cookies[SESSION_COOKIE]
    assert "Expires" not in cookies[SESSION_COOKIE]
    assert "Max-Age" in cookies["appareil"], "a known browser stays known"


def test_after_log_in_nobody_is_sent_elsewhere() -> None:
    sites = ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example")
    assert {local_path(address) for address in (*sites, "javascript:alert(1)", "x", "/connexion", None)} == {"/"}
    assert local_path("/inscriptions?a=[b]") == "/inscriptions?a=[b]"


def test_a_page_that_asks_to_log_in_is_reached_afterwards(candidates: CandidateFactory) -> None:
    email, browser = candidates.create_activated_account(), candidates.browser()
    browser.get("/inscriptions")
    assert browser.title == page_labels.LOG_IN_FORM
    browser.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert browser.path == "/inscriptions"
    assert "no-store" in browser.answer.headers["Cache-Control"]


def test_what_is_typed_into_a_dead_session_is_kept(candidates: CandidateFactory, running: InProcessPortal) -> None:
    email = candidates.create_activated_account()
    browser = candidates.log_in(email)
    browser.get("/compte")
    end_session(browser, running)
    browser.press("Enregistrer", prenoms="Laurent, « Léo »", current_password=PASSWORD)
    assert browser.answer.status_code == 401
    assert "Votre saisie est conservée" in browser.text
    assert "Léo" not in browser.answer.text
    assert PASSWORD not in browser.answer.text
    browser.press(page_labels.LOG_IN, identifiant=email, password="Fausse/2021")
    browser.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert browser.title == "Reprendre ma saisie"
    assert PASSWORD not in browser.answer.text
    browser.press("Reprendre ma saisie")
    assert browser.title == page_labels.ACCOUNT_FORM
    assert browser.value("prenoms") == "Laurent, « Léo »"


def test_what_one_typed_is_never_given_to_another(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    end_session(browser, running)
    browser.press("Enregistrer", prenoms="Secret")
    browser.press(page_labels.LOG_IN, identifiant=candidates.create_activated_account(), password=PASSWORD)
    assert "n'a pas été reprise" in browser.text
    assert "Secret" not in browser.answer.text
    browser.get("/compte")
    assert browser.value("prenoms") == "Laurent"


def test_a_password_is_reset_by_mail(candidates: CandidateFactory) -> None:
    email, browser = candidates.create_activated_account(), candidates.browser()
    screens = []
    for address in ("nobody@example.org", email):
        browser.get("/compte/mot-de-passe-oublie")
        browser.press("Recevoir un lien", email=address)
        screens.append(browser.text.replace(address, "…"))
    assert screens[0] == screens[1]
    browser.get(candidates.link_to(email))
    browser.press("Enregistrer", password="court", password_confirmation="autre")
    assert browser.answer.status_code == 422
    browser.press("Enregistrer", password="Nouveau/2021", password_confirmation="Nouveau/2021")
    assert browser.title == page_labels.LOG_IN_FORM
    assert "Votre mot de passe est enregistré" in browser.text
    browser.press(page_labels.LOG_IN, identifiant=email, password="Nouveau/2021")
    assert browser.path == "/"


def test_while_accounts_is_down_nothing_typed_is_lost(plain: ScriptlessBrowser, running: InProcessPortal) -> None:
    email = new_address()
    with service_stopped(running.accounts):
        plain.post("/compte/creation", creation_answers(email, nom_famille="Le « Goff »"))
        assert plain.answer.status_code == 503
        assert "X-Nothing-Done" not in plain.answer.headers, "it may have been done"
        assert PASSWORD not in plain.answer.text
        plain.press("Réessayer")
        assert plain.answer.status_code == 503
    plain.press("Réessayer")
    assert plain.title == page_labels.CREATION_FORM  # the password is to be typed again
    assert plain.value("nom_famille") == "Le « Goff »"
    assert plain.value("email") == email


def test_a_form_without_turn_at_hashing_keeps_what_is_typed(plain: ScriptlessBrowser, running: InProcessPortal) -> None:
    email = new_address()
    with occupy_hashing_turns(running.accounts.app):
        log_in = {"identifiant": email, "password": PASSWORD}
        for path, fields in (("/connexion", log_in), ("/compte/creation", creation_answers(email))):
            plain.post(path, fields)
            assert (plain.answer.status_code, plain.path) == (503, path)
            assert f"{BUSY} Complétez de nouveau ce qui n'est plus rempli" in plain.text
            assert f"dans {plain.answer.headers['Retry-After']} secondes" in plain.text
            assert "X-Nothing-Done" in plain.answer.headers
            assert email == plain.value("email" if "creation" in path else "identifiant")
            assert PASSWORD not in plain.answer.text
    plain.press("Créer le compte", password=PASSWORD, password_confirmation=PASSWORD)
    assert plain.path == "/compte/creation/confirmation"


def test_a_log_in_without_password_is_no_failed_try(candidates: CandidateFactory, plain: ScriptlessBrowser) -> None:
    email = candidates.create_activated_account()
    for _ in range(PER_SOURCE.undelayed + 1):
        plain.post("/connexion", {"identifiant": email})
        assert (plain.answer.status_code, "Saisissez votre mot de passe." in plain.text) == (422, True)
    form = {"identifiant": email, "password": PASSWORD}
    answer = plain.client.post("/connexion", base_url=plain.url, data=form, headers={"Prefer": "return=minimal"})
    assert (answer.status_code, answer.headers["Location"], answer.text) == (201, "/", ""), "as the page's script asks"
