"""« Espace de gestion »: a gestionnaire from the log-in to a decision, reminders, a publication to
its withdrawal."""

import io
import re
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Page
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.contracts.piece_rules import STATUS_LABELS
from tests.documents.imports.exam_office import csv_of, slow_pdf, zip_of
from tests.screens.candidate_stories import deposit_every_piece, registers_and_is_asked_for_pieces
from tests.screens.story import SECONDS, BrowserCandidate, Member, PictureRecorder, StoryContext
from tests.support.processes import wait_until

RECEIVED, NON_COMPLIANT, COMPLIANT = STATUS_LABELS.values()
PAPER = (
    (20, 720, "Attestation de formation"),
    (12, 660, "Je soussignée, directrice du centre de formation, certifie que"),
    (12, 640, "Monsieur Pierre DUBOIS, né le 1er février 2001 à Caen,"),
    (
        12,
        620,
        "suit la formation « Banque - conseiller de clientèle » depuis le 1er septembre 2020.",
    ),
    (12, 560, "Fait à Besançon, le 4 octobre 2021"),
)
"""Of a page: size of the letters and height above the foot, in points, and the text."""
STALE_ETAG = "document.querySelectorAll('[name=etag]').forEach(tag => tag.value = '\"autre\"')"
LINES = (
    "E1 - Culture générale et expression;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204",
    "E2 - Langue vivante 1 : Anglais;13/05/2022;08:30;20 min;Lycée Pergaud, BESANCON;",
)
WRONG = (
    "00000000000;" + LINES[0],
    "12;" + LINES[0],
    "00000000001;" + LINES[0].replace("12/05", "31/02"),
)
TEXT = "Présentez-vous trente minutes avant l'épreuve, muni d'une pièce d'identité."
TITLE = "Convocation aux épreuves écrites"


