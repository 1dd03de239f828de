"""« S'inscrire » tab by tab, « Mes inscriptions », documents and forms (guide §5 to §8)."""

from __future__ import annotations

import re

from services.contracts import page_labels
from tests.screens.browser_candidate import ALL_ANSWERS, AMIENS, BESANCON, REIMS, TABS, BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.screens.story_context import SECONDS, StoryContext
from tests.support.chromium import TELEPHONE
from tests.support.processes import wait_until

ACADEMIES = "domaine=Examen&exam=BTS&session=2022"
DCG = "domaine=Examen&exam=DCG"


def choosing(context: StoryContext) -> None:
    """« Sur quoi et où voulez-vous vous inscrire ? »"""
    candidate = context.new_candidate().creates_account_and_logs_in()
    steps = {
        "choix": "",
        "choix-session": "domaine=Examen&exam=BTS",
        "choix-academie": ACADEMIES,
        "choix-fait": BESANCON,
    }
    for name, chosen in steps.items():
        context.recorder.record(candidate.open(f"/inscription?{chosen}"), name)


def tabs(context: StoryContext) -> None:
    """Each of the nine tabs: untouched, refused, filled in; then the number and what can be done with it."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft()
    for number, tab in enumerate(TABS, start=1):
        _tab(recorder, candidate, draft, number, tab)
    recorder.record(candidate.open(f"{draft}/{len(TABS) + 1}"), "onglet-numero")
    recorder.record(candidate.open("/inscriptions"), "inscriptions-brouillon")
    recorder.record(candidate.open(f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon"), "brouillon-abandon")
    candidate.open(f"{draft}/{len(TABS) + 1}")
    recorder.record(candidate.press(page_labels.SAVE), "numero")


def _tab(recorder: PictureRecorder, candidate: BrowserCandidate, draft: str, number: int, tab: str) -> None:
    recorder.record(candidate.open(f"{draft}/{number}"), f"onglet-{tab}")
    candidate.press("Suivant")
    if candidate.page.url.endswith(f"/{number}"):
        recorder.record(candidate.page, f"onglet-{tab}-erreurs")
    candidate.writes_tab(draft, number, ALL_ANSWERS.get(tab, {}))
    if ALL_ANSWERS.get(tab):
        recorder.record(candidate.open(f"{draft}/{number}"), f"onglet-{tab}-rempli")


def choice_help(context: StoryContext) -> None:
    """What helps to choose: the categories explained, the establishment proposed, spécialités browsed and not there."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft()
    candidate.writes_tab(draft, 2, {**ALL_ANSWERS["identification"], "code_postal": "10000"}, action="stay")
    candidate.writes_tab(draft, 3, {"categorie": "510"}, action="stay")
    page = candidate.open(f"{draft}/3")
    page.get_by_text("Quelle catégorie choisir ?", exact=True).click()
    recorder.record(page, "aide-categorie")
    page.get_by_role("combobox", name="Etablissement").press_sequentially("troyes")
    page.get_by_role("option", name="INDIVIDUELS 010", exact=True).wait_for()
    recorder.record(page, "aide-etablissement")
    page = candidate.open(f"{draft}/4")
    page.get_by_role("combobox", name="Spécialité").press_sequentially("astronomie")
    page.get_by_text("Aucune spécialité de cette session").wait_for()
    recorder.record(page, "aide-specialite-absente")
    page.get_by_role("combobox", name="Spécialité").fill("vendeur")
    page.get_by_role("option", name="Management commercial").wait_for()
    recorder.record(page, "aide-specialite-domaine")
    recorder.record(candidate.open(f"{draft}/4/specialites?vue=liste"), "specialites-liste")
    page = candidate.open(f"{draft}/4/specialites")
    page.get_by_text("Commerce et vente").click()
    recorder.record(page, "specialites")
    recorder.record(candidate.open(f"{draft}/4/specialites/31310"), "specialite-demande")
    plain = context.new_candidate(java_script_enabled=False, viewport=TELEPHONE)
    plain.context.add_cookies(candidate.context.cookies())  # type: ignore[arg-type]
    plain.open(f"{draft}/3").locator("[name=etablissement-texte]").fill("troyes")
    plain.press("Rechercher : Etablissement")
    recorder.record_without_script(plain.page, "aide-etablissement")
    recorder.record_without_script(plain.open(f"{draft}/4/specialites"), "specialites")


