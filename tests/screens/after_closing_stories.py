"""The same candidates after the window and the deposit period have closed, and a browser without JavaScript."""

from tests.screens.browser_candidate import BESANCON, TABS, BrowserCandidate
from tests.screens.story_context import StoryContext
from tests.support.chromium import TELEPHONE

AFTER_CLOSING = "2021-11-02T10:00:00+01:00"
WITHOUT_SCRIPT = {
    "accueil": "/",
    "ouvertures": "/ouverture-des-services",
    "creation": "/compte/creation",
    "connexion": "/connexion",
    "mot-de-passe-oublie": "/compte/mot-de-passe-oublie",
    "mails": "/mails",
}


Prepared = tuple[tuple[str, str], tuple[str, str]]
"""Two who were there before the closing, by address: one with a candidature, one with a draft that was never saved."""


def prepare(context: StoryContext) -> Prepared:
    registered, drafting = (context.new_candidate().creates_account_and_logs_in() for _ in range(2))
    candidature, draft = registered.registers(), drafting.opens_draft()
    drafting.fills_tabs(draft)
    return (registered.email, candidature), (drafting.email, draft)


def closed(context: StoryContext, left: Prepared) -> None:
    (registered, candidature), (drafting, draft) = left
    recorder, candidate = context.recorder, _returning_candidate(context, registered)
    recorder.record(candidate.open(f"/ouverture-des-services?{BESANCON}"), "ouvertures-ferme")
    recorder.record(candidate.open(f"/inscription?{BESANCON}"), "choix-ferme")
    recorder.record(candidate.open("/inscriptions"), "inscriptions-ferme")
    recorder.record(candidate.open(f"/inscriptions/{candidature}"), "candidature-ferme")
    recorder.record(candidate.open(f"/inscriptions/{candidature}/desinscription"), "desinscription-fermee")
    recorder.record(candidate.open(f"/justificatifs/{candidature}"), "justificatifs-ferme")
    late = _returning_candidate(context, drafting)
    recorder.record(late.open(f"{draft}/{len(TABS) + 1}"), "enregistrement-ferme")
    recorder.record(late.open("/inscriptions"), "inscriptions-brouillon-clos")


def _returning_candidate(context: StoryContext, email: str) -> BrowserCandidate:
    candidate = context.new_candidate()
    candidate.email = email
    return candidate.logs_in()


def without_script(context: StoryContext) -> None:
    candidate = context.new_candidate(java_script_enabled=False, viewport=TELEPHONE)
    for name, path in WITHOUT_SCRIPT.items():
        context.recorder.record_without_script(candidate.open(path), name)
    candidate.creates_account_and_logs_in()
    draft = candidate.opens_draft()
    for number, tab in enumerate(TABS, start=1):
        context.recorder.record_without_script(candidate.open(f"{draft}/{number}"), f"onglet-{tab}")
    candidature = candidate.registers()
    after = {"inscriptions": "/inscriptions", "candidature": f"/inscriptions/{candidature}", "compte": "/compte"}
    for name, path in after.items():
        context.recorder.record_without_script(candidate.open(path), name)