def control_desk(context: StoryContext) -> None:
    """What waits, the list, a piece, a decision that comes too late, a candidature, a selection."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    listed = registers_and_is_asked_for_pieces(candidate)
    candidature = listed.rpartition("/")[2]
    deposit_every_piece(candidate, listed, _readable_pdf())
    recorder = context.recorder
    gestionnaire = context.member("staff")
    recorder.record(gestionnaire.open("/gestion/connexion"), "gestion-connexion")
    recorder.record(gestionnaire.types_log_in("000000"), "gestion-connexion-refusee")
    recorder.record(gestionnaire.logs_in().page, "gestion-a-traiter")
    _control_a_piece(recorder, gestionnaire, candidature)
    _look_at_a_candidature(recorder, gestionnaire, candidature)
    _correct_it(recorder, gestionnaire, candidature)
    _decide_a_selection(recorder, gestionnaire, candidature)


def _control_a_piece(recorder: PictureRecorder, gestionnaire: Member, candidature: str) -> None:
    recorder.record(
        gestionnaire.open(f"/gestion/pieces?candidature={candidature}"), "gestion-pieces"
    )
    recorder.record(
        gestionnaire.open("/gestion/pieces?statut=non_compliant&code=AUCUNE"),
        "gestion-pieces-aucune",
    )
    recorder.record(
        gestionnaire.press("Filtrer", numero_candidat="02199999999"), "gestion-pieces-personne"
    )
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}")
    page = gestionnaire.press("NATIDE06 : Document justifiant l'identité")
    picture = page.locator("[data-pages] img").first
    wait_until(
        lambda: bool(picture.evaluate("image => image.naturalWidth > 0")), SECONDS, "the page"
    )
    recorder.record(page, "gestion-piece")
    page.evaluate(STALE_ETAG)
    gestionnaire.fill(comment="La signature manque.")
    page.get_by_role("button", name=NON_COMPLIANT).click()
    page.get_by_text("Cette pièce a changé depuis que vous l'avez lue.").wait_for()
    recorder.record(page, "gestion-piece-changee")
    recorder.record(gestionnaire.press(COMPLIANT), "gestion-piece-suivante")


def _look_at_a_candidature(
    recorder: PictureRecorder, gestionnaire: Member, candidature: str
) -> None:
    gestionnaire.open("/gestion/candidatures")
    refused = gestionnaire.press("Rechercher", recherche="dubois", naissance="31/02/2001")
    recorder.record(refused, "gestion-candidatures-refusee")
    recorder.record(gestionnaire.press("Rechercher", naissance=""), "gestion-candidatures")
    gestionnaire.open("/gestion/candidatures?etat=active").get_by_text(
        "Enregistrer ces filtres"
    ).click()
    kept = gestionnaire.press("Enregistrer", name="Toutes celles qui sont actives")
    kept.get_by_text("Enregistrer ces filtres").click()
    recorder.record(gestionnaire.press("Enregistrer"), "gestion-candidatures-filtres")
    recorder.record(
        gestionnaire.open(f"/gestion/candidatures/{candidature}"), "gestion-candidature"
    )
    recorder.record(
        gestionnaire.follow(f"/gestion/candidatures/{candidature}/document"),
        "gestion-document-redige",
    )
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    recorder.record(gestionnaire.press("Écarter la candidature"), "gestion-ecart")


def _correct_it(recorder: PictureRecorder, gestionnaire: Member, candidature: str) -> None:
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    tabs = urlsplit(gestionnaire.press("Corriger la candidature").url).path.rpartition("/")[0]
    recorder.record(gestionnaire.open(f"{tabs}/2"), "gestion-correction")
    recorder.record(gestionnaire.press("Suivant", adresse=""), "gestion-correction-erreur")
    gestionnaire.press("Suivant", adresse="2 rue du lac")
    recorder.record(gestionnaire.open(f"{tabs}/8"), "gestion-correction-recapitulatif")
    gestionnaire.open(f"{tabs}/9")
    recorder.record(
        gestionnaire.press("Enregistrer la correction"), "gestion-correction-sans-motif"
    )
    recorder.record(gestionnaire.press("Quitter"), "gestion-candidature-corrigee")
    recorder.record(
        gestionnaire.press("Abandonner la correction en cours"), "gestion-correction-abandon"
    )
    gestionnaire.press("Revenir à la candidature")
    gestionnaire.press("Écarter la candidature")
    reason = "Le diplôme requis n'est pas justifié."
    excluded = gestionnaire.press_with_code("Écarter la candidature", reason=reason)
    recorder.record(excluded, "gestion-candidature-ecartee")
    recorder.record(gestionnaire.press("Rétablir la candidature"), "gestion-retablissement")
    restored = gestionnaire.press_with_code(
        "Rétablir la candidature", reason="Le diplôme est arrivé."
    )
    recorder.record(restored, "gestion-candidature-retablie")


def _decide_a_selection(recorder: PictureRecorder, gestionnaire: Member, candidature: str) -> None:
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.page.get_by_role("button", name="Tout sélectionner").click()
    recorder.record(gestionnaire.page, "gestion-pieces-selection")
    recorder.record(gestionnaire.follow("selection=toute"), "gestion-pieces-liste-entiere")
    gestionnaire.open(f"/gestion/pieces?candidature={candidature}&selection=toute")
    gestionnaire.press(RECEIVED, received_on="hier")  # which asks for the code
    recorder.record(
        gestionnaire.press_with_code(f"Continuer : {RECEIVED}"), "gestion-decisions-a-corriger"
    )
    recorder.record(
        gestionnaire.press(f"Continuer : {RECEIVED}", received_on=""), "gestion-decisions"
    )


def _readable_pdf() -> bytes:
    out = io.BytesIO()
    paper = Canvas(out, pagesize=A4)
    for size, height, text in PAPER:
        paper.setFont("Helvetica", size)
        paper.drawString(80, height, text)
    paper.save()
    return out.getvalue()


def reminders(context: StoryContext) -> None:
    """Who lacks pieces, a selection, its report; nobody in a session; the candidate's document and
    mail."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    recorder = context.recorder
    gestionnaire = context.member("staff").logs_in()
    box = f"input[name=selection][value^='{candidature}']"
    wait_until(
        lambda: gestionnaire.open("/gestion/relances").locator(box).count() > 0,
        SECONDS,
        "who lacks pieces",
        pause=0.2,
    )
    recorder.record(gestionnaire.page, "gestion-relances")
    recorder.record(
        gestionnaire.open("/gestion/relances?regroupement=NATIONALITE"),
        "gestion-relances-regroupement",
    )
    recorder.record(
        gestionnaire.open("/gestion/relances?session=BTS/1999"), "gestion-relances-aucune"
    )
    for name in ("gestion-relances-envoyees", "gestion-relances-deja-envoyees"):
        gestionnaire.open("/gestion/relances").locator(box).check(force=True)
        recorder.record(gestionnaire.press("Relancer"), name)
    recorder.record(
        gestionnaire.open("/gestion/relances/toute-la-liste"), "gestion-relances-toute-la-liste"
    )
    shown = f"/documents/{candidature}"
    reminder = "Relance de pièces justificatives"
    wait_until(
        lambda: candidate.open(shown).get_by_text(reminder).count() > 0,
        SECONDS,
        "the document",
        pause=0.2,
    )
    recorder.record(candidate.page, "documents-relance")


