"""« Espace de gestion » of an administrateur: openings, messages, candidates' accounts, the journal."""

from playwright.sync_api import FilePayload, Page

from tests.registrations.catalogue.test_archive import delivered
from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.gestion_stories import logged_in_to_gestion, press_with_fresh_code
from tests.screens.story_context import StoryContext

CATALOGUE = "/gestion/catalogue"
OPENING = "/gestion/ouvertures/<opening_id>"
SEVERAL = "/gestion/ouvertures/dates"
INCIDENTS = "/gestion/incidents"
ACCOUNT = "/gestion/comptes/<account_id>"


def openings_and_messages(context: StoryContext) -> None:
    """The list, an opening before and after a change that is refused; a message looked at and published."""
    recorder, administrator = context.recorder, logged_in_to_gestion(context, "admin")
    recorder.record(administrator.open("/gestion/ouvertures"), "gestion-ouvertures")
    recorder.record(administrator.press("ACADÉMIE D'AIX-MARSEILLE"), "gestion-ouverture", OPENING)
    closes = administrator.page.locator("[name=closes]").input_value()
    administrator.fill(closes="le 12 au soir", reason="Intempéries dans l'académie")
    recorder.record(administrator.press("Voir ce qui change"), "gestion-ouverture-refusee", SEVERAL)
    administrator.fill(closes=f"{closes[:-5]}19:00")
    recorder.record(administrator.press("Voir ce qui change"), "gestion-ouverture-apercu", SEVERAL)
    page = press_with_fresh_code(context, "admin", administrator, "Changer les dates")
    recorder.record(page, "gestion-ouverture-changee", "/gestion/ouvertures")
    administrator.open("/gestion/ouvertures")
    recorder.record(administrator.follow(SEVERAL), "gestion-dates-de-plusieurs", SEVERAL)
    administrator.page.get_by_label("Toutes les académies").check(force=True)
    administrator.fill(closes="01/10/2021 12:06", reason="Sujets perdus")
    recorder.record(administrator.press("Voir ce qui change"), "gestion-dates-de-plusieurs-apercu", SEVERAL)
    recorder.record(administrator.open("/gestion/messages"), "gestion-messages")
    recorder.record(administrator.press("Publier le message"), "gestion-messages-refuse", "/gestion/messages")
    administrator.fill(
        title="Portail fermé mardi matin",
        text="Le portail sera fermé mardi de 6 h à 8 h. Ce que vous avez saisi est conservé.",
        shown_from="01/01/2000 00:00",
        shown_until="31/12/2000 23:59",
    )
    recorder.record(administrator.press("Voir l'aperçu"), "gestion-messages-apercu", "/gestion/messages")
    recorder.record(administrator.press("Publier le message"), "gestion-messages-publie", "/gestion/messages")


def incidents(context: StoryContext) -> None:
    """An incident is refused, looked at, and extends what it cut."""
    recorder, administrator = context.recorder, logged_in_to_gestion(context, "admin")
    recorder.record(administrator.open(INCIDENTS), "gestion-incidents")
    recorder.record(administrator.press("Voir ce qui serait prolongé"), "gestion-incidents-refuse", INCIDENTS)
    administrator.fill(
        begins="03/10/2021 20:00",
        ends="03/10/2021 22:30",
        title="Inscriptions prolongées",
        text="Le portail était indisponible hier soir. Ce que vous avez saisi est conservé.",
        reason="Panne du réseau",
    )
    recorder.record(administrator.press("Voir ce qui serait prolongé"), "gestion-incidents-apercu", INCIDENTS)
    page = press_with_fresh_code(context, "admin", administrator, "Prolonger")
    recorder.record(page, "gestion-incidents-prolonge", INCIDENTS)


def catalogue(context: StoryContext) -> None:
    """What is in force, an archive with mistakes, what another one changes, loaded."""
    recorder, administrator = context.recorder, logged_in_to_gestion(context, "admin")
    recorder.record(administrator.open(CATALOGUE), "gestion-catalogue")
    recorder.record(
        _sends(administrator, delivered(bts__sessions__2022=("label: ", "libelle: "))),
        "gestion-catalogue-erreurs",
        CATALOGUE,
    )
    changed = delivered(bts__sessions__2022=("\nrelances: [", "\nrelances: [60, "))
    recorder.record(_sends(administrator, changed), "gestion-catalogue-changements", CATALOGUE)
    page = press_with_fresh_code(context, "admin", administrator, "Charger ce catalogue")
    recorder.record(page, "gestion-catalogue-charge", CATALOGUE)


def accounts_and_journal(context: StoryContext) -> None:
    """An account found, its correction refused then made; one that waits; what the journal says of it."""
    candidate, waiting = context.new_candidate(), context.new_candidate()
    candidate.creates_account_and_logs_in()
    candidate.registers()
    waiting.creates_account()
    recorder, administrator = context.recorder, logged_in_to_gestion(context, "admin")
    recorder.record(administrator.open("/gestion/candidatures"), "gestion-candidatures-toutes-academies")
    recorder.record(administrator.open("/gestion/relances"), "gestion-relances-toutes-academies")
    recorder.record(administrator.open("/gestion/comptes"), "gestion-comptes")
    recorder.record(_search(administrator, "personne@example.org"), "gestion-comptes-aucun", "/gestion/comptes")
    recorder.record(_search(administrator, candidate.email), "gestion-comptes-trouve", "/gestion/comptes")
    recorder.record(administrator.follow("/gestion/comptes/"), "gestion-compte-candidat", ACCOUNT)
    administrator.fill(prenoms="", reason="Carte d'identité reçue le 4 octobre")
    recorder.record(administrator.press("Corriger l'état civil"), "gestion-compte-refuse", ACCOUNT)
    administrator.fill(prenoms="Pierre Louis")
    recorder.record(administrator.press("Corriger l'état civil"), "gestion-compte-corrige", ACCOUNT)
    administrator.open("/gestion/comptes")
    _search(administrator, waiting.email)
    recorder.record(administrator.follow("/gestion/comptes/"), "gestion-compte-en-attente", ACCOUNT)
    for page in ("conservation", "effacements"):
        recorder.record(administrator.open(f"/gestion/{page}"), f"gestion-{page}")
    recorder.record(administrator.open("/gestion/journal"), "gestion-journal")
    recorder.record(administrator.open("/gestion/journal?du=hier"), "gestion-journal-refuse")
    recorder.record(administrator.open("/gestion/journal?objet=inconnu"), "gestion-journal-aucun")


def _sends(administrator: BrowserCandidate, archive: bytes) -> Page:
    file = FilePayload(name="catalogue.zip", mimeType="application/zip", buffer=archive)
    administrator.open(CATALOGUE).locator("[name=fichier]").set_input_files(file)
    return administrator.press("Vérifier le catalogue")


def _search(administrator: BrowserCandidate, email: str) -> Page:
    administrator.fill(email=email)
    return administrator.press("Rechercher")
