"""What anybody sees: public pages, what cannot be shown, what is there once registrations and
deposits have closed, and a browser without JavaScript."""

from collections.abc import Mapping
from pathlib import Path

from gateway.app import create_app
from services.contracts import page_labels
from tests.screens.story import BESANCON, TABS, StoryContext
from tests.support.app_server import AppServer
from tests.support.chromium import TELEPHONE
from tests.support.ports import free_port
from tests.support.process_settings import gateway_settings

OPENINGS = "/ouverture-des-services?"
PUBLIC_PAGES = {
    "accueil": "/",
    "plan-du-site": "/plan-du-site",
    "mentions-legales": "/mentions-legales",
    "registre": "/registre-des-traitements",
    "un-probleme": "/un-probleme",
    "accessibilite": "/accessibilite",
    "verifier": "/verifier",
    "verifier-inconnu": "/verifier/ABCD-EFGH-JKLM",
    "connexion": "/connexion",
    "api": "/api/docs",
    "api-pieces": "/api/docs/pieces",
    "ouvertures": OPENINGS,
    "ouvertures-domaine": f"{OPENINGS}domaine=Examen",
    "ouvertures-session": f"{OPENINGS}domaine=Examen&exam=BTS",
    "ouvertures-academie": f"{OPENINGS}domaine=Examen&exam=BTS&session=2022",
    "ouvertures-ouvert": f"{OPENINGS}{BESANCON}",
    "ouvertures-rien": f"{OPENINGS}domaine=Concours&exam=INCONNU",
    "erreur-404": "/nulle-part",
}
WITHOUT_SCRIPT = {
    "accueil": "/",
    "ouvertures": "/ouverture-des-services",
    "creation": "/compte/creation",
    "connexion": "/connexion",
    "mot-de-passe-oublie": "/compte/mot-de-passe-oublie",
    "mails": "/mails",
}
AFTER_CLOSING = "2021-11-02T10:00:00+01:00"
Prepared = tuple[tuple[str, str], tuple[str, str]]
"""Two who were there before the closing, by address: one with a candidature, one with a draft that
was never saved."""


def public_pages(context: StoryContext) -> None:
    context.record(context.new_candidate(), PUBLIC_PAGES)


def services_away(context: StoryContext) -> None:
    """No service answers: reading is put off, a log-in waits in its page and is sent again."""
    port = free_port()
    candidate = context.new_candidate()
    candidate.url = f"http://127.0.0.1:{port}"
    server = AppServer(create_app(gateway_settings(Path(), public_url=candidate.url)), port)
    try:
        context.record(
            candidate, {"erreur-503": "/ouverture-des-services", "accueil-sans-services": "/"}
        )
        candidate.open("/connexion")
        candidate.fill(identifiant=candidate.email)
        candidate.page.get_by_role("main").get_by_role(
            "button", name=page_labels.LOG_IN, exact=True
        ).click()
        candidate.page.get_by_text("Le portail est très demandé en ce moment").wait_for()
        context.recorder.record(candidate.page, "connexion-renvoyee")
    finally:
        server.stop()


def prepare(context: StoryContext) -> Prepared:
    registered, drafting = (context.new_candidate().creates_account_and_logs_in() for _ in range(2))
    candidature = registered.registers()
    draft = drafting.opens_draft()
    drafting.fills_tabs(draft)
    return (registered.email, candidature), (drafting.email, draft)


def closed(context: StoryContext, left: Prepared) -> None:
    (registered, candidature), (drafting, draft) = left
    of_registered = {
        "ouvertures-ferme": f"/ouverture-des-services?{BESANCON}",
        "choix-ferme": f"/inscription?{BESANCON}",
        "inscriptions-ferme": "/inscriptions",
        "candidature-ferme": f"/inscriptions/{candidature}",
        "desinscription-fermee": f"/inscriptions/{candidature}/desinscription",
        "justificatifs-ferme": f"/justificatifs/{candidature}",
    }
    of_draft = {
        "enregistrement-ferme": f"{draft}/{len(TABS) + 1}",
        "inscriptions-brouillon-clos": "/inscriptions",
    }
    for email, seen in ((registered, of_registered), (drafting, of_draft)):
        candidate = context.new_candidate()
        candidate.email = email
        context.record(candidate.logs_in(), seen)


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
    record(
        {
            "inscriptions": "/inscriptions",
            "candidature": f"/inscriptions/{candidature}",
            "compte": "/compte",
        }
    )
