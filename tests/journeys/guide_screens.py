"""The text of each screen of the guide, read in one journey through the whole portal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.journeys.justificatifs_page import GUIDE_PIECES, JustificatifsPage, write_pdf
from tests.journeys.text_reading import pdf_text

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
TWELVE_TAB_EXAM = ("Examen", "DIPLOME DE COMPTABILITE ET DE GESTION")


class GuideScreens:
    """`texts` by the screen's name in data/guide-words.yaml; a screen seen several times has all its texts."""

    def __init__(self, page: Page, portal: RunningPortal, folder: Path) -> None:
        self.texts: dict[str, str] = {}
        self.portal = portal
        self.page = page
        self.folder = folder
        self.candidate = Candidate(page, portal, personas.DUBOIS.with_email(personas.new_address()))
        self.user = self.candidate.user
        self.candidature = ""
        for part in PARTS:
            part(self)

    def note_page(self, *screens: str) -> None:
        """Note the page's text, folded parts and lists included, under these screens."""
        text = str(self.page.locator("body").evaluate("body => body.textContent"))
        for screen in screens:
            self.texts[screen] = self.texts.get(screen, "") + "\n" + text

    def note_text(self, screen: str, text: str) -> None:
        self.texts[screen] = self.texts.get(screen, "") + "\n" + text


def before_an_account(screens: GuideScreens) -> None:
    screens.user.open("/")
    screens.note_page("header", "footer", "home")
    screens.user.follow(page_labels.OPENINGS)
    screens.user.is_at(page_labels.OPENINGS)
    screens.note_page("openings")
    for choice in ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022", "ACADÉMIE DE BESANCON - (2022-06)"):
        screens.user.press(choice)
    screens.user.shows("Informations disponibles")
    screens.note_page("openings", "openings_open")
    screens.user.open("/compte/creation")
    screens.note_page("account_form")


def account(screens: GuideScreens) -> None:
    screens.candidate.creates_account()
    screens.note_page("account_created")
    mail = screens.portal.mail(screens.candidate.persona.email)
    screens.note_text("activation_mail", mail.text)
    screens.note_text("activation_mail_subject", mail.subject)
    screens.candidate.activates_account()
    screens.user.open("/connexion")
    screens.note_page("login")
    screens.candidate.logs_in()
    screens.note_page("header_connected", "menu")
    screens.page.get_by_role("link", name=page_labels.ACCOUNT).click()
    screens.user.is_at(page_labels.ACCOUNT_FORM)
    screens.note_page("account_change")


def choosing(screens: GuideScreens) -> None:
    screens.user.menu(page_labels.REGISTER)
    for choice in ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022"):
        screens.user.press(choice)
    screens.user.shows("Sélectionner une académie")
    screens.note_page("choose")
    screens.user.press("ACADÉMIE DE BESANCON - (2022-06)")
    screens.user.shows("Informations disponibles")
    screens.note_page("choose")
    screens.user.press("Valider")


def tabs(screens: GuideScreens) -> None:
    screens.user.is_at("Candidatures précédentes")
    screens.note_page("wizard", "tabs_bts")
    screens.candidate.fills_tabs(lambda title: screens.note_page(TABS[title]) if title in TABS else None)
    screens.candidature = screens.candidate.saves()
    screens.note_page("number")
    screens.note_text("confirmation_pdf", pdf_text(screens.candidate.downloads_confirmation()))


def documents(screens: GuideScreens) -> None:
    tool = GestionnaireTool(screens.portal)
    screens.user.menu(page_labels.DOCUMENTS)
    screens.note_page("documents")
    screens.user.follow("BREVET DE TECHNICIEN SUPERIEUR")
    screens.candidate.waits_for("Confirmation d'inscription Version", "Demande de pièces justificatives")
    for kind, title in PUBLISHED.items():
        tool.publishes(screens.candidature, kind, title)
    screens.candidate.waits_for(*PUBLISHED.values())
    screens.note_page("documents", "document_types")
    screens.user.menu(page_labels.FORMS)
    screens.user.is_at(page_labels.FORMS)
    screens.note_page("forms")


def pieces(screens: GuideScreens) -> None:
    mine = JustificatifsPage(screens.candidate)
    screens.note_page("pieces")
    wanted = [piece for group in ("Confirmation d'inscription", "Nationalité") for piece in GUIDE_PIECES[group]]
    wanted += GUIDE_PIECES["Conditions réglementaires"]
    screens.page.get_by_role("link", name="Ajouter").first.click()
    screens.user.is_at(page_labels.DEPOSIT_FORM)
    screens.note_page("upload")
    mine = JustificatifsPage(screens.candidate)
    for piece in wanted:
        mine.adds(piece, write_pdf(screens.folder))
    mine.validates_group("Nationalité")
    screens.note_page("pieces", "piece_deposited")
    tool = GestionnaireTool(screens.portal)
    for piece, status in zip(wanted, ("received", "non_compliant", "compliant"), strict=True):
        tool.controls(screens.candidature, piece.partition(" ")[0], status)
    JustificatifsPage(screens.candidate)
    screens.note_page("piece_statuses")


def modification(screens: GuideScreens) -> None:
    screens.user.menu(page_labels.REGISTRATIONS)
    screens.user.press("Modifier")
    for title in screens.candidate.persona.tabs:
        screens.user.is_at(title)
        screens.user.press("Suivant")
    screens.candidate.saves()
    mail = screens.portal.mail(screens.candidate.persona.email, "Modification")
    screens.note_text("modification_mail_subject", mail.subject)


def twelve_tabs(screens: GuideScreens) -> None:
    screens.user.menu(page_labels.REGISTER)
    for choice in TWELVE_TAB_EXAM:
        screens.user.press(choice)
    screens.page.get_by_role("main").get_by_role("listitem").get_by_role("button").first.click()
    screens.user.shows("Sélectionner une académie")
    screens.page.get_by_role("button", name="ACADÉMIE DE BESANCON").first.click()
    screens.user.press("Valider")
    screens.user.shows("12 - N° Inscription")
    screens.note_page("tabs_twelve")


# In the order in which a candidate reaches the screens.
PARTS: tuple[Callable[[GuideScreens], None], ...] = (
    before_an_account,
    account,
    choosing,
    tabs,
    documents,
    pieces,
    modification,
    twelve_tabs,
)
