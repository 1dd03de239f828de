"""Account and registration without any script, on a telephone 360 pixels wide, by keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.journeys.scriptless_user import ScriptlessUser
from tests.journeys.text_reading import pdf_text
from tests.support.chromium import TELEPHONE
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from tests.journeys.conftest import NewPage


def test_the_whole_registration_works_without_a_script(alone: RunningPortal, new_page: NewPage, tmp_path: Path) -> None:
    """Takes long: a whole registration by full pages, each tab left once and taken up again."""
    page = new_page(viewport=TELEPHONE, java_script_enabled=False)
    candidate = Candidate(page, alone, personas.another_dubois(), ScriptlessUser)
    candidate.registers(lambda title: _leaves_and_comes_back(candidate, title))
    text = pdf_text(candidate.downloads_confirmation())
    assert "MONSIEUR DUBOIS Pierre" in text
    assert re.search(r"EF1 - Langue vivante 2 - Allemand UF1 Inscrit", text)
    _too_large_files_are_refused_by_a_page(candidate, tmp_path / "trop grand.pdf")


def _too_large_files_are_refused_by_a_page(candidate: Candidate, file: Path) -> None:
    """And not by a broken line, which is what a browser shows of an answer that comes before all was sent."""
    JustificatifsPage(candidate)
    page = candidate.page
    candidate.user.activate(page.get_by_role("link", name="Ajouter").first)
    for size in (MAX_FILE_BYTES + 1, 6 * MAX_FILE_BYTES):
        file.write_bytes(b"%PDF-1.7\n" + b"0" * size)
        candidate.user.choose_file("Choisir un fichier", file)
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name="Envoyer", exact=True).click()
        assert navigation.value.status == 413, size
        page.get_by_text("Votre fichier est trop volumineux").first.wait_for()


def _leaves_and_comes_back(candidate: Candidate, title: str) -> None:
    """« Quitter » keeps what is typed, as the next « Suivant » notices."""
    candidate.user.press("Quitter")
    candidate.user.is_at(page_labels.REGISTRATIONS)
    candidate.user.follow("Reprendre : BREVET DE TECHNICIEN SUPERIEUR BTS 2022")
    candidate.user.is_at(title)
