"""The same candidates after the window and the deposit period have closed, and a browser without JavaScript."""

from collections.abc import Mapping

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
    seen = {
        "ouvertures-ferme": f"/ouverture-des-services?{BESANCON}",
        "choix-ferme": f"/inscription?{BESANCON}",
        "inscriptions-ferme": "/inscriptions",
        "candidature-ferme": f"/inscriptions/{candidature}",
        "desinscription-fermee": f"/inscriptions/{candidature}/desinscription",
        "justificatifs-ferme": f"/justificatifs/{candidature}",
    }
    context.record(_returning_candidate(context, registered), seen)
    of_draft = {"enregistrement-ferme": f"{draft}/{len(TABS) + 1}", "inscriptions-brouillon-clos": "/inscriptions"}
    context.record(_returning_candidate(context, drafting), of_draft)


def _returning_candidate(context: StoryContext, email: str) -> BrowserCandidate:
    candidate = context.new_candidate()
    candidate.email = email
    return candidate.logs_in()


def without_script(context: StoryContext) -> None:
    candidate = context.new_candidate(java_script_enabled=False, viewport=TELEPHONE)

    def record(pages: Mapping[str, str]) -> None:
        for name, path in pages.items():
            context.recorder.record_without_script(candidate.open(path), name)

    record(WITHOUT_SCRIPT)
    candidate.creates_account_and_logs_in()
    draft = candidate.opens_draft()
    record({f"onglet-{tab}": f"{draft}/{number}" for number, tab in enumerate(TABS, start=1)})
    candidature = candidate.registers()
    record({"inscriptions": "/inscriptions", "candidature": f"/inscriptions/{candidature}", "compte": "/compte"})
