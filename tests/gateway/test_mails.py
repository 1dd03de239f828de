"""« /mails », the mailbox of the one-machine mode."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import GatewaySettings
from gateway.web import blueprints
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser


def test_the_newest_mail_is_first_and_its_link_can_be_followed(
    candidates: CandidateFactory, plain: ScriptlessBrowser
) -> None:
    candidates.create_account()
    email = candidates.create_account()
    candidates.mail_to(email)
    assert problems_of(plain.get("/mails").text) == []
    first = plain.page.xpath("//main//li//a[contains(@class, 'fr-link')]")[0]
    assert first.text == "[CYCLADES] Activer mon compte"
    plain.get(first.get("href"))
    assert problems_of(plain.answer.text) == []
    assert f"À {email}" in plain.text
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
