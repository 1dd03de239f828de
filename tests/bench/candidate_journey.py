"""The requests of one candidate's whole journey, from the home page to the PDF in « Mes documents
».

Requests of `autosave.js` and of search fields while words are typed are included; files that
browsers cache (style sheets, scripts, icons) are not.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from tests.accounts.creation_form import PASSWORD, creation_form
from tests.bench.visitor import Answer, Mails, UnexpectedAnswer, Visitor
from tests.registrations.domain.example_dossier import ANSWERS

REQUESTS = 54
WORKER_SECONDS = 120.0
LOOK_SECONDS = 0.25
PAGE = "page"
TAB = "tab"
TAB_POSTED = "« Suivant »"
KEPT = "saved as typed"
SEARCH = "search"
CREATE = "« Créer le compte »"
LOG_IN = "log-in"
SAVE = "« Enregistrer »"
PRINT = "« Visualiser/Imprimer »"
PDF = "PDF"
MAIL = "mail waited for"
BOTH_DOCUMENTS = "both documents waited for"
LAST_TAB = 9
# Management commercial opérationnel is offered in the guide's session and in those around today.
DOSSIER: Mapping[str, Mapping[str, Any]] = ANSWERS | {
    "qualification": {"specialite": "31213", "forme": "globale", "derogation": "non"},
    "epreuves": {**ANSWERS["epreuves"], "position-EF4": "non_inscrit"},
}
SEARCHES = {
    "candidature": ("etablissement", ("adr", "adrien", "adrien paris")),
    "qualification": ("specialite", ("man", "management", "management commercial")),
}
_OPENING = re.compile(r'name="opening_id" value="([^"]+)"')
_HIDDEN = re.compile(r'name="(titulaire|revision)" value="([^"]+)"')
_REVISION = re.compile(r'"revision": ?(\d+)')
_FILE = re.compile(r'href="(/documents/fichier/[0-9a-f]+)"')


def walk(visitor: Visitor, address: str, mails: Mails, *where: str, watches: bool = False) -> None:
    """Make one journey: « Visualiser/Imprimer », then « Mes documents » until both are there, then
    both. Who `watches` waits for both first, and prints afterwards.

    Raises UnexpectedAnswer at the first answer that is not as expected.
    """
    candidature = comes_to_a_number(visitor, address, mails, *where)
    if watches:
        saved = time.perf_counter()
        _both(visitor, candidature)
        visitor.timings.seconds[BOTH_DOCUMENTS].append(time.perf_counter() - saved)
    _is_a_pdf(visitor.get(PRINT, f"/documents/{candidature}/confirmation"))
    visitor.get(PAGE, "/inscriptions")
    visitor.get(PAGE, "/documents")
    for file in _both(visitor, candidature):
        _is_a_pdf(visitor.get(PDF, file))


def comes_to_a_number(visitor: Visitor, address: str, mails: Mails, *where: str) -> str:
    """From the home page, with a new account, to « Enregistrer »; the candidature's id. `where`:
    session, académie."""
    create_account(visitor, address, mails)
    log_in(visitor, address)
    return registers(visitor, *where)


def create_account(visitor: Visitor, address: str, mails: Mails) -> None:
    visitor.get(PAGE, "/")
    visitor.get(PAGE, "/compte/creation")
    visitor.get(SEARCH, "/compte/communes", {"departement_naissance": "014", "q": "caen"})
    visitor.post(
        CREATE, "/compte/creation", creation_form(email=address, email_confirmation=address)
    )
    visitor.get(PAGE, "/compte/creation/confirmation")
    asked = time.perf_counter()
    link = mails.link(address)
    visitor.timings.seconds[MAIL].append(time.perf_counter() - asked)
    visitor.get(PAGE, link)
    visitor.post(PAGE, link, {})


def log_in(visitor: Visitor, address: str) -> None:
    visitor.get(PAGE, "/connexion", {"fait": "activation"})
    visitor.post(LOG_IN, "/connexion", {"identifiant": address, "password": PASSWORD})
    visitor.get(PAGE, "/")


def registers(visitor: Visitor, *where: str) -> str:
    """« M'inscrire » to « Enregistrer »; the candidature's id."""
    draft, tab = opens_a_draft(visitor, *where)
    candidature = saves(visitor, draft, fills_the_tabs(visitor, draft, tab))
    visitor.get(PAGE, f"/inscriptions/{candidature}/numero")
    return candidature


def opens_a_draft(
    visitor: Visitor, session: str = "2022", academie: str = "03"
) -> tuple[str, Answer]:
    """« M'inscrire », choice by choice, of a session that is open, of the exam's code BTS; the path
    of the draft's tabs, and the first of them."""
    pairs = [("domaine", "Examen"), ("exam", "BTS"), ("session", session), ("academie", academie)]
    for count in range(len(pairs) + 1):
        page = visitor.get(PAGE, "/inscription", dict(pairs[:count]))
    opening = _OPENING.search(page.text)
    if opening is None:
        raise UnexpectedAnswer(f"page: no « Valider » for session {session} in académie {academie}")
    begun = visitor.post("« Valider »", "/inscription", {"opening_id": opening[1]})
    return begun.location.rpartition("/")[0], visitor.get(TAB, begun.location)


def fills_the_tabs(visitor: Visitor, draft: str, tab: Answer) -> Answer:
    """Types into each, which searches and saves as it goes, and presses « Suivant »; the last, « N°
    Inscription »."""
    for number, name in enumerate((*DOSSIER, "recap"), start=1):
        hidden = _hidden(tab)
        typed = {field: str(answer) for field, answer in DOSSIER.get(name, {}).items()}
        searched, words = SEARCHES.get(name, ("", ()))
        for prefix in words:
            visitor.get(SEARCH, f"{draft}/{number}/recherche", {"field": searched, "q": prefix})
        if typed:
            answer = visitor.post(KEPT, f"{draft}/{number}/saisie", hidden | typed, status=200)
            revision = _REVISION.search(answer.text)
            hidden |= {"revision": revision[1]} if revision else {}
        moved = visitor.post(TAB_POSTED, f"{draft}/{number}", hidden | typed | {"action": "next"})
        tab = visitor.get(TAB, moved.location)
    return tab


def saves(visitor: Visitor, draft: str, tab: Answer) -> str:
    """« Enregistrer » of the last tab; the candidature's id."""
    saved = visitor.post(SAVE, f"{draft}/{LAST_TAB}", _hidden(tab) | {"action": "save"})
    return saved.location.split("/")[2]


def _both(visitor: Visitor, candidature: str) -> list[str]:
    """The page is loaded again until it lists two files."""
    until = time.monotonic() + WORKER_SECONDS
    while time.monotonic() < until:
        try:
            files = sorted(set(_FILE.findall(visitor.get(PAGE, f"/documents/{candidature}").text)))
        except UnexpectedAnswer as refusal:
            if "404" not in str(refusal):  # documents has not heard of the candidature yet
                raise
            files = []
        if len(files) >= 2:
            return files
        time.sleep(LOOK_SECONDS)
    raise UnexpectedAnswer("« Mes documents »: not both there")


def _is_a_pdf(answer: Answer) -> None:
    if not answer.body.startswith(b"%PDF"):
        raise UnexpectedAnswer("PDF: something else came")


def _hidden(page: Answer) -> dict[str, str]:
    return dict(_HIDDEN.findall(page.text))
