"""What will be erased is shown to an administrateur, who holds a session back; a request of erasure is answered within
a month."""

from datetime import timedelta

from gateway.web.mails import read_mails
from services.chassis.clock import portal_now
from services.contracts.retention import PIECES, retention
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.registrations.service.candidate_client import GUIDE_SESSION
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

PAGE = "/gestion/conservation"


def test_what_is_due_within_a_month_is_shown_and_a_session_is_held_back(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidates.register(candidates.create_activated_account())
    administrator.get(PAGE)
    assert "Rien n'est à effacer" in administrator.text
    due = retention().kind(PIECES).erased_from(GUIDE_SESSION.closes) - timedelta(days=20)
    running.advance_clock(seconds=(due - portal_now()).total_seconds())
    administrator.get(PAGE)
    assert "Pièces justificatives" in administrator.text
    assert "Candidatures" not in [cell.text for cell in administrator.page.xpath("//td")]
    administrator.get(f"{PAGE}?exam=BTS&session=2022")
    administrator.press("Suspendre", reason="Recours devant le tribunal", code="000000")
    assert "Ce code n'est pas le bon" in administrator.text
    administrator.press("Suspendre")
    assert "suspendu : Recours devant le tribunal" in administrator.text
    administrator.get(f"{PAGE}?exam=BTS&session=2022")
    administrator.press("Reprendre", reason="Jugé")
    assert "reprennent" in administrator.text


def test_who_asks_for_erasure_is_answered(administrator: ScriptlessBrowser, candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser = candidates.log_in(email)
    browser.get("/inscriptions")
    browser.press("Modifier")
    draft = browser.path
    browser.get("/compte")
    browser.follow("Demander l'effacement de mes données")
    assert retention().sentence(retention().kind(PIECES)) in browser.text, "what stays, and until when"
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre demande est enregistrée" in browser.text
    assert not browser.page.xpath("//main//button[contains(., 'Demander')]"), "it waits for its answer"

    administrator.get("/gestion/effacements")
    assert "30 jours pour répondre" in administrator.text or "31 jours pour répondre" in administrator.text
    assert email not in administrator.answer.text
    administrator.get(administrator.page.xpath("//a[contains(., 'Répondre')]/@href")[0])
    assert administrator.press("Répondre", answer="").status_code == 422
    administrator.press("Répondre", answer="Vos pièces sont gardées un an.")
    assert "La réponse est envoyée" in administrator.text
    candidates.portal.deliver_events()
    mailed = [mail.text for mail in read_mails(candidates.portal.mail_folder) if mail.to == email]
    assert "Vos pièces sont gardées un an." in "".join(mailed), "by mail"
    assert browser.get(draft).status_code == 404, "drafts go at once"
    browser.get("/compte/effacement")
    assert "Vos pièces sont gardées un an." in browser.text


def test_without_a_candidature_the_account_is_erased_at_once(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte/effacement")
    assert "tout de suite" in browser.text
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre compte est supprimé" in browser.text
