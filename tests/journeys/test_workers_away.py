"""The workers of pieces and of documents hang (SIGSTOP) while a candidate saves, modifies and
withdraws: no page denies what registrations has saved, or shows what it has ended."""

import re

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import IN_PREPARATION, Candidate
from tests.journeys.conftest import NewCandidate
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import suspended

WORKERS = ("pieces-worker", "documents-worker")
MENUS = (page_labels.JUSTIFICATIFS, page_labels.DOCUMENTS)
DENIALS = ("Aucune pièce", "pas encore de document", "rien à faire")
LIST_TO_COME = "La liste des pièces à fournir est en préparation"


def test_pages_tell_what_is_saved_though_the_workers_that_copy_it_are_away(
    alone: LaunchedPortal, new_candidate: NewCandidate
) -> None:
    someone = new_candidate(alone, personas.another_dubois())
    processes = alone.processes()
    pids = [processes[name].pid for name in WORKERS]
    someone.begins()
    someone.fills_tabs()
    with suspended(*pids):
        candidature = someone.saves()
        _finds_it_in_preparation(someone)
        someone.user.open(f"/justificatifs/{candidature}")
        someone.user.shows(LIST_TO_COME)
        _denies_nothing(someone)
        someone.user.open(f"/documents/{candidature}")
        _denies_nothing(someone)
    for menu in MENUS:
        someone.opens(menu)
    with suspended(*pids):
        _modifies(someone, candidature)
        _finds_it_in_preparation(someone)
        someone.user.open(f"/documents/{candidature}")
        someone.user.shows("Remplacé par la version 2, en préparation")
        someone.user.open(f"/inscriptions/{candidature}/historique")
        someone.user.shows("Inscription enregistrée, version 2")
    for menu in MENUS:
        someone.opens(menu)
    with suspended(*pids):
        someone.user.open(f"/inscriptions/{candidature}/desinscription")
        someone.user.press("Se désinscrire")
        someone.user.open("/")
        assert "pièces à déposer" not in someone.user.text
        for menu in MENUS:
            someone.user.menu(menu)
            assert someone.persona.exam[1] not in someone.user.text


def _finds_it_in_preparation(someone: Candidate) -> None:
    """On the home page and in both lists."""
    someone.user.open("/")
    someone.user.shows(LIST_TO_COME)
    assert not re.search(r"pièces? à déposer", someone.user.text)
    for menu in MENUS:
        someone.user.menu(menu)
        someone.user.shows(someone.persona.exam[1], IN_PREPARATION)
        _denies_nothing(someone)
    assert someone.reads_pdf()  # which has documents make this paper


def _denies_nothing(someone: Candidate) -> None:
    assert [denial for denial in DENIALS if denial in someone.user.text] == []


def _modifies(someone: Candidate, candidature: str) -> None:
    someone.user.open(f"/inscriptions/{candidature}")
    someone.user.press("Modifier")
    for _ in someone.persona.tabs:
        someone.user.press("Suivant")
    someone.user.is_at("N° Inscription")
    someone.user.press(page_labels.SAVE)
    someone.user.shows("Version 02")
