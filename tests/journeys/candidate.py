"""A candidate's way, step by step: account, registration, documents, pieces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.journeys.mouse_user import Desk
from tests.journeys.personas import PASSWORD, Person
from tests.support.processes import ServiceFailed, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.running_portal import RunningPortal

WORKER_SECONDS = 90.0  # relay, broker and follow-up may each wait for the lease of a worker that was killed
EXAM = ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022")
_LINK = re.compile(r"http://\S+/compte/activation/\S+")


class Candidate:
    """`desk` is the page in front of the person; `at_tab` is called on each tab once it is filled in."""

    def __init__(self, page: Page, portal: RunningPortal, person: Person, desk: type[Desk] = Desk) -> None:
        self.page = page
        self.portal = portal
        self.person = person
        self.desk = desk(page, portal.url)

    # -- account -------------------------------------------------------------------------------------------------

    def creates_an_account(self) -> None:
        self.desk.open("/")
        self.desk.follow("Créer mon compte")
        self.desk.is_at("Formulaire de création")
        self.desk.fill(self.person.account)
        email = self.person.email
        self.desk.fill({"Adresse mail": email, "Confirmation de l'adresse mail": email})
        self.desk.fill({"Mot de passe": PASSWORD, "Confirmation du mot de passe": PASSWORD})
        self.desk.press("Créer le compte")
        self.desk.is_at("Confirmation de réception de mail")

    def activates_it(self) -> None:
        """By the link of the mail and the one button behind it."""
        mail = self.portal.mail(self.person.email, "[CYCLADES] Activer mon compte")
        found = _LINK.search(mail.text)
        assert found, mail.text
        self.page.goto(found[0])
        self.desk.press("Activer mon compte")
        self.desk.is_at("Veuillez vous identifier")

    def logs_in(self) -> None:
        self.desk.open("/connexion")
        self.desk.fill({"Identifiant de connexion": self.person.email, "Mot de passe": PASSWORD})
        self.desk.press("Me connecter")
        self.desk.shows("Date de dernière connexion :")

    def arrives(self) -> None:
        """With an account made, activated and opened."""
        self.creates_an_account()
        self.activates_it()
        self.logs_in()

    # -- registration --------------------------------------------------------------------------------------------

    def chooses(self) -> None:
        """« M'inscrire » up to « Valider »."""
        self.desk.menu("M'inscrire")
        for choice in EXAM:
            self.desk.press(choice)
        self.desk.take(self.page.get_by_role("button", name=re.compile(f"^{self.person.academie}")).first)
        self.desk.shows("Informations disponibles")
        self.desk.press("Valider")

    def fills_the_tabs(self, at_tab: Callable[[str], None] = lambda title: None) -> None:
        """Every tab up to « N° Inscription », which is opened unsaved."""
        for title, answers in self.person.tabs.items():
            self.desk.is_at(title)
            self.desk.fill(answers)
            at_tab(title)
            self.desk.press("Suivant")
        self.desk.is_at("N° Inscription")

    def saves(self) -> str:
        """« Enregistrer »; the candidature's id, as it stands in the page's address."""
        self.desk.press("Enregistrer")
        self.desk.shows("Votre inscription a bien été prise en compte le")
        found = re.search(r"[0-9a-f]{32}", self.page.url)
        assert found, self.page.url
        return found[0]

    def registers(self) -> str:
        self.chooses()
        self.fills_the_tabs()
        return self.saves()

    def modifies(self, at_tab: Callable[[str], None] = lambda title: None) -> None:
        """« Modifier », tab after tab, up to a new version."""
        self.desk.menu("Mes inscriptions")
        self.desk.press("Modifier")
        for title in self.person.tabs:
            self.desk.is_at(title)
            at_tab(title)
            self.desk.press("Suivant")
        self.saves()

    # -- documents -----------------------------------------------------------------------------------------------

    def prints(self) -> bytes:
        """The PDF behind « Visualiser/Imprimer »."""
        return self.downloads("Visualiser/Imprimer")

    def downloads(self, words: str) -> bytes:
        """The file behind the link with these words."""
        link = self.page.get_by_role("main").get_by_role("link", name=words).first
        answer = self.page.context.request.get(self.portal.url + str(link.get_attribute("href")))
        assert answer.ok, f"{answer.status} {answer.text()[:500]}"
        return answer.body()

    def waits_for(self, *words: str) -> None:
        """Look at the page again until it shows all of these words: what a worker makes comes within seconds."""

        def there() -> bool:
            if all(one in self.desk.text for one in words):
                return True
            self.page.reload()
            return False

        try:
            wait_until(there, WORKER_SECONDS, f"{words} on the page")
        except ServiceFailed as late:
            raise AssertionError(f"{late}: {self.desk.text}") from late

    def opens(self, menu: str) -> None:
        """« Mes documents » or « Mes justificatifs » of the one candidature, as soon as it is known there."""
        self.desk.menu(menu)
        self.waits_for("BREVET DE TECHNICIEN SUPERIEUR")
        self.desk.follow("BREVET DE TECHNICIEN SUPERIEUR")
