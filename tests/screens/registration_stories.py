"""« S'inscrire » tab by tab, « Mes inscriptions », documents and forms (guide §5 to §8)."""

from __future__ import annotations

import re

from tests.screens.browser_candidate import AMIENS, BESANCON, FULL, REIMS, TABS, Person, said
from tests.screens.picture_recorder import Album
from tests.screens.story_context import Walk, until
from tests.support.chromium import TELEPHONE

ACADEMIES = "domaine=Examen&exam=BTS&session=2022"
DCG = "domaine=Examen&exam=DCG"


def choosing(walk: Walk) -> None:
    """« Sur quoi et où voulez-vous vous inscrire ? »"""
    person = walk.person().arrives()
    steps = {
        "choix": "",
        "choix-session": "domaine=Examen&exam=BTS",
        "choix-academie": ACADEMIES,
        "choix-fait": BESANCON,
    }
    for name, chosen in steps.items():
        walk.album.take(person.open(f"/inscription?{chosen}"), name)


def tabs(walk: Walk) -> None:
    """Each of the nine tabs: untouched, refused, filled in; then the number and what can be done with it."""
    album, person = walk.album, walk.person().arrives()
    draft = person.begins()
    for number, tab in enumerate(TABS, start=1):
        _tab(album, person, draft, number, tab)
    album.take(person.open(f"{draft}/{len(TABS) + 1}"), "onglet-numero")
    album.take(person.open("/inscriptions"), "inscriptions-brouillon")
    album.take(person.open(f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon"), "brouillon-abandon")
    person.open(f"{draft}/{len(TABS) + 1}")
    album.take(person.press("Enregistrer"), "numero")


def _tab(album: Album, person: Person, draft: str, number: int, tab: str) -> None:
    album.take(person.open(f"{draft}/{number}"), f"onglet-{tab}")
    person.press("Suivant")
    if person.page.url.endswith(f"/{number}"):
        album.take(person.page, f"onglet-{tab}-erreurs")
    answer = person.writes(draft, number, FULL.get(tab, {}))
    assert answer.status == 303, (tab, said(answer))
    if FULL.get(tab):
        album.take(person.open(f"{draft}/{number}"), f"onglet-{tab}-rempli")


def helped(walk: Walk) -> None:
    """What helps to choose: the categories explained, the establishment proposed, spécialités browsed and not there."""
    album, person = walk.album, walk.person().arrives()
    draft = person.begins()
    assert person.writes(draft, 2, {**FULL["identification"], "code_postal": "10000"}, action="stay").status == 303
    assert person.writes(draft, 3, {"categorie": "510"}, action="stay").status == 303
    page = person.open(f"{draft}/3")
    page.get_by_text("Quelle catégorie choisir ?", exact=True).click()
    album.take(page, "aide-categorie")
    page.get_by_role("combobox", name="Etablissement").press_sequentially("troyes")
    page.get_by_role("option", name="INDIVIDUELS 010", exact=True).wait_for()
    album.take(page, "aide-etablissement")
    page = person.open(f"{draft}/4")
    page.get_by_role("combobox", name="Spécialité").press_sequentially("astronomie")
    page.get_by_text("Aucune spécialité de cette session").wait_for()
    album.take(page, "aide-specialite-absente")
    page.get_by_role("combobox", name="Spécialité").fill("vendeur")
    page.get_by_role("option", name="Management commercial").wait_for()
    album.take(page, "aide-specialite-domaine")
    album.take(person.open(f"{draft}/4/specialites?vue=liste"), "specialites-liste")
    page = person.open(f"{draft}/4/specialites")
    page.get_by_text("Commerce et vente").click()
    album.take(page, "specialites")
    album.take(person.open(f"{draft}/4/specialites/31310"), "specialite-demande")
    plain = walk.person(java_script_enabled=False, viewport=TELEPHONE)
    plain.context.add_cookies(person.context.cookies())  # type: ignore[arg-type]
    plain.open(f"{draft}/3").locator("[name=etablissement-texte]").fill("troyes")
    plain.press("Rechercher : Etablissement")
    album.take_without_script(plain.page, "aide-etablissement")
    album.take_without_script(plain.open(f"{draft}/4/specialites"), "specialites")


def two_windows(walk: Walk) -> None:
    """The same tab written in two windows; a save of what is not complete."""
    album, person = walk.album, walk.person().arrives()
    draft = person.begins()
    person.open(f"{draft}/2")
    person.page.locator("[name=adresse]").fill("2 rue du pont")
    person.writes(draft, 2, FULL["identification"], action="stay")
    person.page.locator("[name=complement_1]").fill("Bâtiment B")
    person.is_told("modifié dans une autre fenêtre")
    album.take(person.page, "onglet-autre-fenetre")
    album.take(person.press("Suivant"), "conflit")
    person.open(f"{draft}/9")
    if person.page.get_by_role("button", name="Enregistrer", exact=True).first.is_enabled():
        album.take(person.press("Enregistrer"), "enregistrement-refuse")


def saving(walk: Walk) -> None:
    """What the page says of what is typed: saved, off line, the session over."""
    album, person = walk.album, walk.person().arrives()
    person.begins()
    person.press("Suivant")
    address = person.page.locator("[name=adresse]")
    address.fill("2 rue du pont")
    person.is_told("pas encore transmis")
    album.take(person.page, "onglet-enregistre")
    person.context.set_offline(True)
    address.fill("3 rue du pont")
    person.is_told("Hors ligne")
    album.take(person.page, "onglet-hors-ligne")
    person.context.clear_cookies()
    person.context.set_offline(False)
    person.is_told("Votre session est terminée")
    album.take(person.page, "onglet-session-terminee")


def forbidden(walk: Walk) -> None:
    """A draft beside a candidature that excludes it, and another one that cannot be begun."""
    album, person = walk.album, walk.person().arrives()
    draft = person.begins(AMIENS)
    person.registers()
    album.take(person.open(f"{draft}/2"), "onglet-interdit")
    album.take(person.open(f"{draft}/9"), "enregistrement-interdit")
    album.take(person.open("/inscriptions"), "inscriptions-interdit")
    person.open(f"/inscription?{REIMS}")
    album.take(person.press("Valider"), "candidature-existante")


def twelve_tabs(walk: Walk) -> None:
    """The first tabs of an exam that has twelve."""
    person = walk.person().arrives()
    person.open(f"/inscription?{DCG}")
    for _ in range(2):
        with person.page.expect_navigation():
            person.page.locator("main .fr-btn--tertiary").first.click()
    draft = _begun(person)
    for number in (1, 2, 3, 7, 8, 11):
        walk.album.take(person.open(f"{draft}/{number}"), f"douze-onglets-{number:02}")


def _begun(person: Person) -> str:
    person.press("Valider")
    return person.page.url.removeprefix(person.url).rpartition("/")[0]


def registered(walk: Walk) -> None:
    """With a candidature: home, « Mes inscriptions », the account that is frozen, documents, a modification."""
    album, person = walk.album, walk.person().arrives()
    candidature = person.registers()
    for name, path in _WITH_ONE.items():
        album.take(person.open(path.format(candidature)), name)
    album.take(person.open("/compte/suppression"), "compte-suppression-refusee")
    _documents(walk, person, candidature)
    person.open("/inscriptions")
    album.take(person.press("Modifier"), "modification-onglet")
    draft = person.page.url.removeprefix(person.url).rpartition("/")[0]
    album.take(person.open(f"{draft}/9"), "modification-numero")
    album.take(person.open("/inscriptions"), "inscriptions-modification")
    person.open(f"/inscriptions/{candidature}/desinscription")
    album.take(person.submit(), "inscriptions-desinscrit")


_WITH_ONE = {
    "accueil-candidature": "/",
    "inscriptions": "/inscriptions",
    "candidature": "/inscriptions/{}",
    "desinscription": "/inscriptions/{}/desinscription",
    "compte-candidature": "/compte",
    "formulaires": "/formulaires",
    "messages": "/messages",
}


def _documents(walk: Walk, person: Person, candidature: str) -> None:
    def page_of_one() -> str | None:
        listed = person.context.request.get(f"{person.url}/documents/{candidature}").text()
        found = re.findall(r'href="(/documents/page/[^"]+)"', listed)
        return found[0] if len(found) > 1 else None

    path = until(page_of_one, "both documents")
    walk.album.take(person.open("/documents"), "documents")
    walk.album.take(person.open(f"/documents/{candidature}"), "documents-candidature")
    walk.album.take(person.open(path), "document")