def publications(context: StoryContext) -> None:
    """The list, the form, the file asked for, the report, the progress, the documents, what is
    taken back."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()
    numero = _numero_of(candidate, candidature)
    copies = candidate.page.locator("main a[href^='/documents/']")
    wait_until(
        lambda: bool(candidate.open("/documents") and copies.count()),
        SECONDS,
        "the copy",
        pause=0.2,
    )
    recorder = context.recorder
    gestionnaire = context.member("staff").logs_in()
    new = "/gestion/documents/nouveau"
    context.record(
        gestionnaire,
        {"gestion-documents-aucun": "/gestion/documents", "gestion-documents-nouveau": new},
    )
    recorder.record(gestionnaire.press("Continuer"), "gestion-documents-nouveau-erreurs")
    page = _prepares(gestionnaire, "csv")
    recorder.record(page, "gestion-documents-fichier")
    own = urlsplit(page.url).path
    recorder.record(gestionnaire.open(f"{own}/modeles"), "gestion-documents-modeles")
    gestionnaire.open(own)
    content = csv_of([*(f"{numero};{line}" for line in LINES), *WRONG])
    recorder.record(_sends(gestionnaire, content, "convocations.csv"), "gestion-documents-controle")
    recorder.record(gestionnaire.press("Abandonner"), "gestion-documents-abandon")
    gestionnaire.open(own).get_by_label("Publier aussi 1 document incomplet").check()
    recorder.record(gestionnaire.press("Publier 1 document"), "gestion-documents-publication")
    published = page.get_by_text("1 document publié sur 1")
    wait_until(
        lambda: bool(gestionnaire.open(own) and published.count()),
        SECONDS,
        "the publication",
        pause=0.2,
    )
    recorder.record(page, "gestion-documents-publie")
    listed = f"{own}/documents"
    context.record(
        gestionnaire, {"gestion-documents": "/gestion/documents", "gestion-documents-liste": listed}
    )
    page.locator("tbody a").first.click()
    recorder.record(page, "gestion-documents-retrait-document")
    gestionnaire.open(f"/gestion/candidatures/{candidature}")
    recorder.record(gestionnaire.follow("/retrait"), "gestion-candidature-retrait-document")
    gestionnaire.open(f"{own}/retrait")
    withdrawn = gestionnaire.press_with_code(
        "Retirer les documents", reason="Changement de centre d'examen"
    )
    recorder.record(withdrawn, "gestion-documents-retires")
    _prepares(gestionnaire, "pdf")
    slow = {
        f"{letter}-{numero}.pdf": slow_pdf() for letter in "abcd"
    }  # for as long as the picture takes
    recorder.record(
        _sends(gestionnaire, zip_of(slow), "lot.zip"), "gestion-documents-controle-en-cours"
    )
    gestionnaire.press("Abandonner")
    gestionnaire.press("Abandonner la publication")


def _numero_of(candidate: BrowserCandidate, candidature: str) -> str:
    text = candidate.open(f"/inscriptions/{candidature}").locator("main").inner_text()
    match = re.search(r"\b[0-9]{11}\b", text)
    assert match, text
    return match[0]


def _prepares(gestionnaire: Member, source: str) -> Page:
    page = gestionnaire.open("/gestion/documents/nouveau")
    page.locator(f"[name=source][value={source}]").check(force=True)
    page.locator("[name=type]").select_option("convocation")
    session = page.locator("[name=session] option", has_text="BTS 2022").first.get_attribute(
        "value"
    )
    page.locator("[name=session]").select_option(session)
    return gestionnaire.press("Continuer", title=TITLE, paragraphs=TEXT)


def _sends(gestionnaire: Member, content: bytes, name: str) -> Page:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    gestionnaire.page.locator("[name=fichier]").set_input_files(file)
    return gestionnaire.press(
        "Contrôler le fichier" if name.endswith(".csv") else "Contrôler les fichiers"
    )
