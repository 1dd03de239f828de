"""A candidate who is not the one of the guide: what she fills in, prints and is asked for."""

from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import JustificatifsPage

PRINTED = (
    "ACADÉMIE DE REIMS",
    "N° candidat : 02119",
    "51100 REIMS",
    "Nationalité : Vietnamienne",
    "Etablissement : CNED",
    "Catégorie du Candidat : ENSEIGNEMENT A DISTANCE (410)",
    "Spécialité : Management commercial opérationnel (31213)",
    "Forme de passage : Progressive Déjà présenté en : 2020",
    "E2 - Communication en langue vivante étrangère - Espagnol",
)


NOT_HERS = ("DUBOIS", "Banque", "BESANCON", "FORMATION CONTINUE", "C-ANGL", "TROYES")


def gets_her_own_dossier(her: Candidate) -> None:
    _registers_and_prints(her)
    _is_asked_for_her_own_pieces(her)


def _registers_and_prints(her: Candidate) -> None:
    her.registers()
    text = her.reads_pdf()
    for line in PRINTED:
        assert line in text, f"« {line} » is missing: {text}"
    for other in NOT_HERS:
        assert other not in text, text
    assert "Bénéfice" in text
    assert "12,5/20" in text


def _is_asked_for_her_own_pieces(her: Candidate) -> None:
    codes = JustificatifsPage(her).codes()
    assert {"CINSIG03", "NATIDE06", "BTSCNED1", "BTSRELEV1", "BTSEE-EF3"} <= codes
    assert not codes & {"BTSETAS4", "BTSLIVCOMP", "BTSPRESENT-BQ"}
