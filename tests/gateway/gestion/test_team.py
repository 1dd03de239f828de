"""« Équipe »: an administrateur invites, disables, enables, resets; nobody else comes there."""

from gateway.cookies import STAFF_SESSION_COOKIE
from gateway.layout.frame import GESTION_HOME, GESTION_PAGES
from services.accounts.domain.staff import RECOVERY_CODES
from services.accounts.models import StaffMember, db
from services.contracts import page_labels
from services.contracts.account_rules import INVITATION_LIFETIME
from tests.gateway.candidates import drop_cached_exchange, new_address
from tests.gateway.gestion.invitations import invite, mailed_link, recovery_codes, set_up, shown_secret
from tests.gateway.gestion.people import StaffAccount, StaffBrowser, StaffFactory, log_in, rows
from tests.support.in_process_four_services import InProcessFourServices


def test_who_is_invited_sets_access_up_and_is_in_the_team(staff: StaffFactory, running: InProcessFourServices) -> None:
    chief, email = staff.administrateur(), new_address()
    invite(chief, email)
    assert (chief.browser.path, chief.browser.title) == ("/gestion/equipe", GESTION_PAGES["equipe"].label)
    assert "L'invitation est envoyée par mail." in chief.browser.text
    [line] = [line for line in rows(chief.browser) if email in line]
    assert all(words in line for words in ("Gestionnaire", "Besançon", "Invitée", "Jamais")), line
    person = staff.browser()
    person.get(mailed_link(running, email))
    assert "Paule DURAND, gestionnaire" in person.text
    assert "style=" not in person.answer.text.partition("<svg")[2].partition("</svg>")[0], "the policy forbids it"
    secret = set_up(person, password_confirmation="Autre/2021")
    assert (person.answer.status_code, shown_secret(person)) == (422, secret), "with the same QR code"
    set_up(person)
    assert person.title == "Vos codes de secours"
    assert len(recovery_codes(person)) == RECOVERY_CODES
    person.follow(f"Entrer dans l'{page_labels.STAFF_PAGES}")
    assert (person.path, person.title) == ("/gestion", GESTION_HOME.label)
    assert GESTION_PAGES["equipe"].label not in person.text
    chief.browser.get("/gestion/equipe")
    assert "Active" in next(line for line in rows(chief.browser) if email in line)


def test_a_link_that_opens_nothing_says_what_to_do(staff: StaffFactory, running: InProcessFourServices) -> None:
    chief, email = staff.administrateur(), new_address()
    invite(chief, email)
    person, first = staff.browser(), mailed_link(running, email)
    chief.browser.get(f"/gestion/equipe/{_id_of(running, email)}")
    chief.browser.follow("Inviter de nouveau")
    chief.press("Inviter de nouveau")
    assert "Une nouvelle invitation est envoyée." in chief.browser.text
    person.get(first)
    assert (person.answer.status_code, person.title) == (410, "Ce lien a été remplacé")
    running.advance_clock(seconds=INVITATION_LIFETIME.total_seconds() + 1)
    person.get(mailed_link(running, email))
    running.turn_clock_back()
    assert "Demandez à un administrateur de vous inviter de nouveau." in person.text
    person.get("/gestion/invitation/inconnue")
    assert (person.answer.status_code, person.title) == (404, "Ce lien n'est pas reconnu")
    person.follow("M'identifier")
    assert person.path == "/gestion/connexion"


def test_an_invitation_with_mistakes_keeps_what_was_typed_and_is_not_sent(staff: StaffFactory) -> None:
    chief, email = staff.administrateur(), new_address()
    invite(chief, staff.account("03").email)
    assert (chief.browser.answer.status_code, "déjà celle d'un membre" in chief.browser.text) == (409, True)
    invite(chief, email, role="gestionnaire", academies="")
    assert "Indiquez au moins une académie" in chief.browser.text
    assert [chief.browser.value(name) for name in ("email", "nom", "code")] == [email, "DURAND", ""]
    chief.browser.get("/gestion/equipe")
    assert not [line for line in rows(chief.browser) if email in line]


def test_a_gestionnaire_becomes_one_who_consults_and_back(staff: StaffFactory, running: InProcessFourServices) -> None:
    chief, account = staff.administrateur(), staff.account("03")
    member = staff.with_account(account, "/gestion")
    _do(chief, account, "Changer le profil", role="consultation", reason="")
    assert (chief.browser.answer.status_code, chief.browser.value("role")) == (422, "consultation")
    chief.press("Changer le profil", reason="Stage")
    assert "Le profil est changé." in chief.browser.text
    drop_cached_exchange(running, member.browser, STAFF_SESSION_COOKIE)
    assert "(consultation)" in member.browser.get("/gestion").text
    assert member.browser.get("/gestion/documents/nouveau").status_code == 403
    _do(chief, account, "Changer le profil", role="gestionnaire", reason="Fin du stage")
    drop_cached_exchange(running, member.browser, STAFF_SESSION_COOKIE)
    assert member.browser.get("/gestion/documents/nouveau").status_code == 200


def test_who_is_disabled_is_out_until_enabled_again(staff: StaffFactory, running: InProcessFourServices) -> None:
    chief, account = staff.administrateur(), staff.account("03")
    member = staff.with_account(account, "/gestion/compte")
    _do(chief, account, "Désactiver l'accès", reason="Mutation")
    assert "L'accès est désactivé." in chief.browser.text
    drop_cached_exchange(running, member.browser, STAFF_SESSION_COOKIE)
    member.browser.get("/gestion")
    assert member.browser.path == "/gestion/connexion"
    log_in(member.browser, account, code=member.code())
    assert "désactivé" in member.browser.text
    _do(chief, account, "Réactiver l'accès", reason="Retour")
    log_in(member.browser, account, code=member.code())
    assert member.browser.path == "/gestion"


def _do(chief: StaffBrowser, account: StaffAccount, act: str, **typed: str) -> None:
    chief.browser.get(f"/gestion/equipe/{account.id}")
    chief.browser.follow(act)
    chief.press(act, **typed)


def _id_of(running: InProcessFourServices, email: str) -> str:
    with running.accounts.app.app_context(), db.reading() as session:
        return str(session.query(StaffMember).filter_by(email=email).one().id)
