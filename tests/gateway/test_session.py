"""Logging in and out, what is typed while a session dies, and what is held of sessions when keys
are turned."""

import dataclasses
from typing import Any

from cryptography.fernet import Fernet

from deploy.containers.secret_makers import ed25519_pem
from gateway.cookies import SESSION_COOKIE
from gateway.seal import InterruptedPost, Seal
from gateway.service_clients import clients
from gateway.web.compte.connexion import local_path
from services.accounts.app import create_app as create_accounts
from services.accounts.domain.throttling import PER_SOURCE
from services.accounts.password_hashing import BUSY
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.chassis.http.service_token import ServiceToken
from services.chassis.settings import Secret
from services.contracts import page_labels, problem_types
from services.contracts.api.sessions import log_out
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import occupy_hashing_turns
from tests.gateway.candidates import Browser, CandidateFactory, creation_answers, new_address
from tests.gateway.portals import ask_api, two_services
from tests.support.in_process_portal import InProcessPortal, service_stopped

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
POST = InterruptedPost("pierre", "/compte", (("prenoms", "Léo"),))
own = two_services("module")
"""A portal whose keys are turned by these tests; each logs in by itself."""


def end_session(browser: Browser) -> None:
    """On the server; the browser does not know."""
    with browser.portal.gateway.app.test_request_context():
        clients().call(log_out(body={"session": browser.session()}))
    browser.drop_cached_exchange()


