"""« Mes messages »: what accounts and registrations mailed, in one list, without the links that let act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.web import messages
from services.chassis.database.audit import Actor
from services.registrations.follow_ups import registry
from services.registrations.models import Candidate, Candidature, db
from services.registrations.operations.staff import end_candidature
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
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
        at = saved.saved_at + timedelta(minutes=5)
        end_candidature(saved.id, "ecart", reason=REASON, actor=Actor("staff", "agent"), academies=None, at=at)
    run_follow_ups(running.registrations.app, registry)
    return candidates.log_in(email)


def titles(browser: ScriptlessBrowser) -> list[str]:
    return [" ".join("".join(summary.itertext()).split()) for summary in browser.page.xpath("//main//summary")]


def test_mails_of_both_services_are_listed_newest_first(set_aside: ScriptlessBrowser) -> None:
    browser = set_aside
    assert problems_of(browser.get("/messages").text) == []
    assert [title.split(" – ")[0] for title in titles(browser)] == [
        "Candidature écartée : BREVET DE TECHNICIEN SUPERIEUR",
        "[CYCLADES] Activer mon compte",
    ]
    assert all(title.endswith(" – envoyé") for title in titles(browser))
    assert f"Motif : {REASON}" in browser.text
    assert "Activer mon compte : (lien retiré)" in browser.text
    assert "/compte/activation/" not in browser.answer.text


def test_the_page_is_led_to_from_the_header_and_asks_who_one_is(
    candidates: CandidateFactory, plain: ScriptlessBrowser
) -> None:
    browser = candidates.log_in()
    browser.get("/")
    assert browser.page.xpath("//header//a[@href='/messages']")
    assert plain.get("/messages", follow=False).status_code in (302, 303)


def test_while_one_service_is_away_the_others_mails_are_shown_and_it_says_so(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in()
    with service_stopped(running.registrations):
        assert browser.get("/messages").status_code == 200
        assert "Une partie de vos messages ne peut pas être affichée" in browser.text
        assert len(titles(browser)) == 1


def test_older_messages_come_on_pages_of_their_own(
    set_aside: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "PAGE_LENGTH", 1)
    browser = set_aside
    browser.get("/messages")
    assert len(titles(browser)) == 1
    browser.follow("Messages plus anciens")
    assert [title.split(" – ")[0] for title in titles(browser)] == ["[CYCLADES] Activer mon compte"]
    assert "Messages plus anciens" not in browser.text


def test_a_candidature_set_aside_is_shown_with_its_reason_and_whom_to_ask(set_aside: ScriptlessBrowser) -> None:
    browser = set_aside
    assert problems_of(browser.get("/inscriptions").text) == []
    assert "Vous n'avez pas de candidature en cours." in browser.text
    assert "Candidatures écartées" in browser.text
    assert f"Motif : {REASON}" in browser.text
    assert "r@ac-besancon.fr" in browser.text
    assert browser.page.xpath("//main//a[starts-with(@href, '/documents/')]")
