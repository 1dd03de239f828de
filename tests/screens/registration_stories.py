"""« S'inscrire » tab by tab, « Mes inscriptions », documents and forms (guide §5 to §8)."""

import re

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.screens.browser_candidate import ALL_ANSWERS, BESANCON, OF_ONLINE, ONLINE, TABS, BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.screens.story_context import SECONDS, StoryContext
from tests.support.processes import wait_until

CHOICES = {
    "choix": "/inscription?",
    "choix-session": "/inscription?domaine=Examen&exam=BTS",
    "choix-academie": "/inscription?domaine=Examen&exam=BTS&session=2022",
    "choix-fait": f"/inscription?{BESANCON}",
}


def choosing(context: StoryContext) -> None:
    context.record(context.new_candidate().creates_account_and_logs_in(), CHOICES)


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


def specialites(context: StoryContext) -> None:
    """The list of spécialités, by domain and by name, and what is asked for one."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    pages = f"{candidate.opens_draft()}/4/specialites"
    shown = {"liste": f"{pages}?vue=liste", "domaines": pages, "demande": f"{pages}/31310"}
    context.record(candidate, {f"specialites-{name}": path for name, path in shown.items()})


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


def registered(context: StoryContext) -> None:
    """With a candidature: home, « Mes inscriptions », the account that is frozen, documents, a modification."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    context.record(candidate, {name: path.format(candidature) for name, path in _PAGES_WITH_CANDIDATURE.items()})
    _documents(context, candidate, candidature)
    candidate.open("/inscriptions")
    recorder.record(candidate.press("Modifier"), "modification-onglet")
    recorder.record(candidate.open(f"{candidate.draft_path()}/9"), "modification-numero")
    recorder.record(candidate.open("/inscriptions"), "inscriptions-modification")
    candidate.open(f"/inscriptions/{candidature}/desinscription")
    recorder.record(candidate.submit(), "inscriptions-desinscrit")


def validated_online(context: StoryContext) -> None:
    """Where nothing is signed on paper: what is left to do, what is certified, a wrong password, what follows."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers(ONLINE, OF_ONLINE)
    recorder.record(candidate.open(f"/inscriptions/{candidature}/numero"), "numero-a-valider")
    recorder.record(candidate.open("/"), "accueil-a-valider")
    recorder.record(candidate.open(f"/inscriptions/{candidature}"), "candidature-a-valider")
    recorder.record(candidate.press(page_labels.VALIDATE_REGISTRATION), "validation")
    candidate.fill(current_password="pas celui-ci")
    recorder.record(candidate.press(page_labels.VALIDATE_REGISTRATION), "validation-refusee")
    candidate.fill(current_password=PASSWORD)
    recorder.record(candidate.press(page_labels.VALIDATE_REGISTRATION), "candidature-validee")


_PAGES_WITH_CANDIDATURE = {
    "accueil-candidature": "/",
    "inscriptions": "/inscriptions",
    "candidature": "/inscriptions/{}",
    "desinscription": "/inscriptions/{}/desinscription",
    "historique": "/inscriptions/{}/historique",
    "validation-sur-papier": "/inscriptions/{}/validation",
    "compte-candidature": "/compte",
    "formulaires": "/formulaires",
    "messages": "/messages",
    "compte-suppression-refusee": "/compte/suppression",
}


def _documents(context: StoryContext, candidate: BrowserCandidate, candidature: str) -> None:
    def pages() -> list[str]:
        return re.findall(r'href="(/documents/page/[^"]+)"', candidate.reads(f"/documents/{candidature}"))

    wait_until(lambda: len(pages()) > 1, SECONDS, "both documents", pause=0.2)
    context.recorder.record(candidate.open("/documents"), "documents")
    context.recorder.record(candidate.open(f"/documents/{candidature}"), "documents-candidature")
    context.recorder.record(candidate.open(pages()[0]), "document")
