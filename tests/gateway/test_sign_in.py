"""FranceConnect and ProConnect without scripts; « Valider mon inscription » with them as with the
password."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import pyotp
import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from services.accounts.models import StaffMember, db
from services.contracts import page_labels
from services.contracts.accounts import IdentityCorrected
from services.contracts.registrations import from_stored
from services.registrations.handlers import registry as registrations_handlers
from services.registrations.models import Candidature, CandidatureVersion
from services.registrations.models import db as registrations_db
from tests.accounts.creation_form import PASSWORD
from tests.accounts.sign_in.conftest import servers
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.gestion.people import StaffFactory, invite, shown_secret
from tests.gateway.portal_with_providers import running
from tests.support.app_server import AppServer
from tests.support.identity_providers import Providers, consent, person
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.service_worker import deliver_event

__all__ = ["running", "servers"]

CONFIRM = "Confirmer avec FranceConnect"
TO_DO = "Inscription à valider en ligne"
BEFORE = (
    "À valider – Votre validation en ligne est attendue avant le 25/10/2021 à 12:00 (heure de "
    "Paris)."
)
AFTER = "Validée en ligne le 05/10/2021 à 12:0"


@pytest.fixture
def candidature(candidates: CandidateFactory) -> tuple[Browser, str]:
    """A candidate's browser, and the path of what was saved."""
    browser = candidates.log_in_registered()
    return browser, browser.candidature_page()


def save_another_version(browser: Browser, path: str) -> None:
    browser.get(path)
    browser.press("Modifier")
    draft = browser.path.rpartition("/")[0]
    browser.get(f"{draft}/2")
    browser.press("Suivant", adresse="2 rue du lac")
    browser.get(f"{draft}/9")
    browser.press("Enregistrer")
    assert browser.title == "N° Inscription"


