"""« Espace de gestion »: a gestionnaire from the log-in to a decision, at the demonstration's two widths."""

import io
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Page
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.contracts import page_labels
from services.contracts.piece_rules import STATUS_LABELS
from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.screens.piece_stories import deposit_every_piece, registers_and_is_asked_for_pieces
from tests.screens.story_context import SECONDS, StoryContext
from tests.support.processes import wait_until

RECEIVED, NON_COMPLIANT, COMPLIANT = STATUS_LABELS.values()
PAPER = (
    (20, 720, "Attestation de formation"),
    (12, 660, "Je soussignée, directrice du centre de formation, certifie que"),
    (12, 640, "Monsieur Pierre DUBOIS, né le 1er février 2001 à Caen,"),
    (12, 620, "suit la formation « Banque - conseiller de clientèle » depuis le 1er septembre 2020."),
    (12, 560, "Fait à Besançon, le 4 octobre 2021"),
)
"""Of a page: size of the letters and height above the foot, in points, and the text."""
STALE_ETAG = "document.querySelectorAll('[name=etag]').forEach(tag => tag.value = '\"autre\"')"


def control_desk(context: StoryContext) -> None:
    """What waits, the list, a piece, a decision that comes too late, a candidature, a selection."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    listed = registers_and_is_asked_for_pieces(candidate)
    candidature = listed.rpartition("/")[2]
    deposit_every_piece(candidate, listed, _readable_pdf())
    gestionnaire = context.new_candidate()
    _log_in(context, gestionnaire)
    _control_a_piece(context.recorder, gestionnaire, candidature)
    _look_at_a_candidature(context.recorder, gestionnaire, candidature)
    _correct_it(context, gestionnaire, candidature)
    _decide_a_selection(context, gestionnaire, candidature)


def _log_in(context: StoryContext, gestionnaire: BrowserCandidate) -> None:
    recorder, account = context.recorder, context.account("staff")
    recorder.record(gestionnaire.open("/gestion/connexion"), "gestion-connexion")
    refused = type_log_in(account, gestionnaire, "000000")
    recorder.record(refused, "gestion-connexion-refusee", "/gestion/connexion")
    _log_in_by_next_code(account, gestionnaire)
    recorder.record(gestionnaire.page, "gestion-a-traiter")


def _control_a_piece(recorder: PictureRecorder, gestionnaire: BrowserCandidate, candidature: str) -> None:
    recorder.record(gestionnaire.open(f"/gestion/pieces?candidature={candidature}"), "gestion-pieces")
    recorder.record(gestionnaire.open("/gestion/pieces?statut=non_compliant&code=AUCUNE"), "gestion-pieces-aucune")
    gestionnaire.fill(numero_candidat="02199999999")
    recorder.record(gestionnaire.press("Filtrer"), "gestion-pieces-personne")
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}")
    page = gestionnaire.press("NATIDE06 : Document justifiant l'identité")
    picture = page.locator("[data-pages] img").first
    wait_until(lambda: bool(picture.evaluate("image => image.naturalWidth > 0")), SECONDS, "the page")
    recorder.record(page, "gestion-piece")
    page.evaluate(STALE_ETAG)
    gestionnaire.fill(comment="La signature manque.")
    page.get_by_role("button", name=NON_COMPLIANT).click()
    page.get_by_text("Cette pièce a changé depuis que vous l'avez lue.").wait_for()
    recorder.record(page, "gestion-piece-changee", "/gestion/pieces/<piece_id>")
    recorder.record(gestionnaire.press(COMPLIANT), "gestion-piece-suivante")


def _look_at_a_candidature(recorder: PictureRecorder, gestionnaire: BrowserCandidate, candidature: str) -> None:
    gestionnaire.open("/gestion/candidatures")
    gestionnaire.fill(recherche="dubois", naissance="31/02/2001")
    recorder.record(gestionnaire.press("Rechercher"), "gestion-candidatures-refusee")
    gestionnaire.fill(naissance="")
    recorder.record(gestionnaire.press("Rechercher"), "gestion-candidatures")
    gestionnaire.open("/gestion/candidatures?etat=active").get_by_text("Enregistrer ces filtres").click()
    gestionnaire.fill(name="Toutes celles qui sont actives")
    gestionnaire.press("Enregistrer").get_by_text("Enregistrer ces filtres").click()
    refused = gestionnaire.press("Enregistrer")
    recorder.record(refused, "gestion-candidatures-filtres", "/gestion/candidatures")
    recorder.record(gestionnaire.open(f"/gestion/candidatures/{candidature}"), "gestion-candidature")
    recorder.record(gestionnaire.follow(f"/gestion/candidatures/{candidature}/document"), "gestion-document-redige")
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    recorder.record(gestionnaire.press("Écarter la candidature"), "gestion-ecart")


def _correct_it(context: StoryContext, gestionnaire: BrowserCandidate, candidature: str) -> None:
    recorder = context.recorder
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    page = gestionnaire.press("Corriger la candidature")
    tabs = urlsplit(page.url).path.rpartition("/")[0]
    recorder.record(gestionnaire.open(f"{tabs}/2"), "gestion-correction")
    gestionnaire.fill(adresse="")
    recorder.record(gestionnaire.press("Suivant"), "gestion-correction-erreur")
    gestionnaire.fill(adresse="2 rue du lac")
    gestionnaire.press("Suivant")
    recorder.record(gestionnaire.open(f"{tabs}/8"), "gestion-correction-recapitulatif")
    gestionnaire.open(f"{tabs}/9")
    recorder.record(gestionnaire.press("Enregistrer la correction"), "gestion-correction-sans-motif")
    gestionnaire.press("Quitter")
    recorder.record(gestionnaire.page, "gestion-candidature-corrigee")
    recorder.record(gestionnaire.press("Abandonner la correction en cours"), "gestion-correction-abandon")
    gestionnaire.press("Revenir à la candidature")
    gestionnaire.press("Écarter la candidature")
    gestionnaire.fill(reason="Le diplôme requis n'est pas justifié.")
    page = press_with_fresh_code(context, "staff", gestionnaire, "Écarter la candidature")
    recorder.record(page, "gestion-candidature-ecartee")
    recorder.record(gestionnaire.press("Rétablir la candidature"), "gestion-retablissement")
    gestionnaire.fill(reason="Le diplôme est arrivé.")
    page = press_with_fresh_code(context, "staff", gestionnaire, "Rétablir la candidature")
    recorder.record(page, "gestion-candidature-retablie")


def _decide_a_selection(context: StoryContext, gestionnaire: BrowserCandidate, candidature: str) -> None:
    recorder = context.recorder
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.page.get_by_role("button", name="Tout sélectionner").click()
    recorder.record(gestionnaire.page, "gestion-pieces-selection")
    gestionnaire.follow("selection=toute")
    recorder.record(gestionnaire.page, "gestion-pieces-liste-entiere")
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}&selection=toute")
    gestionnaire.fill(received_on="hier")
    gestionnaire.press(RECEIVED)  # which asks for the code
    page = press_with_fresh_code(context, "staff", gestionnaire, f"Continuer : {RECEIVED}")
    recorder.record(page, "gestion-decisions-a-corriger", "/gestion/pieces")
    gestionnaire.fill(received_on="")
    recorder.record(gestionnaire.press(f"Continuer : {RECEIVED}"), "gestion-decisions", "/gestion/pieces")


def reminders(context: StoryContext) -> None:
    """Who lacks pieces, a selection, its report; nobody in a session; the candidate's document and mail."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    recorder, gestionnaire = context.recorder, logged_in_to_gestion(context, "staff")
    box = f"input[name=selection][value^='{candidature}']"
    wait_until(
        lambda: gestionnaire.open("/gestion/relances").locator(box).count() > 0, SECONDS, "who lacks pieces", pause=0.2
    )
    recorder.record(gestionnaire.page, "gestion-relances")
    recorder.record(gestionnaire.open("/gestion/relances?regroupement=NATIONALITE"), "gestion-relances-regroupement")
    recorder.record(gestionnaire.open("/gestion/relances?session=BTS/1999"), "gestion-relances-aucune")
    for name in ("gestion-relances-envoyees", "gestion-relances-deja-envoyees"):
        gestionnaire.open("/gestion/relances").locator(box).check(force=True)
        recorder.record(gestionnaire.press("Relancer"), name, "/gestion/relances")
    whole_list = gestionnaire.open("/gestion/relances/toute-la-liste")
    recorder.record(whole_list, "gestion-relances-toute-la-liste", "/gestion/relances/toute-la-liste")
    shown = f"/documents/{candidature}"
    relance = "Relance de pièces justificatives"
    wait_until(lambda: candidate.open(shown).get_by_text(relance).count() > 0, SECONDS, "the document", pause=0.2)
    recorder.record(candidate.page, "documents-relance")


