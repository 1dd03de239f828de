"""One walk through the whole portal that keeps what each screen of the guide shows, by the guide's name for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.gestionnaire_tool import Tool
from tests.journeys.justificatifs_page import GUIDES_PIECES, Justificatifs, a_pdf
from tests.journeys.text_reading import text_of_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.running_portal import RunningPortal

# The screens of the registration, by the title of their tab.
TABS = {
    "Identification": "identification",
    "Informations candidature": "candidature",
    "Qualification présentée": "qualification",
    "Acquis": "acquis",
    "Diplôme possédé": "diplome",
    "Epreuves": "epreuves",
    "Récapitulatif": "recap",
}
PUBLISHED = {
    "relance_pieces": "Relance de pièces justificatives",
    "amenagements": "Notification de mesures d'aménagements",
    "convocation": "Convocation(s) aux épreuves",
    "releve_notes": "Relevé(s) de notes",
}
TWELVE = ("Examen", "DIPLOME DE COMPTABILITE ET DE GESTION")


class Walk:
    """`seen[screen]` is all the text met under that name."""

    def __init__(self, page: Page, portal: RunningPortal, folder: Path) -> None:
        self.seen: dict[str, str] = {}
        self.portal = portal
        self.page = page
        self.folder = folder
        self.candidate = Candidate(page, portal, personas.DUBOIS.at(personas.new_address()))
        self.desk = self.candidate.desk
        self.candidature = ""
        for part in PARTS:
            part(self)

    def keep(self, *screens: str) -> None:
        """What the page says now, folded parts and lists included."""
        text = str(self.page.locator("body").evaluate("one => one.textContent"))
        for screen in screens:
            self.seen[screen] = self.seen.get(screen, "") + "\n" + text

    def keep_text(self, screen: str, text: str) -> None:
        self.seen[screen] = self.seen.get(screen, "") + "\n" + text


def before_an_account(walk: Walk) -> None:
    walk.desk.open("/")
    walk.keep("header", "footer", "home")
    walk.desk.follow("Ouverture des services")
    walk.desk.is_at("Ouverture des services")
    walk.keep("openings")
    for choice in ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022", "ACADÉMIE DE BESANCON - (2022-06)"):
        walk.desk.press(choice)
    walk.desk.shows("Informations disponibles")
    walk.keep("openings", "openings_open")
    walk.desk.open("/compte/creation")
    walk.keep("account_form")


def account(walk: Walk) -> None:
    walk.candidate.creates_an_account()
    walk.keep("account_created")
    mail = walk.portal.mail(walk.candidate.person.email)
    walk.keep_text("activation_mail", mail.text)
    walk.keep_text("activation_mail_subject", mail.subject)
    walk.candidate.activates_it()
    walk.desk.open("/connexion")
    walk.keep("login")
    walk.candidate.logs_in()
    walk.keep("header_connected", "menu")
    walk.page.get_by_role("link", name="Modifier mon compte").click()
    walk.desk.is_at("Modifier mes informations")
    walk.keep("account_change")


def choosing(walk: Walk) -> None:
    walk.desk.menu("M'inscrire")
    for choice in ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022"):
        walk.desk.press(choice)
    walk.desk.shows("Sélectionner une académie")
    walk.keep("choose")
    walk.desk.press("ACADÉMIE DE BESANCON - (2022-06)")
    walk.desk.shows("Informations disponibles")
    walk.keep("choose")
    walk.desk.press("Valider")


def tabs(walk: Walk) -> None:
    walk.desk.is_at("Candidatures précédentes")
    walk.keep("wizard", "tabs_bts")
    walk.candidate.fills_the_tabs(lambda title: walk.keep(TABS[title]) if title in TABS else None)
    walk.candidature = walk.candidate.saves()
    walk.keep("number")
    walk.keep_text("confirmation_pdf", text_of_pdf(walk.candidate.prints()))


def documents(walk: Walk) -> None:
    tool = Tool(walk.portal)
    walk.desk.menu("Mes documents")
    walk.keep("documents")
    walk.desk.follow("BREVET DE TECHNICIEN SUPERIEUR")
    walk.candidate.waits_for("Confirmation d'inscription Version", "Demande de pièces justificatives")
    for kind, title in PUBLISHED.items():
        tool.publishes(walk.candidature, kind, title)
    walk.candidate.waits_for(*PUBLISHED.values())
    walk.keep("documents", "document_types")
    walk.desk.menu("Les formulaires")
    walk.desk.is_at("Les formulaires")
    walk.keep("forms")


def pieces(walk: Walk) -> None:
    mine = Justificatifs(walk.candidate)
    walk.keep("pieces")
    wanted = [piece for group in ("Confirmation d'inscription", "Nationalité") for piece in GUIDES_PIECES[group]]
    wanted += GUIDES_PIECES["Conditions réglementaires"]
    walk.page.get_by_role("link", name="Ajouter").first.click()
    walk.desk.is_at("Envoyer une pièce jointe")
    walk.keep("upload")
    mine = Justificatifs(walk.candidate)
    for piece in wanted:
        mine.adds(piece, a_pdf(walk.folder))
    mine.hands_over("Nationalité")
    walk.keep("pieces", "piece_deposited")
    tool = Tool(walk.portal)
    for piece, status in zip(wanted, ("received", "non_compliant", "compliant"), strict=True):
        tool.controls(walk.candidature, piece.partition(" ")[0], status)
    Justificatifs(walk.candidate)
    walk.keep("piece_statuses")


def modification(walk: Walk) -> None:
    walk.desk.menu("Mes inscriptions")
    walk.desk.press("Modifier")
    for title in walk.candidate.person.tabs:
        walk.desk.is_at(title)
        walk.desk.press("Suivant")
    walk.candidate.saves()
    mail = walk.portal.mail(walk.candidate.person.email, "Modification")
    walk.keep_text("modification_mail_subject", mail.subject)


def twelve_tabs(walk: Walk) -> None:
    walk.desk.menu("M'inscrire")
    for choice in TWELVE:
        walk.desk.press(choice)
    walk.page.get_by_role("main").get_by_role("listitem").get_by_role("button").first.click()
    walk.desk.shows("Sélectionner une académie")
    walk.page.get_by_role("button", name="ACADÉMIE DE BESANCON").first.click()
    walk.desk.press("Valider")
    walk.desk.shows("12 - N° Inscription")
    walk.keep("tabs_twelve")


# How every screen is reached, in the order of a candidate's way.
PARTS: tuple[Callable[[Walk], None], ...] = (
    before_an_account,
    account,
    choosing,
    tabs,
    documents,
    pieces,
    modification,
    twelve_tabs,
)