def test_a_candidate_reads_what_is_certified_and_validates_it_by_password(
    candidature: tuple[Browser, str],
) -> None:
    browser, path = candidature
    browser.get("/")
    assert TO_DO in browser.text
    browser.get(path)
    assert BEFORE in browser.text
    browser.follow(page_labels.VALIDATE_REGISTRATION)
    assert browser.title == page_labels.VALIDATE_REGISTRATION
    assert "1 rue du port" in browser.text.lower()
    assert "Je certifie l'exactitude des renseignements" in browser.text
    assert (
        browser.press(
            page_labels.VALIDATE_REGISTRATION, current_password="not this one"
        ).status_code
        == 422
    )
    assert "Le mot de passe actuel est incorrect." in browser.text
    assert not browser.value("current_password")
    browser.press(page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert (browser.path, "Votre inscription est validée." in browser.text) == (path, True)
    assert AFTER in browser.text
    browser.get(f"{path}/validation")
    assert not browser.page.xpath("//input[@name='current_password']")
    assert "Votre inscription est validée en ligne depuis le" in browser.text
    browser.get(f"{path}/historique")
    assert "Inscription validée en ligne, version 1" in browser.text


def test_a_version_saved_in_another_window_is_shown_before_it_is_validated(
    candidature: tuple[Browser, str],
) -> None:
    browser, path = candidature
    browser.get(f"{path}/validation")
    shown = browser.answer
    save_another_version(browser, path)
    assert "Votre inscription reste à valider en ligne" in browser.text
    for version, status in (("9" * 5000, 404), ("1", 412)):
        browser.answer = shown
        pressed = browser.press(
            page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD, version=version
        )
        assert pressed.status_code == status
    assert "relisez-la ci-dessous" in browser.text
    assert "2 rue du lac" in browser.text.lower()
    browser.press(page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert AFTER in browser.text
    save_another_version(browser, path)
    browser.get("/inscriptions")
    assert BEFORE.partition(" – ")[2] in browser.text


def test_after_the_closing_whom_to_ask_is_said(
    candidature: tuple[Browser, str], running: InProcessPortal
) -> None:
    browser, path = candidature
    browser.get(f"{path}/validation")
    running.advance_clock(days=30)
    browser.press(page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert "Contactez le service gestionnaire." in browser.text
    browser.get(path)
    assert (
        "Non validée – Vous ne l'avez pas validée à temps. Service à contacter : " in browser.text
    )
    assert not browser.page.xpath(f"//main//a[contains(@href, '{path}/validation')]")
    browser.get("/")
    assert TO_DO not in browser.text


def correct_in_registrations(running: InProcessPortal, candidature_id: str) -> None:
    """Staff corrected the civil status of that candidature's candidate."""
    app = running.registrations.app
    with app.app_context(), registrations_db.reading() as transaction:
        candidature = transaction.get_one(Candidature, candidature_id)
        current = transaction.get_one(CandidatureVersion, (candidature_id, candidature.version))
    before = from_stored(current.payload).identity
    identity = replace(before, nom_famille="DUPOND", version=before.version + 1)
    event = IdentityCorrected(candidature.candidate_id, identity, "Nom mal orthographié")
    deliver_event(app, registrations_handlers, event)


def test_what_staff_corrected_after_the_closing_is_validated_again_until_the_day_shown(
    candidature: tuple[Browser, str], running: InProcessPortal
) -> None:
    browser, path = candidature
    browser.get(f"{path}/validation")
    browser.press(page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD)
    running.advance_clock(days=30)
    correct_in_registrations(running, path.rpartition("/")[2])
    browser.get("/")
    assert TO_DO in browser.text
    browser.get("/inscriptions")
    assert "est attendue avant le 19/11/2021 à 23:59 (heure de Paris)" in browser.text
    assert not browser.page.xpath("//main//form[contains(@action, '/modification')]")
    browser.press(page_labels.VALIDATE_REGISTRATION)
    assert "valider de nouveau avant le 19/11/2021 à 23:59" in browser.text
    browser.press(page_labels.VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert (browser.path, "Votre inscription est validée." in browser.text) == (path, True)


@dataclass
class Visit:
    """One browser, which goes to a provider as somebody."""

    browser: Browser
    providers: Providers
    who: dict[str, str]

    def leave(self, page: str, provider: str = "franceconnect", suite: str = "") -> str:
        """By the button of a page; the path at which the provider sends the browser back. `suite`:
        forged into its address."""
        self.browser.get(page)
        [link] = self.browser.page.xpath(
            f"//a[contains(@class, 'fr-connect')]/@href | //a[.='{CONFIRM}']/@href"
        )
        link += f"?{urlencode({'suite': suite})}" if suite else ""
        address = self.browser.get(link, follow=False).headers["Location"]
        issuer = self.providers[provider].issuer
        assert address.startswith(f"{issuer}/authorize?")
        code = consent(self.providers[provider], address, self.who)
        state = address.partition("state=")[2].partition("&")[0]
        path = urlsplit(self.providers[provider].redirect_uri).path
        return f"{path}?state={state}&code={code}&iss={issuer}"

    def identify(self, page: str = "/connexion", provider: str = "franceconnect") -> TestResponse:
        return self.browser.get(self.leave(page, provider))


@pytest.fixture
def visit(plain: Browser, servers: tuple[AppServer, Providers]) -> Visit:
    return Visit(plain, servers[1], person())


def test_who_signs_up_with_franceconnect_signs_in_and_out_with_it(
    visit: Visit, candidates: CandidateFactory
) -> None:
    browser = visit.browser
    visit.identify("/compte/creation")
    assert browser.title == page_labels.LOG_IN_FORM
    browser.press("Créer mon compte avec FranceConnect")
    assert "Certifié par FranceConnect" in browser.text
    assert browser.page.xpath("//input[@name='nom_famille' and @disabled]/@value") == ["DUBOIS"]
    browser.press("Créer le compte", email_confirmation="another@portail.example")
    assert "diffère de l'adresse mail" in browser.text
    browser.press("Créer le compte", email_confirmation=visit.who["email"])
    assert browser.path == "/compte/creation/confirmation"
    browser.get(candidates.link_to(visit.who["email"]))
    browser.press("Activer mon compte")
    visit.identify("/connexion?suite=/compte")
    assert (browser.path, "certifié par FranceConnect" in browser.text) == ("/compte", True)
    browser.press("Se déconnecter")
    assert browser.title == "Vous êtes déconnecté du portail"
    assert "/franceconnect/end?" in browser.answer.headers["Refresh"]
    assert browser.get("/compte").request.path == "/connexion"
    browser.get("/compte/creation?reprise=oui")
    assert visit.who["email"] not in browser.page.xpath("//input/@value"), (
        "who is next at this computer reads nothing"
    )


def test_an_account_is_joined_and_leads_to_no_other_site(
    visit: Visit, candidates: CandidateFactory
) -> None:
    visit.who |= {
        "given_name": "Laurent",
        "family_name": "BINET",
        "birthdate": "2001-02-01",
        "gender": "male",
    }
    email = candidates.create_activated_account()
    browser = visit.browser
    visit.identify()
    browser.press("Relier FranceConnect à ce compte", identifiant=email, password="wrong")
    assert (browser.answer.status_code, browser.title) == (401, page_labels.LOG_IN_FORM)
    browser.press("Relier FranceConnect à ce compte", identifiant=email, password=PASSWORD)
    assert browser.path == "/"
    for suite in ("https://evil.example/", "//evil.example", "/\\evil.example", "/connexion"):
        visit.browser = candidates.browser()
        back = visit.leave("/connexion", suite=suite)
        assert visit.browser.get(back, follow=False).headers["Location"] == "/"


def test_what_another_browser_brings_or_brings_again_is_nobodys(
    visit: Visit, candidates: CandidateFactory
) -> None:
    back = visit.leave("/connexion")
    other = candidates.browser()
    other.get(back)
    assert (other.answer.status_code, "dans un autre navigateur" in other.text) == (403, True)
    assert other.page.xpath("//form//input[@name='password']"), "the password way is there"
    assert visit.browser.get(back).status_code == 200
    assert visit.browser.get(back).status_code == 403
    assert "dans un autre navigateur" in visit.browser.text, "its cookie is gone"


def test_a_provider_that_is_away_leaves_the_password_way(
    visit: Visit, servers: tuple[AppServer, Providers], candidates: CandidateFactory
) -> None:
    back = visit.leave("/connexion")
    with service_stopped(servers[0]):
        assert visit.browser.get(back).status_code == 503
        assert "FranceConnect ne répond pas" in visit.browser.text
        visit.browser.press(
            page_labels.LOG_IN,
            identifiant=candidates.create_activated_account(),
            password=PASSWORD,
        )
        assert visit.browser.path == "/"


@pytest.fixture
def registered(visit: Visit, candidates: CandidateFactory) -> str:
    """The path of a candidature to be validated of the visitor, who has come by FranceConnect."""
    visit.who |= {
        "given_name": "Laurent",
        "family_name": "BINET",
        "birthdate": "2001-02-01",
        "gender": "male",
    }
    email = candidates.create_activated_account()
    candidates.register(email)
    visit.identify()
    visit.browser.press("Relier FranceConnect à ce compte", identifiant=email, password=PASSWORD)
    return visit.browser.candidature_page()


def test_an_inscription_is_validated_by_a_fresh_sign_in_with_franceconnect(
    visit: Visit, registered: str
) -> None:
    browser = visit.browser
    page = f"{registered}/validation"
    visit.identify(page)
    assert (browser.path, "FranceConnect vient de confirmer" in browser.text) == (page, True)
    assert not browser.page.xpath("//input[@name='current_password']")
    save_another_version(browser, registered)
    browser.get(f"{page}?fait=confirmation")
    browser.press(page_labels.VALIDATE_REGISTRATION)
    assert (browser.answer.status_code, "portait sur autre chose" in browser.text) == (422, True)
    visit.identify(page)
    shown = browser.answer
    browser.press(page_labels.VALIDATE_REGISTRATION)
    assert (browser.path, "Votre inscription est validée." in browser.text) == (registered, True)
    browser.answer = shown
    browser.press(page_labels.VALIDATE_REGISTRATION)
    assert "Votre inscription est validée en ligne depuis le" in browser.text, "sent twice"


@pytest.mark.parametrize(
    ("page", "button", "done"),
    [
        ("/compte/donnees", "Demander une copie", "Votre demande est enregistrée"),
        ("/compte/effacement", "Demander l'effacement", "Votre demande est enregistrée"),
        ("/compte/suppression", "Supprimer", "Vous avez une candidature"),
    ],
)
def test_what_asks_for_the_password_again_takes_franceconnect_for_it(
    visit: Visit, registered: str, page: str, button: str, done: str
) -> None:
    browser = visit.browser
    browser.get(f"{page}?fait=confirmation")
    assert browser.press(button).status_code == 422
    visit.identify(page)
    browser.press(button)
    assert done in browser.text


@pytest.mark.usefixtures("registered")
def test_who_is_somebody_else_at_the_provider_confirms_nothing_and_goes_back_to_the_page(
    visit: Visit,
) -> None:
    browser = visit.browser
    page = "/compte/donnees"
    visit.who = person()
    visit.identify(page)
    assert (browser.answer.status_code, "n'est pas celle qui ouvre" in browser.text) == (403, True)
    assert browser.follow("Revenir à la page").request.path == page
    browser.press("Demander une copie", current_password=PASSWORD)
    assert "Votre demande est enregistrée" in browser.text


def test_who_came_with_a_password_gives_it_again(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte/donnees")
    assert CONFIRM not in browser.text
    assert browser.get("/connexion/franceconnect/confirmation?demande=forged").status_code == 404


def test_who_is_invited_comes_in_by_proconnect(
    visit: Visit, staff: StaffFactory, candidates: CandidateFactory
) -> None:
    """With the code of a second factor where ProConnect has seen none."""
    invite(staff.administrateur(), visit.who["email"])
    visit.browser = browser = candidates.browser()
    visit.identify(candidates.link_to(visit.who["email"], "/gestion/invitation/"), "proconnect")
    assert not browser.page.xpath("//input[@name='password']")
    secret = shown_secret(browser)
    assert browser.press("Activer mon accès", code="000000").status_code == 422
    browser.press("Activer mon accès", code=pyotp.TOTP(secret).now())
    assert "Votre accès est prêt" in browser.text
    browser.press("Se déconnecter")
    visit.identify("/gestion/connexion?suite=/gestion/compte", "proconnect")
    assert not browser.page.xpath("//input[@name='password']")
    assert browser.press(page_labels.LOG_IN, code="000000").status_code == 422
    with staff.portal.accounts.app.app_context(), db.operation() as transaction:
        transaction.execute(
            update(StaffMember).values(totp_last_step=0)
        )  # the code of this half minute was given already
    browser.press(page_labels.LOG_IN, code=pyotp.TOTP(secret).now())
    assert browser.path == "/gestion/compte"
