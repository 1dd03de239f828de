"""A gestionnaire publishes convocations for many, from a file to « Mes documents », and takes them back."""

import io
from contextlib import closing

import pytest
from sqlalchemy import select

from gateway.web.justificatifs.file_reception import RETRY_SECONDS, STAFF_UPLOADS, TOO_MANY_IN_ALL
from services.chassis.french import file_size
from services.contracts.document_rules import MAX_CSV_BYTES
from services.documents.models import Candidature, db
from tests.documents.imports.exam_office import HEADINGS, csv_of, pdf_of, zip_of
from tests.documents.text_extraction import text_of_pdf
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import StaffFactory, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

CELLS = "E1 - Culture générale;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204"
SESSION = "BTS 2022 - BREVET DE TECHNICIEN SUPERIEUR"


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> ScriptlessBrowser:
    browser = CandidateFactory(running).log_in_registered()
    running.deliver()
    return browser


@pytest.fixture(scope="module")
def numero(candidate: ScriptlessBrowser, running: InProcessFourServices) -> str:
    candidature = documents_page(candidate).rpartition("/")[2]
    with running.documents.app.app_context(), db.reading() as session:
        return str(session.scalar(select(Candidature.numero_candidat).where(Candidature.id == candidature)))


def documents_page(candidate: ScriptlessBrowser) -> str:
    candidate.get("/documents")
    return next(str(link) for link in candidate.page.xpath("//main//a/@href") if link.startswith("/documents/"))


def prepare(gestionnaire: ScriptlessBrowser, **typed: str) -> str:
    """A new publication that waits for its file; its path."""
    gestionnaire.get("/gestion/documents")
    gestionnaire.follow("Nouvelle publication")
    given = {"type": "convocation", "source": "csv", "session": SESSION, "paragraphs": "Soyez à l'heure.", **typed}
    gestionnaire.press("Continuer", **{**given, "session": ""})
    assert (gestionnaire.answer.status_code, gestionnaire.value("type")) == (422, given["type"])
    assert gestionnaire.press("Continuer", **given).status_code == 200, gestionnaire.text
    return gestionnaire.path


def send(gestionnaire: ScriptlessBrowser, path: str, content: bytes, name: str = "convocations.csv") -> None:
    gestionnaire.post(f"{path}/fichier", [("fichier", (io.BytesIO(content), name))])


def test_convocations_are_checked_previewed_published_and_withdrawn(
    candidate: ScriptlessBrowser, gestionnaire: ScriptlessBrowser, running: InProcessFourServices, numero: str
) -> None:
    path = prepare(gestionnaire)
    assert all(heading in gestionnaire.text for heading in HEADINGS["convocation"].split(";"))
    send(gestionnaire, path, csv_of([f"{numero};{CELLS}", f"00000000000;{CELLS}"]))
    assert "1 document à publier 1 document incomplet" in gestionnaire.text
    assert rows(gestionnaire)[0] == "3 00000000000 N° candidat inconnu dans vos académies"
    assert "Publier aussi 1 document incomplet" in gestionnaire.text
    gestionnaire.get(f"{path}/documents")
    assert rows(gestionnaire)[0].startswith(f"{numero} BINET Laurent ")
    addresses = [str(address) for address in gestionnaire.page.xpath("//main//@href | //main//@action")]
    assert not [address for address in addresses if numero in address], "a N° candidat stands in no address"
    preview = gestionnaire.get(next(address for address in addresses if "apercu" in address))
    assert (preview.content_type, preview.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert "Soyez à l'heure." in text_of_pdf(preview.data)
    gestionnaire.get(path)
    assert gestionnaire.press("Publier 1 document").status_code == 422
    assert gestionnaire.page.xpath("//a[@href='#champ-accept_incomplete']"), "the refusal of documents names the field"
    gestionnaire.press("Publier 1 document", accept_incomplete="oui")
    assert "La publication est lancée" in gestionnaire.text
    running.deliver()
    gestionnaire.follow("Actualiser")
    assert "1 document publié sur 1" in gestionnaire.text
    candidate.get(documents_page(candidate))
    assert "Convocation(s) aux épreuves" in candidate.text
    gestionnaire.follow("Retirer les documents")
    gestionnaire.press("Retirer les documents", reason="Changement de centre", motif_lu="oui", code="000000")
    assert "Ce code n'est pas le bon" in gestionnaire.text
    gestionnaire.press("Retirer les documents")
    assert "Motif du retrait : Changement de centre" in gestionnaire.text
    candidate.get(documents_page(candidate))
    withdrawn = candidate.page.xpath("//main//li[contains(., 'Convocation(s) aux épreuves')]")[0]
    assert "Retiré le " in text_of(withdrawn)
    assert "Motif : Changement de centre" in text_of(withdrawn)
    assert withdrawn.xpath(".//a") == [], "nobody opens it there"


def test_one_document_of_many_is_taken_back(
    candidate: ScriptlessBrowser, gestionnaire: ScriptlessBrowser, running: InProcessFourServices, numero: str
) -> None:
    marks = csv_of([f"{numero};E1 - Culture générale;12,5;3;Admis"], "releve_notes")
    path = prepare(gestionnaire, type="releve_notes", title="Relevé de notes provisoire")
    send(gestionnaire, path, marks)
    gestionnaire.press("Publier 1 document", accept_incomplete="oui")
    running.deliver()
    send(gestionnaire, prepare(gestionnaire, type="releve_notes"), marks)
    gestionnaire.follow("voir la liste")
    assert "Remplace « Relevé de notes provisoire »" in rows(gestionnaire)[0]
    gestionnaire.get(f"{path}/documents")
    gestionnaire.press("Chercher", numero_candidat="12")
    assert (rows(gestionnaire), gestionnaire.value("numero_candidat")) == ([], "12")
    gestionnaire.press("Chercher", numero_candidat=numero)
    assert len(rows(gestionnaire)) == 1
    assert numero not in gestionnaire.path
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])
    gestionnaire.press("Retirer le document", reason="Note rectifiée")
    assert "Note rectifiée" in rows(gestionnaire)[0]
    candidate.get(documents_page(candidate))
    [withdrawn] = [text_of(name) for name in candidate.page.xpath("//li/h2") if "Relevé" in text_of(name)]
    assert "Retiré le " in withdrawn
    assert "Note rectifiée" not in candidate.text, "that reason is for the service"