def two_windows(context: StoryContext) -> None:
    """The same tab written in two windows; a save of what is not complete."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft()
    candidate.open(f"{draft}/2")
    candidate.fill(adresse="2 rue du pont")
    candidate.writes_tab(draft, 2, ALL_ANSWERS["identification"], action="stay")
    candidate.fill(complement_1="Bâtiment B")
    candidate.waits_for_autosave_line("modifié dans une autre fenêtre")
    recorder.record(candidate.page, "onglet-autre-fenetre")
    recorder.record(candidate.press("Suivant"), "conflit")
    candidate.open(f"{draft}/9")
    if candidate.page.get_by_role("button", name=page_labels.SAVE, exact=True).first.is_enabled():
        recorder.record(candidate.press(page_labels.SAVE), "enregistrement-refuse")


def autosave(context: StoryContext) -> None:
    """What the page says of what is typed: saved, off line, the session over."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    candidate.opens_draft()
    candidate.press("Suivant")
    candidate.fill(adresse="2 rue du pont")
    candidate.waits_for_autosave_line("pas encore transmis")
    recorder.record(candidate.page, "onglet-enregistre")
    candidate.context.set_offline(True)
    candidate.fill(adresse="3 rue du pont")
    candidate.waits_for_autosave_line("Hors ligne")
    recorder.record(candidate.page, "onglet-hors-ligne")
    candidate.context.clear_cookies()
    candidate.context.set_offline(False)
    candidate.waits_for_autosave_line("Votre session est terminée")
    recorder.record(candidate.page, "onglet-session-terminee")


def forbidden(context: StoryContext) -> None:
    """A draft beside a candidature that excludes it, and another one that cannot be begun."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft(AMIENS)
    candidate.registers()
    recorder.record(candidate.open(f"{draft}/2"), "onglet-interdit")
    recorder.record(candidate.open(f"{draft}/9"), "enregistrement-interdit")
    recorder.record(candidate.open("/inscriptions"), "inscriptions-interdit")
    candidate.open(f"/inscription?{REIMS}")
    recorder.record(candidate.press("Valider"), "candidature-existante")


def twelve_tabs(context: StoryContext) -> None:
    """The first tabs of an exam that has twelve."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidate.open(f"/inscription?{DCG}")
    for _ in range(2):
        with candidate.page.expect_navigation():
            candidate.page.locator("main .fr-btn--tertiary").first.click()
    candidate.press("Valider")
    draft = candidate.draft_path()
    for number in (1, 2, 3, 7, 8, 11):
        context.recorder.record(candidate.open(f"{draft}/{number}"), f"douze-onglets-{number:02}")


def registered(context: StoryContext) -> None:
    """With a candidature: home, « Mes inscriptions », the account that is frozen, documents, a modification."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    for name, path in _PAGES_WITH_CANDIDATURE.items():
        recorder.record(candidate.open(path.format(candidature)), name)
    recorder.record(candidate.open("/compte/suppression"), "compte-suppression-refusee")
    _documents(context, candidate, candidature)
    candidate.open("/inscriptions")
    recorder.record(candidate.press("Modifier"), "modification-onglet")
    recorder.record(candidate.open(f"{candidate.draft_path()}/9"), "modification-numero")
    recorder.record(candidate.open("/inscriptions"), "inscriptions-modification")
    candidate.open(f"/inscriptions/{candidature}/desinscription")
    recorder.record(candidate.submit(), "inscriptions-desinscrit")


_PAGES_WITH_CANDIDATURE = {
    "accueil-candidature": "/",
    "inscriptions": "/inscriptions",
    "candidature": "/inscriptions/{}",
    "desinscription": "/inscriptions/{}/desinscription",
    "compte-candidature": "/compte",
    "formulaires": "/formulaires",
    "messages": "/messages",
}


def _documents(context: StoryContext, candidate: BrowserCandidate, candidature: str) -> None:
    def pages() -> list[str]:
        return re.findall(r'href="(/documents/page/[^"]+)"', candidate.reads(f"/documents/{candidature}"))

    wait_until(lambda: len(pages()) > 1, SECONDS, "both documents", pause=0.2)
    context.recorder.record(candidate.open("/documents"), "documents")
    context.recorder.record(candidate.open(f"/documents/{candidature}"), "documents-candidature")
    context.recorder.record(candidate.open(pages()[0]), "document")
