"""« Mes justificatifs »: depositing files and validating groups as a candidate does; and candidates
who have registered and may deposit, for requests that go on without the browser."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator
from pypdf import PdfWriter

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.support.chromium import cookies_of, french_profile
from tests.support.running_portal import RunningPortal

DEPOSITED = re.compile(r"Déposé le \d\d/\d\d/2021 \d\d:\d\d \(heure/Paris\)")

# Guide §10, word for word, by regroupement.
GUIDE_PIECES = {
    "Confirmation d'inscription": ["CINSIG03 : Confirmation d'inscription signée"],
    "Nationalité": ["NATIDE06 : Document justifiant l'identité"],
    "Conditions réglementaires": [
        "BTSETAS4 : Attestation de formation du centre de formation - formation continue"
    ],
    "Dossier épreuve": [
        "BTSEE-EF3 : Demande de reconnaissance de l'engagement étudiant",
        "BTSLIVCOMP : Livret de compétences",
        "BTSPRESENT-BQ : Attestation de présence en entreprise",
    ],
}


def write_pdf(folder: Path, name: str = "Pièce signée.pdf") -> Path:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    path = folder / name
    writer.write(path)
    return path


class JustificatifsPage:
    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.user = candidate.user
        self.page = candidate.page
        candidate.opens(page_labels.JUSTIFICATIFS)
        self.user.is_at(page_labels.JUSTIFICATIFS)

    def shows_guide_pieces(self) -> None:
        """Each under its regroupement, in the guide's order, and no other."""
        headings = self.page.get_by_role("heading", level=3).all_inner_texts()
        assert headings == list(GUIDE_PIECES)
        for regroupement, pieces in GUIDE_PIECES.items():
            region = self.page.get_by_role("region", name=regroupement, exact=True)
            lines = region.get_by_role("listitem").all_inner_texts()
            assert [line.splitlines()[0] for line in lines] == pieces

    def codes(self) -> set[str]:
        return set(re.findall(r"\b([A-Z]+[\w-]*\d*[\w-]*) : ", self.user.text))

    def adds(self, piece: str, file: Path) -> None:
        """« Ajouter », choose, « Envoyer », « C'est lisible »; `piece` is its code and label."""
        self.user.activate(self._line(piece).get_by_role("link", name="Ajouter"))
        self.user.is_at(page_labels.DEPOSIT_FORM)
        self.user.shows(piece)
        self.candidate.reads("upload")
        self.user.choose_file("Choisir un fichier", file)
        self.user.press("Envoyer")
        self.user.is_at(page_labels.LEGIBILITY)
        self.user.activate(self.page.get_by_role("link", name="C'est lisible", exact=True))
        self.user.is_at(page_labels.JUSTIFICATIFS)

    def validates_group(self, regroupement: str) -> None:
        """« J'ai fourni toutes mes pièces » of that group, and again on the page that warns."""
        name = re.compile(rf"^{page_labels.VALIDATE}\s*:\s*{re.escape(regroupement)}$")
        self.user.activate(self.page.get_by_role("link", name=name))
        self.user.shows("vous ne pourrez plus les modifier et vos pièces pourront être étudiées.")
        self.user.press(page_labels.VALIDATE)
        self.user.is_at(page_labels.JUSTIFICATIFS)

    def can_add(self, piece: str) -> bool:
        return self._line(piece).get_by_role("link", name="Ajouter").count() > 0

    def text_of(self, piece: str) -> str:
        return " ".join(self._line(piece).inner_text().split())

    def _line(self, piece: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has_text=piece).last


@dataclass(frozen=True)
class RegisteredCandidate:
    """`cookies` are those of their session. The file of `replaced_piece` is replaced again and
    again, that of `unreplaced_piece` never."""

    persona: personas.Persona
    candidature: str
    replaced_piece: str
    unreplaced_piece: str
    cookies: dict[str, str]

    @property
    def email(self) -> str:
        return self.persona.email


def register_candidate(portal: RunningPortal, browser: Browser) -> RegisteredCandidate:
    """A new candidate, with an account and one candidature."""
    persona = personas.another_dubois()
    with french_profile(browser) as context:
        page = context.new_page()
        someone = Candidate(page, portal, persona)
        candidature = someone.registers()
        JustificatifsPage(someone)
        links = page.get_by_role("link", name="Ajouter").all()
        replaced_piece, unreplaced_piece, *_ = (
            str(link.get_attribute("href")).rpartition("/")[2] for link in links
        )
        return RegisteredCandidate(
            persona, candidature, replaced_piece, unreplaced_piece, cookies_of(page)
        )
