"""The journey of the guide, from an account to a withdrawal."""

import re
from collections.abc import Callable
from pathlib import Path

from services.contracts import page_labels
from tests.journeys.candidate import Candidate
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.journeys.justificatifs_page import DEPOSITED, GUIDE_PIECES, JustificatifsPage, write_pdf
from tests.support.running_portal import RunningPortal

DATA = Path(__file__).parent / "data"


CONFIRMATION = DATA / "confirmation-dubois.txt"


PUBLISHED = {
    "relance_pieces": "Relance de pièces justificatives",
    "amenagements": "Notification de mesures d'aménagements",
    "convocation": "Convocation(s) aux épreuves",
    "releve_notes": "Relevé(s) de notes",
}


GROUP = "Dossier épreuve"


def _makes_an_account(portal: RunningPortal, someone: Candidate) -> None:
    """Chapter 3: the form, the mail, its link, the log-in."""
    someone.creates_account()
    someone.user.shows(someone.persona.email, "J'ai bien reçu le mail")
    mail = portal.mail(someone.persona.email, "Activer")
    someone.notes("activation_mail_subject", mail.subject)
    someone.notes("activation_mail", mail.text)
    someone.activates_account()
    someone.logs_in()
    someone.reads("header_connected", "menu")
    assert len(re.findall(r"Date de dernière connexion : \d\d/\d\d/\d{4}", someone.user.text)) == 1


def registers_and_withdraws(
    portal: RunningPortal,
    dubois: Candidate,
    tmp_path: Path,
    at_tab: Callable[[str], None] = lambda title: None,
) -> None:
    """The whole guide; `at_tab` is called on each tab once it is filled in."""
    _makes_an_account(portal, dubois)
    dubois.chooses_exam()
    dubois.reads("tabs_bts")
    dubois.fills_tabs(at_tab)
    candidature = dubois.saves()
    dubois.user.shows(
        "Votre numéro candidat : 02103",
        "Votre numéro d'inscription : 001",
        "avant la fermeture du service fixée le : 25/10/2021 à 12:00",
        "1 chemin de l'olivier",
    )
    _the_confirmation_is_the_guides(dubois)
    tool = GestionnaireTool(portal)
    for kind, title in PUBLISHED.items():
        tool.publishes(candidature, kind, title)
    _the_documents_are_there(dubois)
    _a_change_makes_version_2(portal, dubois)
    _pieces_are_deposited_refused_and_accepted(tool, dubois, candidature, write_pdf(tmp_path))
    _withdrawing_frees_the_candidate(portal, dubois)


def _the_confirmation_is_the_guides(dubois: Candidate) -> None:
    text = dubois.reads_pdf()
    dubois.notes("confirmation_pdf", text)
    for line in CONFIRMATION.read_text(encoding="utf-8").splitlines():
        assert line in text, text
    assert re.search(r"N° candidat : 02103\d{6} ", text)
    assert re.search(r"Version : 1 du 04/10/2021 à \d\d:\d\d", text)


def _the_documents_are_there(dubois: Candidate) -> None:
    dubois.opens(page_labels.DOCUMENTS)
    dubois.user.is_at("Documents relatifs à ma candidature")
    dubois.waits_for(
        "Demande de pièces justificatives",
        "Confirmation d'inscription Version 01",
        *PUBLISHED.values(),
    )
    dubois.reads("documents", "document_types")
    demande = dubois.reads_pdf("Demande de pièces justificatives Version 01")
    assert all(piece in demande for pieces in GUIDE_PIECES.values() for piece in pieces), demande
    dubois.user.menu(page_labels.FORMS)
    dubois.user.is_at(page_labels.FORMS)
    dubois.reads("forms")


def _a_change_makes_version_2(portal: RunningPortal, dubois: Candidate) -> None:
    dubois.user.menu(page_labels.REGISTRATIONS)
    dubois.user.press("Modifier")
    for title in dubois.persona.tabs:
        dubois.user.is_at(title)
        if title == "Identification":
            dubois.user.answer("Numéro, rue, voie", "2 rue du port")
        dubois.user.press("Suivant")
    dubois.saves()
    dubois.user.shows("Version 02", "Votre numéro d'inscription : 001")
    text = dubois.reads_pdf()
    assert "Version : 2 du" in text
    assert "2 rue du port" in text
    dubois.user.menu(page_labels.REGISTRATIONS)
    dubois.user.shows("Version 02")
    dubois.notes(
        "modification_mail_subject",
        portal.mail(dubois.persona.email, "Modification d'inscription").subject,
    )
    dubois.opens(page_labels.DOCUMENTS)
    dubois.waits_for("Confirmation d'inscription Version 02")


def _pieces_are_deposited_refused_and_accepted(
    tool: GestionnaireTool, dubois: Candidate, candidature: str, file: Path
) -> None:
    """One regroupement; the others are as they were."""
    mine = JustificatifsPage(dubois)
    pieces = GUIDE_PIECES[GROUP]
    mine.shows_guide_pieces()
    dubois.reads("pieces")
    for piece in pieces:
        mine.adds(piece, file)
        assert DEPOSITED.search(mine.text_of(piece)), mine.text_of(piece)
    dubois.reads("piece_deposited")
    mine.validates_group(GROUP)
    can_add = [piece for group in GUIDE_PIECES.values() for piece in group if mine.can_add(piece)]
    assert can_add == [
        piece for title, group in GUIDE_PIECES.items() if title != GROUP for piece in group
    ]
    first, second, third = (piece.partition(" ")[0] for piece in pieces)
    tool.controls(candidature, first, "non_compliant", comment="Il manque la signature.")
    tool.controls(candidature, second, "received")
    tool.controls(candidature, third, "compliant")
    mine = JustificatifsPage(dubois)
    dubois.reads("piece_statuses")
    assert "Non Conforme" in mine.text_of(pieces[0])
    assert "Il manque la signature." in mine.text_of(pieces[0])
    assert [piece for piece in pieces if mine.can_add(piece)] == pieces[:1], (
        "what was refused alone is sent again"
    )
    mine.adds(pieces[0], file)
    mine.validates_group(GROUP)
    tool.controls(candidature, first, "compliant")
    mine = JustificatifsPage(dubois)
    assert "Non Conforme" not in mine.text_of(pieces[0])
    assert "Conforme" in mine.text_of(pieces[0])


def _withdrawing_frees_the_candidate(portal: RunningPortal, dubois: Candidate) -> None:
    dubois.user.menu(page_labels.REGISTRATIONS)
    dubois.user.press("Se désinscrire")
    dubois.user.shows("Voulez-vous vraiment vous désinscrire ?")
    dubois.user.press("Se désinscrire")
    dubois.user.shows("Vous n'avez pas de candidature en cours.")
    portal.mail(dubois.persona.email, "Désinscription : BREVET DE TECHNICIEN SUPERIEUR")
    dubois.user.press("Annuler ma désinscription")
    dubois.user.shows("Votre désinscription est annulée")
    portal.mail(dubois.persona.email, "Désinscription annulée : BREVET DE TECHNICIEN SUPERIEUR")
    dubois.user.press("Se désinscrire")
    dubois.user.press("Se désinscrire")
    dubois.user.shows("Vous n'avez pas de candidature en cours.")
    dubois.chooses_exam()
    dubois.user.is_at("Candidatures précédentes")
