"""The same candidates after the window and the deposit period have closed, and a browser without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from tests.screens.browser_candidate import BESANCON, TABS, Person
from tests.screens.story_context import Walk
from tests.support.chromium import TELEPHONE

AFTER_CLOSING = "2021-11-02T10:00:00+01:00"
WITHOUT_SCRIPT = {
    "accueil": "/",
    "ouvertures": "/ouverture-des-services",
    "creation": "/compte/creation",
    "connexion": "/connexion",
    "mot-de-passe-oublie": "/compte/mot-de-passe-oublie",
    "mails": "/mails",
    "composants": "/composants",
}


@dataclass(frozen=True)
class Left:
    """Two who were there before the closing: one with a candidature, one with a draft that was never saved."""

    registered: str
    candidature: str
    drafting: str
    draft: str


def prepared(walk: Walk) -> Left:
    registered, drafting = walk.person().arrives(), walk.person().arrives()
    candidature, draft = registered.registers(), drafting.begins()
    drafting.fills(draft)
    return Left(registered.email, candidature, drafting.email, draft)


def closed(walk: Walk, left: Left) -> None:
    """What is said when it is too late."""
    album, person = walk.album, _back(walk, left.registered)
    album.take(person.open(f"/ouverture-des-services?{BESANCON}"), "ouvertures-ferme")
    album.take(person.open(f"/inscription?{BESANCON}"), "choix-ferme")
    album.take(person.open("/inscriptions"), "inscriptions-ferme")
    album.take(person.open(f"/inscriptions/{left.candidature}"), "candidature-ferme")
    album.take(person.open(f"/inscriptions/{left.candidature}/desinscription"), "desinscription-fermee")
    album.take(person.open(f"/justificatifs/{left.candidature}"), "justificatifs-ferme")
    late = _back(walk, left.drafting)
    album.take(late.open(f"{left.draft}/{len(TABS) + 1}"), "enregistrement-ferme")
    album.take(late.open("/inscriptions"), "inscriptions-brouillon-clos")


def _back(walk: Walk, email: str) -> Person:
    person = walk.person()
    person.email = email
    return person.logs_in()


def without_script(walk: Walk) -> None:
    """The main pages on a telephone without JavaScript."""
    person = walk.person(java_script_enabled=False, viewport=TELEPHONE)
    for name, path in WITHOUT_SCRIPT.items():
        walk.album.take_without_script(person.open(path), name)
    person.arrives()
    draft = person.begins()
    for number, tab in enumerate(TABS, start=1):
        walk.album.take_without_script(person.open(f"{draft}/{number}"), f"onglet-{tab}")
    candidature = person.registers()
    after = {"inscriptions": "/inscriptions", "candidature": f"/inscriptions/{candidature}", "compte": "/compte"}
    for name, path in after.items():
        walk.album.take_without_script(person.open(path), name)
