"""« Documents » of the « Espace de gestion »: a publication from its form to its withdrawal."""

import re

from playwright.sync_api import FilePayload, Page

from tests.documents.imports.exam_office import csv_of, slow_pdf, zip_of
from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.gestion_stories import logged_in_to_gestion, press_with_fresh_code
from tests.screens.story_context import SECONDS, StoryContext
from tests.support.processes import wait_until

LINES = (
    "E1 - Culture générale et expression;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204",
    "E2 - Langue vivante 1 : Anglais;13/05/2022;08:30;20 min;Lycée Pergaud, BESANCON;",
)
WRONG = ("00000000000;" + LINES[0], "12;" + LINES[0], "00000000001;" + LINES[0].replace("12/05", "31/02"))
TEXT = "Présentez-vous trente minutes avant l'épreuve, muni d'une pièce d'identité."
TITLE = "Convocation aux épreuves écrites"


def publications(context: StoryContext) -> None:
    """The list, the form, the file asked for, the report, the progress, the documents, what is taken back."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    numero = _numero_of(candidate, candidature)
    copies = candidate.page.locator("main a[href^='/documents/']")
    wait_until(lambda: bool(candidate.open("/documents") and copies.count()), SECONDS, "the copy", pause=0.2)
    recorder, gestionnaire = context.recorder, logged_in_to_gestion(context, "staff")
    recorder.record(gestionnaire.open("/gestion/documents"), "gestion-documents-aucun")
    recorder.record(gestionnaire.open("/gestion/documents/nouveau"), "gestion-documents-nouveau")
    new, erroneous = "/gestion/documents/nouveau", "gestion-documents-nouveau-erreurs"
    recorder.record(gestionnaire.press("Continuer"), erroneous, new)
    page = _prepares(gestionnaire)
    recorder.record(page, "gestion-documents-fichier")
    address = page.url.partition("?")[0]
    gestionnaire.page.goto(f"{address}/modeles")
    recorder.record(gestionnaire.page, "gestion-documents-modeles")
    gestionnaire.page.goto(address)
    right = [f"{numero};{line}" for line in LINES]
    page = _sends(gestionnaire, csv_of([*right, *WRONG]))
    recorder.record(page, "gestion-documents-controle")
    recorder.record(gestionnaire.press("Abandonner"), "gestion-documents-abandon")
    gestionnaire.page.goto(address)
    gestionnaire.page.get_by_label("Publier aussi 1 document incomplet").check()
    recorder.record(gestionnaire.press("Publier 1 document"), "gestion-documents-publication")
    wait_until(lambda: _is_published(gestionnaire, address), SECONDS, "the publication", pause=0.2)
    recorder.record(gestionnaire.page, "gestion-documents-publie")
    recorder.record(gestionnaire.open("/gestion/documents"), "gestion-documents")
    gestionnaire.page.goto(f"{address}/documents")
    recorder.record(gestionnaire.page, "gestion-documents-liste")
    gestionnaire.page.locator("tbody a").first.click()
    recorder.record(gestionnaire.page, "gestion-documents-retrait-document")
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    recorder.record(gestionnaire.follow("/retrait"), "gestion-candidature-retrait-document")
    gestionnaire.page.goto(f"{address}/retrait")
    gestionnaire.fill(reason="Changement de centre d'examen")
    page = press_with_fresh_code(context, "staff", gestionnaire, "Retirer les documents")
    recorder.record(page, "gestion-documents-retires")
    page = _prepares(gestionnaire, "pdf")
    slow = {f"{letter}-{numero}.pdf": slow_pdf() for letter in "abcd"}  # for as long as the picture takes
    page = _sends(gestionnaire, zip_of(slow), "lot.zip")
    recorder.record(page, "gestion-documents-controle-en-cours")
    gestionnaire.press("Abandonner")
    gestionnaire.press("Abandonner la publication")


def _numero_of(candidate: BrowserCandidate, candidature: str) -> str:
    text = candidate.open(f"/inscriptions/{candidature}").locator("main").inner_text()
    match = re.search(r"\b[0-9]{11}\b", text)
    assert match, text
    return match[0]


def _prepares(gestionnaire: BrowserCandidate, source: str = "csv") -> Page:
    page = gestionnaire.open("/gestion/documents/nouveau")
    page.locator(f"[name=source][value={source}]").check(force=True)
    page.locator("[name=type]").select_option("convocation")
    session = page.locator("[name=session] option", has_text="BTS 2022").first.get_attribute("value")
    page.locator("[name=session]").select_option(session)
    gestionnaire.fill(title=TITLE, paragraphs=TEXT)
    return gestionnaire.press("Continuer")


def _sends(gestionnaire: BrowserCandidate, content: bytes, name: str = "convocations.csv") -> Page:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    gestionnaire.page.locator("[name=fichier]").set_input_files(file)
    return gestionnaire.press("Contrôler le fichier" if name.endswith(".csv") else "Contrôler les fichiers")


def _is_published(gestionnaire: BrowserCandidate, address: str) -> bool:
    gestionnaire.page.goto(address)
    return gestionnaire.page.get_by_text("1 document publié sur 1").count() > 0
