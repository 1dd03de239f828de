"""The guide walked from its first page to its last: Laurent BINET makes an account, Pierre DUBOIS registers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.journeys.justificatifs_page import DEPOSITED, GUIDE_PIECES, JustificatifsPage, write_pdf
from tests.journeys.text_reading import normalized, pdf_text
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journeys.candidate import Candidate
    from tests.journeys.conftest import NewCandidate

CONFIRMATION = Path(__file__).parent / "data" / "confirmation-dubois.txt"


def test_an_account_is_made_as_in_chapter_3(portal: RunningPortal, new_candidate: NewCandidate) -> None:
    makes_an_account(portal, new_candidate(portal, personas.BINET))


def test_a_registration_from_its_first_tab_to_its_withdrawal(
    portal: RunningPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    registers_and_withdraws(portal, new_candidate(portal, personas.DUBOIS), tmp_path)


def makes_an_account(portal: RunningPortal, binet: Candidate) -> None:
    """Chapter 3: the form, the mail, its link, the log-in."""
    binet.creates_account()
    binet.user.shows("lbinet@ac-rennes.fr", "J'ai bien reçu le mail")
    mail = portal.mail("lbinet@ac-rennes.fr", "[CYCLADES] Activer")  # other tests mail this address too
    assert mail.subject == "[CYCLADES] Activer mon compte"
    assert "Vous venez de créer un compte sur Cyclades." in normalized(mail.text)
    binet.activates_account()
    binet.logs_in()
    assert len(re.findall(r"Date de dernière connexion : \d\d/\d\d/\d{4}", binet.user.text)) == 1


def registers_and_withdraws(
    portal: RunningPortal, dubois: Candidate, tmp_path: Path, at_tab: Callable[[str], None] = lambda title: None
) -> None:
    """The other chapters; `at_tab` is called on each tab once it is filled in."""
    dubois.creates_account_and_logs_in()
    dubois.chooses_exam()
    dubois.fills_tabs(at_tab)
    candidature = dubois.saves()
    dubois.user.shows(
        "Votre numéro candidat : 02103",
        "Votre numéro d'inscription : 001",
        "avant la fermeture du service fixée le : 25/10/2021 à 12:00",
        "Le récapitulatif d'inscription",
        "La liste des pièces justificatives indispensables pour la suite de l'examen.",
        "1 chemin de l'olivier",
    )
    _the_confirmation_is_the_guides(pdf_text(dubois.downloads_confirmation()))
    _both_documents_are_there(dubois)
    _a_change_makes_version_2(portal, dubois)
    _pieces_are_deposited_refused_and_accepted(portal, dubois, candidature, write_pdf(tmp_path))
    _withdrawing_frees_the_candidate(portal, dubois)


def _the_confirmation_is_the_guides(text: str) -> None:
    for line in CONFIRMATION.read_text(encoding="utf-8").splitlines():
        assert line in text, text
    assert re.search(r"N° candidat : 02103\d{6} ", text)
    assert re.search(r"Version : 1 du 04/10/2021 à \d\d:\d\d", text)


def _both_documents_are_there(dubois: Candidate) -> None:
    dubois.opens(page_labels.DOCUMENTS)
    dubois.user.is_at("Documents relatifs à ma candidature")
    dubois.waits_for("Demande de pièces justificatives", "Confirmation d'inscription Version 01")
    demande = pdf_text(dubois.downloads("Ouvrir : Demande de pièces justificatives"))
    assert all(piece in demande for pieces in GUIDE_PIECES.values() for piece in pieces), demande


def _a_change_makes_version_2(portal: RunningPortal, dubois: Candidate) -> None:
    def changes_address(title: str) -> None:
        if title == "Identification":
            dubois.user.answer("Numéro, rue, voie", "2 rue du port")

    dubois.modifies(changes_address)
    dubois.user.shows("Version 02", "Votre numéro d'inscription : 001")
    text = pdf_text(dubois.downloads_confirmation())
    assert "Version : 2 du" in text
    assert "2 rue du port" in text
    dubois.user.menu(page_labels.REGISTRATIONS)
    dubois.user.shows("Version 02")
    portal.mail(personas.DUBOIS.email, "Modification d'inscription : BREVET DE TECHNICIEN SUPERIEUR")
    dubois.opens(page_labels.DOCUMENTS)
    dubois.waits_for("Confirmation d'inscription Version 02")


def _pieces_are_deposited_refused_and_accepted(
    portal: RunningPortal, dubois: Candidate, candidature: str, file: Path
) -> None:
    mine = JustificatifsPage(dubois)
    mine.shows_guide_pieces()
    for piece in (piece for pieces in GUIDE_PIECES.values() for piece in pieces):
        mine.adds(piece, file)
        assert DEPOSITED.search(mine.text_of(piece)), mine.text_of(piece)
    for regroupement in GUIDE_PIECES:
        mine.validates_group(regroupement)
    all_pieces = [piece for pieces in GUIDE_PIECES.values() for piece in pieces]
    assert not any(mine.can_add(piece) for piece in all_pieces)
    tool, (first, second, *_) = GestionnaireTool(portal), GUIDE_PIECES["Dossier épreuve"]
    tool.controls(candidature, first.partition(" ")[0], "non_compliant", comment="Il manque la signature.")
    mine = JustificatifsPage(dubois)
    assert "Non Conforme" in mine.text_of(first)
    assert "Il manque la signature." in mine.text_of(first)
    assert not mine.can_add(second)
    mine.adds(first, file)
    mine.validates_group("Dossier épreuve")
    tool.controls(candidature, first.partition(" ")[0], "compliant")
    mine = JustificatifsPage(dubois)
    assert "Non Conforme" not in mine.text_of(first)
    assert "Conforme" in mine.text_of(first)


def _withdrawing_frees_the_candidate(portal: RunningPortal, dubois: Candidate) -> None:
    dubois.user.menu(page_labels.REGISTRATIONS)
    dubois.user.press("Se désinscrire")
    dubois.user.shows("Voulez-vous vraiment vous désinscrire ?")
    dubois.user.press("Se désinscrire")
    dubois.user.shows("Vous n'avez pas de candidature en cours.")
    portal.mail(personas.DUBOIS.email, "Désinscription : BREVET DE TECHNICIEN SUPERIEUR")
    dubois.chooses_exam()
    dubois.user.is_at("Candidatures précédentes")
