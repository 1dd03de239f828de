"""Someone as unlike the guide's candidate as the session allows: what the portal shows of her is hers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys import personas
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.journeys.text_reading import pdf_text
from tests.support.running_portal import RunningPortal

if TYPE_CHECKING:
    from tests.journeys.candidate import Candidate
    from tests.journeys.conftest import NewCandidate

PRINTED = (
    "ACADÉMIE DE REIMS",
    "N° candidat : 02119",
    "Inscription n° : 001",
    "12 bis, place d'Erlon",
    "Bâtiment C",
    "51100 REIMS",
    "Nationalité : Vietnamienne",
    "Né(e) le : 29/02/2000",
    "Tél : +33 3 26 05 06 07",
    "VAE : NON",
    "Etablissement : CNED",
    "Catégorie du Candidat : ENSEIGNEMENT A DISTANCE (410)",
    "Aménagement d'épreuve demandé au titre du handicap : OUI",
    "Diplôme possédé : DIPLOMES TITRES ETRANGERS",
    "Spécialité : Management commercial opérationnel (31213)",
    "Forme de passage : Progressive Déjà présenté en : 2020",
    "E2 - Communication en langue vivante étrangère - Espagnol",
    "EF4 - Engagement étudiant UF4 Inscrit Ponctuel",
)
NOT_HERS = ("DUBOIS", "Banque", "BESANCON", "FORMATION CONTINUE", "C-ANGL", "TROYES")


def test_another_candidate_gets_her_own_dossier(portal: RunningPortal, new_candidate: NewCandidate) -> None:
    gets_her_own_dossier(new_candidate(portal, personas.TRAN))


def gets_her_own_dossier(her: Candidate) -> None:
    her.creates_account_and_logs_in()
    her.registers()
    text = pdf_text(her.downloads_confirmation())
    for line in PRINTED:
        assert line in text, f"« {line} » is missing: {text}"
    for other in NOT_HERS:
        assert other not in text, text
    assert "Bénéfice" in text
    assert "12,5/20" in text
    mine = JustificatifsPage(her)
    codes = mine.codes()
    assert {"CINSIG03", "NATIDE06", "BTSCNED1", "BTSRELEV1", "BTSEE-EF3"} <= codes
    assert not codes & {"BTSETAS4", "BTSLIVCOMP", "BTSPRESENT-BQ"}
