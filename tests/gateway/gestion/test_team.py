"""« Équipe », where an administrateur alone comes, and « Mon compte » of each member."""

import pyotp
import pytest

from gateway.layout.frame import GESTION_HOME, GESTION_PAGES
from services.accounts.domain.staff import RECOVERY_CODES
from services.contracts import page_labels
from services.contracts.account_rules import INVITATION_LIFETIME
from tests.gateway.candidates import Browser, CandidateFactory, new_address
from tests.gateway.gestion import people
from tests.gateway.gestion.people import StaffAccount, StaffBrowser, StaffFactory
from tests.gateway.portals import ask_api
from tests.support.in_process_four_services import InProcessFourServices

NAMES = {"name": "suivi du bureau", "scopes": "pieces:read", "days": "30"}


def test_who_is_invited_sets_access_up_and_is_in_the_team(
    staff: StaffFactory, administrator: Browser, candidates: CandidateFactory
) -> None:
    email = new_address()
    people.invite(administrator, email)
    assert (administrator.path, administrator.title) == (
        "/gestion/equipe",
        GESTION_PAGES["equipe"].label,
    )
    assert "L'invitation est envoyée par mail." in administrator.text
    [line] = [line for line in administrator.rows() if email in line]
    assert all(words in line for words in ("Gestionnaire", "Besançon", "Invitée", "Jamais")), line
    person = staff.browser()
    person.get(candidates.link_to(email, "/gestion/invitation/"))
    assert "Paule DURAND, gestionnaire" in person.text
    assert "style=" not in person.answer.text.partition("<svg")[2].partition("</svg>")[0], (
        "the policy forbids it"
    )
    secret = people.set_up(person, password_confirmation="Autre/2021")
    assert (person.answer.status_code, people.shown_secret(person)) == (422, secret), (
        "with the same QR code"
    )
    people.set_up(person)
    assert person.title == "Vos codes de secours"
    assert len(person.texts("//ol//code")) == RECOVERY_CODES
    person.follow(f"Entrer dans l'{page_labels.STAFF_PAGES}")
    assert (person.path, person.title) == ("/gestion", GESTION_HOME.label)
    assert GESTION_PAGES["equipe"].label not in person.text
    administrator.get("/gestion/equipe")
    assert "Active" in next(line for line in administrator.rows() if email in line)


def test_a_link_that_opens_nothing_says_what_to_do(
    staff: StaffFactory, administrator: Browser, candidates: CandidateFactory
) -> None:
    email = new_address()
    people.invite(administrator, email)
    person = staff.browser()
    first = candidates.link_to(email, "/gestion/invitation/")
    administrator.get(administrator.page.xpath(f"//tbody/tr[contains(., '{email}')]//a/@href")[0])
    administrator.follow("Inviter de nouveau")
    administrator.press("Inviter de nouveau")
    assert "Une nouvelle invitation est envoyée." in administrator.text
    person.get(first)
    assert (person.answer.status_code, person.title) == (410, "Ce lien a été remplacé")
    staff.portal.advance_clock(seconds=INVITATION_LIFETIME.total_seconds() + 1)
    person.get(candidates.link_to(email, "/gestion/invitation/"))
    staff.portal.turn_clock_back()
    assert "Demandez à un administrateur de vous inviter de nouveau." in person.text
    person.get("/gestion/invitation/inconnue")
    assert (person.answer.status_code, person.title) == (404, "Ce lien n'est pas reconnu")
    person.follow("M'identifier")
    assert person.path == "/gestion/connexion"


def test_an_invitation_with_mistakes_keeps_what_was_typed_unsent(
    staff: StaffFactory, administrator: Browser
) -> None:
    email = new_address()
    people.invite(administrator, staff.account("03").email)
    assert (administrator.answer.status_code, "déjà celle d'un membre" in administrator.text) == (
        409,
        True,
    )
    people.invite(administrator, email, academies="")
    assert "Indiquez au moins une académie" in administrator.text
    assert [administrator.value(name) for name in ("email", "nom", "code")] == [email, "DURAND", ""]
    administrator.get("/gestion/equipe")
    assert not [line for line in administrator.rows() if email in line]