def _readable_pdf() -> bytes:
    out = io.BytesIO()
    paper = Canvas(out, pagesize=A4)
    for size, height, text in PAPER:
        paper.setFont("Helvetica", size)
        paper.drawString(80, height, text)
    paper.save()
    return out.getvalue()


def logged_in_to_gestion(context: StoryContext, role: str) -> BrowserCandidate:
    """The demonstration's « staff » or « admin », in a browser of their own."""
    person = context.new_candidate()
    person.open("/gestion/connexion")
    _log_in_by_next_code(context.account(role), person)
    return person


def _log_in_by_next_code(account: Mapping[str, str], person: BrowserCandidate) -> None:
    """Each code is taken once: where another story has just used it, the next one is waited for."""
    codes = pyotp.TOTP(account["totp_secret"])
    while "/connexion" in type_log_in(account, person, used := codes.now()).url:
        wait_until(lambda: codes.now() != used, 60, "the next code", pause=0.2)


def press_with_fresh_code(context: StoryContext, role: str, person: BrowserCandidate, words: str) -> Page:
    """Press a button that asks for a code of the second factor. Each is taken once: where those of the moment are used,
    the next one is waited for."""
    codes = pyotp.TOTP(context.account(role)["totp_secret"])

    def is_taken(after: int) -> bool:
        person.fill(code=codes.at(int(time.time()) + after))
        return person.press(words).get_by_text("Ce code n'est pas le bon").count() == 0

    if not (is_taken(0) or is_taken(codes.interval)):
        used = codes.now()
        wait_until(lambda: codes.now() != used, 60, "the next code", pause=0.2)
        assert is_taken(codes.interval)
    return person.page


def type_log_in(account: Mapping[str, str], person: BrowserCandidate, code: str) -> Page:
    """A refused log-in stays in its page."""
    page = person.page
    page.evaluate("document.querySelectorAll('main [role=alert]').forEach(said => said.remove())")  # of a try before
    person.fill(identifiant=account["email"], password=account["password"], code=code)
    page.get_by_role("main").get_by_role("button", name=page_labels.LOG_IN, exact=True).click()
    refusal = page.get_by_role("main").get_by_role("alert")
    wait_until(lambda: "/connexion" not in page.url or refusal.count() > 0, SECONDS, "the answer", pause=0.2)
    page.wait_for_load_state()
    return page
