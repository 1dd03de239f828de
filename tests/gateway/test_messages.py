"""« Mes messages », what accounts and registrations mailed; and « /mails », the mailbox of the one-machine mode."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from gateway.web import blueprints, messages
from services.chassis.database.audit import Actor
from services.registrations.follow_ups import registry
from services.registrations.models import Candidate, Candidature, db
from services.registrations.operations.staff import change_state
from tests.gateway.candidates import CandidateFactory
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser
from tests.support.service_worker import run_follow_ups

REASON = "Titre requis non fourni"


@pytest.fixture(scope="module")
def set_aside(running: InProcessPortal) -> ScriptlessBrowser:
    """A candidate whose candidature the service gestionnaire set aside five minutes after its save."""
    candidates = CandidateFactory(running)
    email = candidates.create_activated_account()
    candidates.register(email)
    with running.registrations.app.app_context():
        with db.reading() as session:
            owner = Candidature.candidate_id == Candidate.id
            saved = session.query(Candidature).join(Candidate, owner).filter(Candidate.email == email).one()
        at = saved.first_saved_at + timedelta(minutes=5)
        change_state(saved.id, "ecart", reason=REASON, actor=Actor("staff", "agent"), academies=None, at=at)
    run_follow_ups(running.registrations.app, registry)
    return candidates.log_in(email)


def titles(browser: ScriptlessBrowser) -> list[str]:
    return [" ".join("".join(summary.itertext()).split()) for summary in browser.page.xpath("//main//summary")]


def test_mails_of_both_services_are_listed_newest_first_older_ones_on_pages_of_their_own(
    set_aside: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = set_aside
    browser.get("/messages")
    assert [title.split(" – ")[0] for title in titles(browser)] == [
        "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR",
        "Inscription enregistrée : BREVET DE TECHNICIEN SUPERIEUR",
        "[CYCLADES] Activer mon compte",
    ]
    assert browser.page.xpath("//header//a[@href='/messages']")
    assert all(title.endswith(" – envoyé") for title in titles(browser))
    assert f"Motif : {REASON}" in browser.text
    assert "Activer mon compte : (lien retiré)" in browser.text
    assert "/compte/activation/" not in browser.answer.text
    monkeypatch.setattr(messages, "PAGE_LENGTH", 1)
    browser.get("/messages")
    assert len(titles(browser)) == 1
    browser.follow("Messages plus anciens")
    browser.follow("Messages plus anciens")
    assert [title.split(" – ")[0] for title in titles(browser)] == ["[CYCLADES] Activer mon compte"]
    assert "Messages plus anciens" not in browser.text


def test_while_a_service_is_away_others_mails_are_shown(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser = candidates.log_in()
    with service_stopped(running.registrations):
        assert browser.get("/messages").status_code == 200
        assert "Une partie de vos messages ne peut pas être affichée" in browser.text
        assert len(titles(browser)) == 1


def test_the_newest_mail_is_first_and_its_link_leads_on(candidates: CandidateFactory, plain: ScriptlessBrowser) -> None:
    candidates.create_account()
    email = candidates.create_account()
    candidates.mail_to(email)
    plain.get("/mails")
    first = plain.page.xpath("//main//li//a[contains(@class, 'fr-link')]")[0]
    assert first.text == "[CYCLADES] Activer mon compte"
    plain.get(first.get("href"))
    assert f"À {email}, le 05/10/2021" in plain.text
    link = plain.page.xpath("//main//a[contains(@href, '/compte/activation/')]/@href")[0]
    plain.get(link.removeprefix(plain.url))
    assert plain.title == "Activation de votre compte"


def test_the_html_of_a_mail_can_do_nothing(candidates: CandidateFactory, plain: ScriptlessBrowser) -> None:
    mail = candidates.mail_to(candidates.create_account())
    assert "frame-src 'self'" in plain.get(f"/mails/{mail.name}").headers["Content-Security-Policy"]
    answer = plain.get(f"/mails/{mail.name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "Activer mon compte" in answer.text


def test_no_path_leads_out_of_the_folder(plain: ScriptlessBrowser, running: InProcessPortal) -> None:
    (running.folder / "secret.eml").write_text("Subject: secret\n\n", encoding="utf-8")
    for name in ("..%2Fsecret", "%2e%2e/secret", "../secret"):
        assert plain.get(f"/mails/{name}").status_code == 404


def test_production_shows_no_mail(running: InProcessPortal) -> None:
    settings = running.gateway_settings(0.0, env="production", mail_folder="")
    assert "mails" not in {blueprint.name for blueprint in blueprints(settings)}
    forbidden = running.gateway_settings(0.0, env="production", mail_folder=str(Path("mail")))
    assert isinstance(forbidden, GatewaySettings)
    assert any("MAIL_FOLDER" in mistake for mistake in forbidden.mistakes())