def test_the_log_in_page_is_the_guides_and_every_refusal_is_one_message_that_is_heard(
    candidates: CandidateFactory, plain: Browser
) -> None:
    known = candidates.create_activated_account()
    messages = set()
    for address in (known, "nobody@example.org", "", "\x00@example.org", "x" * 400):
        plain.get("/connexion")
        assert plain.press(
            page_labels.LOG_IN, identifiant=address, password="Fausse/2021"
        ).status_code in (401, 422)
        if plain.answer.status_code == 401:
            messages.add(plain.page.xpath("string(//*[@role='alert'])").strip())
    assert len(messages) == 1
    assert plain.value("password") == ""


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites_and_the_session_ends_with_the_browser(
    candidates: CandidateFactory, plain: Browser
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
    assert {
        local_path(address) for address in (*sites, "javascript:alert(1)", "x", "/connexion", None)
    } == {"/"}
    assert local_path("/inscriptions?a=[b]") == "/inscriptions?a=[b]"


def test_a_page_that_asks_to_log_in_is_reached_afterwards(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    browser = candidates.browser()
    browser.get("/inscriptions")
    assert browser.title == page_labels.LOG_IN_FORM
    browser.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert browser.path == "/inscriptions"
    assert "no-store" in browser.answer.headers["Cache-Control"]


def test_what_is_typed_into_a_dead_session_is_kept(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    browser = candidates.log_in(email)
    browser.get("/compte")
    end_session(browser)
    assert (
        browser.press(
            "Enregistrer", prenoms="Laurent, « Léo »", current_password=PASSWORD
        ).status_code
        == 401
    )
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


def test_what_one_typed_is_never_given_to_another(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    end_session(browser)
    browser.press("Enregistrer", prenoms="Secret")
    browser.press(
        page_labels.LOG_IN, identifiant=candidates.create_activated_account(), password=PASSWORD
    )
    assert "n'a pas été reprise" in browser.text
    assert "Secret" not in browser.answer.text
    browser.get("/compte")
    assert browser.value("prenoms") == "Laurent"


def test_a_password_is_reset_by_mail(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    browser = candidates.browser()
    screens = []
    for address in ("nobody@example.org", email):
        browser.get("/compte/mot-de-passe-oublie")
        browser.press("Recevoir un lien", email=address)
        screens.append(browser.text.replace(address, "…"))
    assert screens[0] == screens[1]
    browser.get(candidates.link_to(email))
    assert (
        browser.press("Enregistrer", password="court", password_confirmation="autre").status_code
        == 422
    )
    browser.press("Enregistrer", password="Nouveau/2021", password_confirmation="Nouveau/2021")
    assert browser.title == page_labels.LOG_IN_FORM
    assert "Votre mot de passe est enregistré" in browser.text
    browser.press(page_labels.LOG_IN, identifiant=email, password="Nouveau/2021")
    assert browser.path == "/"


def test_while_accounts_is_down_nothing_typed_is_lost(
    plain: Browser, running: InProcessPortal
) -> None:
    email = new_address()
    with service_stopped(running.accounts):
        assert (
            plain.post(
                "/compte/creation", creation_answers(email, nom_famille="Le « Goff »")
            ).status_code
            == 503
        )
        assert "X-Nothing-Done" not in plain.answer.headers, "it may have been done"
        assert PASSWORD not in plain.answer.text
        assert plain.press("Réessayer").status_code == 503
    plain.press("Réessayer")
    assert plain.title == page_labels.CREATION_FORM  # the password is to be typed again
    assert plain.value("nom_famille") == "Le « Goff »"
    assert plain.value("email") == email


def test_a_form_without_turn_at_hashing_keeps_what_is_typed(
    plain: Browser, running: InProcessPortal
) -> None:
    email = new_address()
    with occupy_hashing_turns(running.accounts.app):
        log_in = {"identifiant": email, "password": PASSWORD}
        for path, fields in (
            ("/connexion", log_in),
            ("/compte/creation", creation_answers(email)),
        ):
            plain.post(path, fields)
            assert (plain.answer.status_code, plain.path) == (503, path)
            assert f"{BUSY} Complétez de nouveau ce qui n'est plus rempli" in plain.text
            assert f"dans {plain.answer.headers['Retry-After']} secondes" in plain.text
            assert "X-Nothing-Done" in plain.answer.headers
            assert email == plain.value("email" if "creation" in path else "identifiant")
            assert PASSWORD not in plain.answer.text
    plain.press("Créer le compte", password=PASSWORD, password_confirmation=PASSWORD)
    assert plain.path == "/compte/creation/confirmation"


def test_a_log_in_without_password_is_no_failed_try(
    candidates: CandidateFactory, plain: Browser
) -> None:
    email = candidates.create_activated_account()
    for _ in range(PER_SOURCE.undelayed + 1):
        plain.post("/connexion", {"identifiant": email})
        assert (plain.answer.status_code, "Saisissez votre mot de passe." in plain.text) == (
            422,
            True,
        )
    form = {"identifiant": email, "password": PASSWORD}
    answer = plain.client.post(
        "/connexion", base_url=plain.url, data=form, headers={"Prefer": "return=minimal"}
    )
    assert (answer.status_code, answer.headers["Location"], answer.text) == (
        201,
        "/",
        "",
    ), "as the page's script asks"


def restart_accounts(running: InProcessPortal, **changes: Any) -> None:
    held: AccountsSettings = running.accounts.app.extensions["portail"]
    running.accounts.stop()
    running.accounts.app = create_accounts(dataclasses.replace(held, **changes))
    running.accounts.start()


def test_what_was_sealed_before_a_turn_is_opened_until_the_old_key_is_dropped() -> None:
    before, added, promoted, dropped = (
        Seal(keys) for keys in ([OLD], [OLD, NEW], [NEW, OLD], [NEW])
    )
    for sealed in (before.seal_post(POST), added.seal_post(POST), promoted.seal_post(POST)):
        for seal in (added, promoted):
            assert seal.unseal_post(sealed, subject="pierre") == POST
    assert dropped.unseal_post(promoted.seal_post(POST), subject="pierre") == POST
    assert dropped.unseal_post(before.seal_post(POST), subject="pierre") is None


def test_after_a_hard_turn_the_gateway_asks_for_another_token_of_its_own(
    own: InProcessPortal,
) -> None:
    email = CandidateFactory(own).create_activated_account()
    browser = CandidateFactory(own).log_in(email)
    restart_accounts(own, signing_key=Secret(ed25519_pem()))
    browser.get("/compte")
    assert (
        browser.answer.status_code == 503
    )  # the token is of before; the candidate is not taken for logged out
    assert problem_types.UNAVAILABLE.title in browser.text
    browser.get("/compte")
    assert (browser.answer.status_code, browser.path) == (200, "/compte")
    browser = CandidateFactory(own).browser()
    browser.post("/connexion", {"identifiant": email, "password": PASSWORD})
    assert (browser.answer.status_code, browser.path) == (200, "/")


def test_that_accounts_refuses_the_gateway_itself_says_nothing_of_who_asks(
    own: InProcessPortal,
) -> None:
    """Neither of who logs in nor of a tool: nothing of it is shown to them, or remembered of
    them."""
    email = CandidateFactory(own).create_activated_account()
    accepted = own.accounts.app.extensions["portail"].client_secrets

    def asked() -> list[int]:
        browser = CandidateFactory(own).browser()
        browser.post("/connexion", {"identifiant": email, "password": PASSWORD})
        assert "secret" not in browser.text
        tool = ask_api(own.gateway.app, "registrations/v1/mine", "a-tools-token")
        return [browser.answer.status_code, tool.status_code]

    restart_accounts(own, client_secrets=ClientSecrets("{}"))
    own_token: ServiceToken = own.gateway.app.extensions["service_clients"].own_token
    own_token.forget(own_token())
    assert asked() == [503, 503]
    restart_accounts(own, client_secrets=accepted)
    assert asked() == [200, 401]
