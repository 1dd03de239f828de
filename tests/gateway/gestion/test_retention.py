"""What will be erased is shown to an administrateur, who holds a session back; a request of erasure is answered within
a month."""

from datetime import timedelta

from gateway.web.mails import read_mails
from services.chassis.clock import portal_now
from services.contracts.retention import PIECES, retention
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory
from tests.registrations.service.candidate_client import GUIDE_SESSION
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser

PAGE, ACTS = "/gestion/conservation", "/gestion/conservation/suspension"


def test_what_is_due_within_a_month_is_shown_and_a_session_is_held_back(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidates.register(candidates.create_activated_account())
    administrator.get(PAGE)
    assert "Rien n'est à effacer" in administrator.text
    due = retention().kind(PIECES).erased_from(GUIDE_SESSION.closes) - timedelta(days=20)
    moved = due - portal_now()
    running.advance_clock(seconds=moved.total_seconds())
    try:
        administrator.get(PAGE)
        assert "Pièces justificatives" in administrator.text
        assert "Candidatures" not in [cell.text for cell in administrator.page.xpath("//td")]
        administrator.get(f"{PAGE}?exam=BTS&session=2022")
        administrator.press("Suspendre", reason="")
        assert administrator.answer.status_code == 422
        administrator.press("Suspendre", reason="Recours devant le tribunal", code="000000")
        assert "Ce code n'est pas le bon" in administrator.text
        administrator.press("Suspendre", reason="Recours devant le tribunal")
        assert "La session est suspendue" in administrator.text
        assert "suspendu : Recours devant le tribunal" in administrator.text
        administrator.get("/gestion/journal?acte=retention.held")
        assert "Recours devant le tribunal" in administrator.text
        administrator.get(f"{PAGE}?exam=BTS&session=2022")
        administrator.press("Reprendre", reason="Jugé")
        assert "reprennent" in administrator.text
    finally:
        running.advance_clock(seconds=-moved.total_seconds())


def test_a_gestionnaire_sees_neither(gestionnaire: ScriptlessBrowser) -> None:
    for path in (PAGE, "/gestion/effacements"):
        assert gestionnaire.get(path).status_code == 403
    assert gestionnaire.post(ACTS, {"exam": "BTS", "session": "2022", "reason": "x"}).status_code == 403


def test_who_has_a_candidature_asks_for_erasure_and_is_answered(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, staff: StaffFactory
) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser = candidates.log_in(email)
    browser.get("/compte")
    browser.follow("Demander l'effacement de mes données")
    assert retention().sentence(retention().kind(PIECES)) in browser.text, "what stays, and until when"
    browser.press("Demander l'effacement", current_password="Fausse/2021")
    assert browser.answer.status_code == 422
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre demande est enregistrée" in browser.text
    assert not browser.page.xpath("//main//button[contains(., 'Demander')]"), "it waits for its answer"

    administrator.get("/gestion/effacements")
    assert "30 jours pour répondre" in administrator.text or "31 jours pour répondre" in administrator.text
    assert email not in administrator.answer.text
    administrator.get(administrator.page.xpath("//a[contains(., 'Répondre')]/@href")[0])
    administrator.press("Répondre", answer="")
    assert administrator.answer.status_code == 422
    administrator.press("Répondre", answer="Vos pièces sont gardées un an.")
    assert "La réponse est envoyée" in administrator.text
    candidates.portal.deliver_events()
    mailed = [mail for mail in read_mails(candidates.portal.mail_folder) if mail.to == email]
    assert [mail for mail in mailed if "Vos pièces sont gardées un an." in mail.text], "by mail"
    browser.get("/compte/effacement")
    assert "Vos pièces sont gardées un an." in browser.text


def test_drafts_go_with_the_request(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    browser = candidates.log_in(email)
    browser.get("/compte/effacement")
    browser.press("Demander l'effacement", current_password=PASSWORD)
    candidates.portal.deliver_events()
    with candidates.portal.registrations.app.app_context():
        from services.registrations.models import Draft, db

        with db.reading() as session:
            assert session.query(Draft).filter_by(candidate_id=browser_id(candidates.portal, email)).count() == 0


def browser_id(portal: InProcessPortal, email: str) -> str:
    from services.accounts.models import Account, db

    with portal.accounts.app.app_context(), db.reading() as session:
        return str(session.query(Account).filter_by(email=email).one().id)


def test_without_a_candidature_the_account_is_erased_at_once(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte/effacement")
    assert "tout de suite" in browser.text
    browser.press("Demander l'effacement", current_password=PASSWORD)
    assert "Votre compte est supprimé" in browser.text
