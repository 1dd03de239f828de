"""A candidate's steps through the portal: account, registration, documents, pieces; and what the
screens say."""

import io
import re
from collections.abc import Callable

from playwright.sync_api import Page
from pypdf import PdfReader

from services.contracts import page_labels
from tests.journeys.personas import PASSWORD, Persona
from tests.journeys.users import MouseUser, normalized
from tests.support.processes import ServiceFailed, wait_until
from tests.support.running_portal import RunningPortal

WORKER_SECONDS = (
    90.0  # relay, broker and follow-up may each wait for the lease of a worker that was killed
)
IN_PREPARATION = "En préparation"
_LINK = re.compile(r"http://\S+/compte/activation/\S+")


class Candidate:
    """`user` acts on the page with the means of its class; `on_each_tab` is called once a tab is
    filled in. `read` has the texts of screens by their names in data/guide-words.yaml; of one seen
    several times, all of them."""

    def __init__(
        self,
        page: Page,
        portal: RunningPortal,
        persona: Persona,
        user_type: type[MouseUser] = MouseUser,
    ) -> None:
        self.page = page
        self.portal = portal
        self.persona = persona
        self.user = user_type(page, portal.url)
        self.read: dict[str, str] = {}

    def reads(self, *screens: str) -> None:
        """Note the page's text, folded parts and lists included, under these screens."""
        text = str(self.page.locator("body").evaluate("body => body.textContent"))
        for screen in screens:
            self.notes(screen, text)

    def notes(self, screen: str, text: str) -> None:
        self.read[screen] = f"{self.read.get(screen, '')}\n{text}"

    # -- account

    def creates_account(self) -> None:
        self.user.open("/")
        self.user.follow(page_labels.CREATE_ACCOUNT)
        self.user.is_at(page_labels.CREATION_FORM)
        self.reads("account_form")
        self.user.fill(self.persona.account)
        email = self.persona.email
        self.user.fill({"Adresse mail": email, "Confirmation de l'adresse mail": email})
        self.user.fill({"Mot de passe": PASSWORD, "Confirmation du mot de passe": PASSWORD})
        self.user.press("Créer le compte")
        self.user.is_at("Confirmation de réception de mail")
        self.reads("account_created")

    def activates_account(self) -> None:
        mail = self.portal.mail(self.persona.email, "[CYCLADES] Activer mon compte")
        link = _LINK.search(mail.text)
        assert link, mail.text
        self.page.goto(link[0])
        self.user.press("Activer mon compte")
        self.user.is_at(page_labels.LOG_IN_FORM)

    def logs_in(self) -> None:
        self.user.open("/connexion")
        self.reads("login")
        self.user.fill({"Identifiant de connexion": self.persona.email, "Mot de passe": PASSWORD})
        self.user.press(page_labels.LOG_IN)
        self.user.shows("Date de dernière connexion :")

    def begins(self) -> None:
        """A new account, and « M'inscrire » up to the first tab."""
        self.creates_account()
        self.activates_account()
        self.logs_in()
        self.chooses_exam()
        self.user.is_at(next(iter(self.persona.tabs)))

    # -- registration

    def chooses_exam(self) -> None:
        """« M'inscrire » up to « Valider »."""
        self.user.menu(page_labels.REGISTER)
        for choice in self.persona.exam:
            self.user.press(choice)
        self.user.shows("Sélectionner une académie")
        self.reads("choose")
        self.user.activate(
            self.page.get_by_role("button", name=re.compile(f"^{self.persona.academie}")).first
        )
        self.user.shows("Informations disponibles")
        self.reads("choose")
        self.user.press("Valider")

    def fills_tabs(self, on_each_tab: Callable[[str], None] = lambda title: None) -> None:
        """Every tab up to « N° Inscription », which is opened unsaved."""
        for title, answers in self.persona.tabs.items():
            self.user.is_at(title)
            self.user.fill(answers)
            on_each_tab(title)
            self.reads(title)
            self.user.press("Suivant")
        self.user.is_at("N° Inscription")

    def saves(self) -> str:
        """« Enregistrer »; the candidature's id, as it stands in the page's address."""
        self.user.press(page_labels.SAVE)
        self.user.shows("Votre inscription a bien été prise en compte le")
        self.reads("number")
        candidature_id = re.search(r"[0-9a-f]{32}", self.page.url)
        assert candidature_id, self.page.url
        return candidature_id[0]

    def registers(self, on_each_tab: Callable[[str], None] = lambda title: None) -> str:
        """From the home page, with a new account, to « Enregistrer »; the candidature's id."""
        self.begins()
        self.fills_tabs(on_each_tab)
        return self.saves()

    # -- documents

    def reads_pdf(self, words: str = "Visualiser/Imprimer") -> str:
        """The text of the one behind this link."""
        content = self.downloads(words)
        assert content.startswith(b"%PDF-"), content[:200]
        return normalized(
            "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        )

    def downloads(self, words: str) -> bytes:
        link = self.page.get_by_role("main").get_by_role("link", name=words).first
        answer = self.page.context.request.get(self.portal.url + str(link.get_attribute("href")))
        assert answer.ok, f"{answer.status} {answer.text()[:500]}"
        return answer.body()

    def waits_for(self, *words: str) -> None:
        """Look at the page again until it shows all of these words: what a worker makes comes
        within seconds."""

        def there() -> bool:
            if all(phrase in self.user.text for phrase in words):
                return True
            self.page.reload()
            return False

        try:
            wait_until(there, WORKER_SECONDS, f"{words} on the page")
        except ServiceFailed as late:
            raise AssertionError(f"{late}: {self.user.text}") from late

    def waits_until_prepared(self) -> None:
        """Look at the page again until the worker of the service has done what follows a save."""

        def is_prepared() -> bool:
            if self.persona.exam[1] in self.user.text and IN_PREPARATION not in self.user.text:
                return True
            self.page.reload()
            return False

        wait_until(is_prepared, WORKER_SECONDS, f"the end of « {IN_PREPARATION} »")

    def opens(self, menu: str) -> None:
        """« Mes documents » or « Mes justificatifs » of the one candidature, once what was saved
        last is no longer in preparation there."""
        self.user.menu(menu)
        self.waits_until_prepared()
        self.user.follow(self.persona.exam[1])