def test_pdfs_are_checked_meanwhile_and_the_page_says_how_far_that_is(
    gestionnaire: ScriptlessBrowser, running: InProcessFourServices, numero: str
) -> None:
    path = prepare(gestionnaire, source="pdf", title="Convocations en PDF")
    send(gestionnaire, path, zip_of({f"{numero}.pdf": pdf_of(), "notice.pdf": pdf_of()}), "lot.zip")
    assert "L'envoi est reçu." in gestionnaire.text
    assert "Contrôle en cours : 0 fichier contrôlé sur 2." in gestionnaire.text
    [bar] = gestionnaire.page.xpath("//progress")
    assert (bar.get("value"), bar.get("max")) == ("0", "2")
    running.deliver()
    gestionnaire.get(path)
    assert "Contrôle en cours" not in gestionnaire.text
    send(gestionnaire, path, zip_of({f"{numero}.pdf": pdf_of()}), "suite.zip")
    assert "1 document à publier" in gestionnaire.text
    assert not gestionnaire.page.xpath("//button[contains(., 'Publier')]"), "more files may be sent, nothing published"
    running.deliver()
    gestionnaire.follow("Actualiser")
    assert gestionnaire.page.xpath("//button[contains(., 'Publier 1 document')]")
    assert rows(gestionnaire) == ["notice.pdf - Aucun N° candidat (11 chiffres) dans le nom du fichier"]


def test_no_file_or_one_that_cannot_be_taken_is_said_on_the_page(
    gestionnaire: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    path, places = prepare(gestionnaire), running.gateway.app.extensions[STAFF_UPLOADS]
    with places.place("one"), places.place("another"):
        send(gestionnaire, path, csv_of([]))
    assert TOO_MANY_IN_ALL in gestionnaire.text
    answer = gestionnaire.answer
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_SECONDS))
    for files, status, said in (
        ([(b"", "")], 422, "Choisissez un fichier"),
        ([(b"x", "1.csv"), (b"x", "2.csv")], 422, "Envoyez "),
        ([(b"", "1.csv")], 422, "Il manque les colonnes"),
        ([(b"x" * (MAX_CSV_BYTES + 1), "1.csv")], 413, f"ne doit pas excéder {file_size(MAX_CSV_BYTES)}"),
    ):
        gestionnaire.post(f"{path}/fichier", [("fichier", (io.BytesIO(content), name)) for content, name in files])
        assert (gestionnaire.answer.status_code, said in gestionnaire.text) == (status, True), said
    gestionnaire.get(path)
    assert "En attente du fichier" in gestionnaire.text


def test_a_model_comes_filled_and_refused_lines_come_back(gestionnaire: ScriptlessBrowser, numero: str) -> None:
    path = prepare(gestionnaire)
    gestionnaire.follow("Modèles remplis, par spécialité (CSV)")
    [link] = gestionnaire.page.xpath("//main//table//a/@href")
    with closing(gestionnaire.get(link)) as filled:
        lines = filled.text.splitlines()
    assert lines[0].startswith("\ufeffN° candidat;N° inscription;Nom;Prénoms;Date de naissance;Epreuve;Date")
    own = [text for text in lines if numero in text]
    assert len(own) > 1
    wrong = own[0].replace(";;", ";demain;", 1)
    send(gestionnaire, path, "\r\n".join([lines[0], wrong, *own[1:]]).encode())
    assert f"{len(own) - 1} lignes où rien n'est rempli" in gestionnaire.text
    assert "Aucun document n'est à publier" in gestionnaire.text
    [link] = [text for text in gestionnaire.page.xpath("//main//a/@href") if "lignes-a-corriger" in text]
    with closing(gestionnaire.get(link)) as refused:
        assert "Motif du refus" in refused.text
        assert numero in refused.text


def test_the_home_page_lists_publications_under_way_until_they_are_given_up(
    gestionnaire: ScriptlessBrowser, staff: StaffFactory, running: InProcessFourServices, numero: str
) -> None:
    path = prepare(gestionnaire, title="Convocations de juin")
    gestionnaire.get("/gestion")
    assert path in gestionnaire.page.xpath("//section[@aria-labelledby='titre-publications']//a/@href")
    assert path not in staff.logged_in("20").answer.text
    with service_stopped(running.documents):
        assert gestionnaire.get("/gestion").status_code == 200, "the rest of the page is shown"
    send(gestionnaire, path, csv_of([f"{numero};E1 - Culture générale;;;;;"]))
    gestionnaire.get("/gestion")
    assert path not in gestionnaire.answer.text, "nothing in it is to be published or mended"
    gestionnaire.get(path)
    gestionnaire.follow("Abandonner")
    gestionnaire.press("Abandonner la publication")
    assert "La publication est abandonnée" in gestionnaire.text
    assert "Envoyer le fichier" not in gestionnaire.text
    gestionnaire.get("/gestion")
    assert path not in gestionnaire.answer.text