def test_a_gestionnaire_becomes_one_who_consults_and_back(
    staff: StaffFactory, administrator: Browser
) -> None:
    account = staff.account("03")
    member = staff.with_account(account, "/gestion")
    _do(administrator, account, "Changer le profil", role="consultation", reason="")
    assert (administrator.answer.status_code, administrator.value("role")) == (422, "consultation")
    administrator.press("Changer le profil", reason="Stage")
    assert "Le profil est changé." in administrator.text
    member.drop_cached_exchange()
    assert "(consultation)" in member.get("/gestion").text
    assert member.get("/gestion/documents/nouveau").status_code == 403
    _do(administrator, account, "Changer le profil", role="gestionnaire", reason="Fin du stage")
    member.drop_cached_exchange()
    assert member.get("/gestion/documents/nouveau").status_code == 200


def test_who_is_disabled_is_out_until_enabled_again(
    staff: StaffFactory, administrator: Browser
) -> None:
    account = staff.account("03")
    member = staff.with_account(account, "/gestion/compte")
    _do(administrator, account, "Désactiver l'accès", reason="Mutation")
    assert "L'accès est désactivé." in administrator.text
    member.drop_cached_exchange()
    member.get("/gestion")
    assert member.path == "/gestion/connexion"
    people.log_in(member, account, code=member.code())
    assert "désactivé" in member.text
    _do(administrator, account, "Réactiver l'accès", reason="Retour")
    people.log_in(member, account, code=member.code())
    assert member.path == "/gestion"


def _do(administrator: Browser, account: StaffAccount, act: str, **typed: str) -> None:
    administrator.get(f"/gestion/equipe/{account.id}")
    administrator.follow(act)
    administrator.press(act, **typed)


@pytest.fixture
def member(staff: StaffFactory) -> StaffBrowser:
    return staff.with_account(staff.account("03"), "/gestion/compte")


def test_the_page_says_who_one_is_and_how_many_codes_are_left(member: StaffBrowser) -> None:
    member.shows(member.account.email, "Il vous reste 0 code de secours : demandez-en de nouveaux.")
    member.follow("Nouveaux codes de secours")
    member.press("Afficher de nouveaux codes")
    assert len(member.texts("//ol//code")) == RECOVERY_CODES
    assert member.answer.headers["Cache-Control"] == "no-store"
    member.follow("Revenir à mon compte")
    assert f"Codes de secours qui restent {RECOVERY_CODES}" in member.text


def test_a_new_password_closes_the_other_sessions_and_this_one_goes_on(
    member: StaffBrowser,
) -> None:
    member.follow("Changer de mot de passe")
    new = dict.fromkeys(("password", "password_confirmation"), people.NEW_PASSWORD)
    typed = {"current_password": people.PASSWORD, **new}
    assert member.press("Enregistrer", **{**typed, "password": "court"}).status_code == 422
    [mistake] = member.texts("//*[@id='resume-erreurs']//a[@href='#champ-password']")
    assert mistake.startswith("Nouveau mot de passe : il doit comporter")
    member.press("Enregistrer", **typed)
    assert member.path == "/gestion/compte"
    assert "Votre mot de passe est changé." in member.text


def test_a_second_factor_is_renewed_in_two_steps_by_our_proposal_alone(
    member: StaffBrowser,
) -> None:
    member.follow("Renouveler le second facteur")
    assert member.press("Continuer", code="000000").status_code == 422
    member.press("Continuer")
    assert member.title == "Nouveau second facteur"
    secret = people.shown_secret(member)
    member.press("Mettre en service", code="000000")
    assert (member.answer.status_code, people.shown_secret(member)) == (422, secret)
    member.press("Mettre en service", code=pyotp.TOTP(secret).now())
    assert "Votre nouveau second facteur est en service" in member.text
    member.post(
        "/gestion/compte/second-facteur/confirmation", {"proposal": "inventée", "code": "123456"}
    )
    assert "n'est plus valable : recommencez" in member.text


def test_a_token_is_shown_once_listed_and_revoked(
    member: StaffBrowser, running: InProcessFourServices
) -> None:
    member.follow("Jetons d'accès")
    member.press("Créer le jeton", **NAMES)
    assert member.title == "Votre nouveau jeton"
    [token] = member.texts("//*[@data-jeton]")
    assert ask_api(running.gateway.app, "pieces/v1/pieces", token).status_code == 200
    assert (
        ask_api(running.gateway.app, "registrations/v1/staff/candidatures", token).status_code
        == 403
    )
    member.follow("Revenir à mes jetons")
    [line] = member.rows()
    assert all(words in line for words in ("suivi du bureau", "Lire les pièces", "Valable")), line
    assert "Jamais" not in line, "it was used"
    assert token not in member.answer.text
    member.press("Révoquer : suivi du bureau")
    assert "Le jeton est révoqué" in member.text
    assert "Révoqué" in member.rows()[0]
