"""What gestionnaires send to many: documents from a file to « Mes documents », and « Relances » to
the mailbox."""

import io
from contextlib import closing

import pytest
from sqlalchemy import select

from gateway.web.gestion import relances
from gateway.web.justificatifs.file_reception import RETRY_SECONDS, STAFF_UPLOADS, TOO_MANY_IN_ALL
from services.chassis.tasks import gauges
from services.contracts.document_rules import MAX_CSV_BYTES
from services.documents.models import Candidature, db
from services.french import file_size
from services.pieces.jobs import registry
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db as pieces_db
from tests.documents.imports.exam_office import HEADINGS, csv_of, pdf_of, zip_of
from tests.documents.text_extraction import text_of_pdf
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import StaffBrowser, StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped

CELLS = "E1 - Culture générale;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204"
SESSION = "BTS 2022 - BREVET DE TECHNICIEN SUPERIEUR"


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> Browser:
    """Who lacks every piece."""
    browser = CandidateFactory(running).log_in_registered()
    running.deliver()
    return browser


@pytest.fixture(scope="module")
def numero(candidate: Browser, running: InProcessFourServices) -> str:
    candidature = documents_page(candidate).rpartition("/")[2]
    with running.documents.app.app_context(), db.reading() as transaction:
        return str(
            transaction.scalar(
                select(Candidature.numero_candidat).where(Candidature.id == candidature)
            )
        )


def documents_page(candidate: Browser) -> str:
    candidate.get("/documents")
    return candidate.link("/documents/")


def prepare(gestionnaire: Browser, **typed: str) -> str:
    """A new publication that waits for its file; its path."""
    gestionnaire.get("/gestion/documents")
    gestionnaire.follow("Nouvelle publication")
    given = {
        "type": "convocation",
        "source": "csv",
        "session": SESSION,
        "paragraphs": "Soyez à l'heure.",
        **typed,
    }
    gestionnaire.press("Continuer", **{**given, "session": ""})
    assert (gestionnaire.answer.status_code, gestionnaire.value("type")) == (422, given["type"])
    assert gestionnaire.press("Continuer", **given).status_code == 200, gestionnaire.text
    return gestionnaire.path


def send(gestionnaire: Browser, path: str, content: bytes, name: str = "convocations.csv") -> None:
    gestionnaire.post(f"{path}/fichier", [("fichier", (io.BytesIO(content), name))])


def test_convocations_are_checked_published_and_withdrawn(
    candidate: Browser, gestionnaire: Browser, running: InProcessFourServices, numero: str
) -> None:
    path = prepare(gestionnaire)
    assert all(heading in gestionnaire.text for heading in HEADINGS["convocation"].split(";"))
    send(gestionnaire, path, csv_of([f"{numero};{CELLS}", f"00000000000;{CELLS}"]))
    assert "1 document à publier 1 document incomplet" in gestionnaire.text
    assert gestionnaire.rows()[0] == "3 00000000000 N° candidat inconnu dans vos académies"
    assert "Publier aussi 1 document incomplet" in gestionnaire.text
    gestionnaire.get(f"{path}/documents")
    assert gestionnaire.rows()[0].startswith(f"{numero} BINET Laurent ")
    addresses = [
        str(address) for address in gestionnaire.page.xpath("//main//@href | //main//@action")
    ]
    assert not [address for address in addresses if numero in address], (
        "a N° candidat stands in no address"
    )
    preview = gestionnaire.get(next(address for address in addresses if "apercu" in address))
    assert (preview.content_type, preview.headers["Cache-Control"]) == (
        "application/pdf",
        "no-store",
    )
    assert "Soyez à l'heure." in text_of_pdf(preview.data)
    gestionnaire.get(path)
    assert gestionnaire.press("Publier 1 document").status_code == 422
    assert gestionnaire.page.xpath("//a[@href='#champ-accept_incomplete']"), (
        "the refusal of documents names the field"
    )
    gestionnaire.press("Publier 1 document", accept_incomplete="oui")
    assert "La publication est lancée" in gestionnaire.text
    running.deliver()
    gestionnaire.follow("Actualiser")
    assert "1 document publié sur 1" in gestionnaire.text
    candidate.get(documents_page(candidate))
    assert "Convocation(s) aux épreuves" in candidate.text
    gestionnaire.follow("Retirer les documents")
    gestionnaire.press(
        "Retirer les documents", reason="Changement de centre", motif_lu="oui", code="000000"
    )
    assert "Ce code n'est pas le bon" in gestionnaire.text
    gestionnaire.press("Retirer les documents")
    assert "Motif du retrait : Changement de centre" in gestionnaire.text
    candidate.get(documents_page(candidate))
    withdrawn = candidate.page.xpath("//main//li[contains(., 'Convocation(s) aux épreuves')]")[0]
    assert "Retiré le " in text_of(withdrawn)
    assert "Motif : Changement de centre" in text_of(withdrawn)
    assert withdrawn.xpath(".//a") == [], "nobody opens it there"


def test_one_document_of_many_is_taken_back(
    candidate: Browser, gestionnaire: StaffBrowser, numero: str
) -> None:
    marks = csv_of([f"{numero};E1 - Culture générale;12,5;3;Admis"], "releve_notes")
    path = prepare(gestionnaire, type="releve_notes", title="Relevé de notes provisoire")
    send(gestionnaire, path, marks)
    gestionnaire.press("Publier 1 document", accept_incomplete="oui")
    gestionnaire.portal.deliver()
    send(gestionnaire, prepare(gestionnaire, type="releve_notes"), marks)
    gestionnaire.follow("voir la liste")
    assert "Remplace « Relevé de notes provisoire »" in gestionnaire.rows()[0]
    gestionnaire.get(f"{path}/documents")
    gestionnaire.press("Chercher", numero_candidat="12")
    assert (gestionnaire.rows(), gestionnaire.value("numero_candidat")) == ([], "12")
    gestionnaire.press("Chercher", numero_candidat=numero)
    assert len(gestionnaire.rows()) == 1
    assert numero not in gestionnaire.path
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])
    gestionnaire.press("Retirer le document", reason="Note rectifiée")
    assert "Note rectifiée" in gestionnaire.rows()[0]
    candidate.get(documents_page(candidate))
    [withdrawn] = [name for name in candidate.texts("//li/h2") if "Relevé" in name]
    assert "Retiré le " in withdrawn
    assert "Note rectifiée" not in candidate.text, "that reason is for the service"


def test_pdfs_are_checked_meanwhile_and_the_page_says_how_far_that_is(
    gestionnaire: StaffBrowser, numero: str
) -> None:
    path = prepare(gestionnaire, source="pdf", title="Convocations en PDF")
    send(gestionnaire, path, zip_of({f"{numero}.pdf": pdf_of(), "notice.pdf": pdf_of()}), "lot.zip")
    gestionnaire.shows("L'envoi est reçu.", "Contrôle en cours : 0 fichier contrôlé sur 2.")
    [bar] = gestionnaire.page.xpath("//progress")
    assert (bar.get("value"), bar.get("max")) == ("0", "2")
    gestionnaire.portal.deliver()
    gestionnaire.get(path)
    assert "Contrôle en cours" not in gestionnaire.text
    send(gestionnaire, path, zip_of({f"{numero}.pdf": pdf_of()}), "suite.zip")
    assert "1 document à publier" in gestionnaire.text
    assert not gestionnaire.page.xpath("//button[contains(., 'Publier')]"), (
        "more files may be sent, nothing published"
    )
    gestionnaire.portal.deliver()
    gestionnaire.follow("Actualiser")
    assert gestionnaire.page.xpath("//button[contains(., 'Publier 1 document')]")
    assert gestionnaire.rows() == [
        "notice.pdf - Aucun N° candidat (11 chiffres) dans le nom du fichier"
    ]


def test_no_file_or_one_that_cannot_be_taken_is_said_on_the_page(
    gestionnaire: StaffBrowser,
) -> None:
    path = prepare(gestionnaire)
    places = gestionnaire.portal.gateway.app.extensions[STAFF_UPLOADS]
    with places.place("one"), places.place("another"):
        send(gestionnaire, path, csv_of([]))
    assert TOO_MANY_IN_ALL in gestionnaire.text
    answer = gestionnaire.answer
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_SECONDS))
    for files, status, said in (
        ([(b"", "")], 422, "Choisissez un fichier"),
        ([(b"x", "1.csv"), (b"x", "2.csv")], 422, "Envoyez "),
        ([(b"", "1.csv")], 422, "Il manque les colonnes"),
        (
            [(b"x" * (MAX_CSV_BYTES + 1), "1.csv")],
            413,
            f"ne doit pas excéder {file_size(MAX_CSV_BYTES)}",
        ),
    ):
        gestionnaire.post(
            f"{path}/fichier", [("fichier", (io.BytesIO(content), name)) for content, name in files]
        )
        assert (gestionnaire.answer.status_code, said in gestionnaire.text) == (status, True), said
    gestionnaire.get(path)
    assert "En attente du fichier" in gestionnaire.text


def test_a_model_comes_filled_and_refused_lines_come_back(
    gestionnaire: Browser, numero: str
) -> None:
    path = prepare(gestionnaire)
    gestionnaire.follow("Modèles remplis, par spécialité (CSV)")
    [link] = gestionnaire.page.xpath("//main//table//a/@href")
    with closing(gestionnaire.get(link)) as filled:
        lines = filled.text.splitlines()
    assert lines[0].startswith(
        "\ufeffN° candidat;N° inscription;Nom;Prénoms;Date de naissance;Epreuve;Date"
    )
    own = [text for text in lines if numero in text]
    assert len(own) > 1
    wrong = own[0].replace(";;", ";demain;", 1)
    send(gestionnaire, path, "\r\n".join([lines[0], wrong, *own[1:]]).encode())
    gestionnaire.shows(
        f"{len(own) - 1} lignes où rien n'est rempli", "Aucun document n'est à publier"
    )
    [link] = [
        text for text in gestionnaire.page.xpath("//main//a/@href") if "lignes-a-corriger" in text
    ]
    with closing(gestionnaire.get(link)) as refused:
        assert "Motif du refus" in refused.text
        assert numero in refused.text


def test_the_home_page_lists_publications_under_way_until_they_are_given_up(
    gestionnaire: Browser, staff: StaffFactory, running: InProcessFourServices, numero: str
) -> None:
    path = prepare(gestionnaire, title="Convocations de juin")
    gestionnaire.get("/gestion")
    assert path in gestionnaire.page.xpath(
        "//section[@aria-labelledby='titre-publications']//a/@href"
    )
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


def test_a_selection_is_reminded_once_a_day_with_mail_and_document(
    gestionnaire: Browser, candidate: Browser, running: InProcessFourServices
) -> None:
    gestionnaire.get("/gestion")
    gestionnaire.get(
        gestionnaire.page.xpath("//section[@aria-labelledby='titre-relances']//a/@href")[0]
    )
    assert gestionnaire.path == "/gestion/relances", "the home page leads to who lacks pieces"
    [row] = gestionnaire.rows()
    [box] = gestionnaire.page.xpath("//input[@name='selection']/@value")
    assert "NATIDE06" in row
    assert "26 jours" in row, "from the 5th to the 31st"
    gestionnaire.post("/gestion/relances", [("selection", box)])
    assert "Une candidature est relancée" in gestionnaire.text
    running.deliver()

    candidate.get(documents_page(candidate))
    assert "Relance de pièces justificatives" in candidate.text
    candidate.get("/messages")
    assert "Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR" in candidate.text

    gestionnaire.post("/gestion/relances", [("selection", box)])
    assert "déjà relancée aujourd'hui" in gestionnaire.text
    gestionnaire.get("/gestion/relances")
    assert "05/10/2021" in gestionnaire.rows()[0], "the last reminder"


@pytest.mark.usefixtures("candidate")
def test_the_home_page_says_how_many_lack_pieces_and_the_days_left(
    staff: StaffFactory, gestionnaire: Browser
) -> None:
    with staff.portal.pieces.app.app_context():
        gauges.record(pieces_db, INCOMPLETE, {("CAP", "2022", "03"): 1})
    gestionnaire.get("/gestion")
    assert ("Pas encore comptées" in gestionnaire.text, "comptées le" in gestionnaire.text) == (
        True,
        False,
    )
    with staff.portal.pieces.app.app_context():
        registry.jobs["count-incomplete"].run()
    gestionnaire.get("/gestion")
    [row] = gestionnaire.page.xpath("//*[@id='incompletes']//tbody/tr")
    assert (text_of(row.xpath("./td[1]")[0]), "26 jours" in text_of(row)) == ("1", True)
    assert "Candidatures comptées le" in gestionnaire.text
    elsewhere = staff.logged_in("20")
    assert elsewhere.texts("//*[@id='incompletes']//tbody/tr/td[1]")[0] == "0"


@pytest.mark.usefixtures("candidate")
def test_filters_stand_in_the_address_and_an_empty_selection_says_so(gestionnaire: Browser) -> None:
    gestionnaire.get("/gestion/relances?session=BTS/2022&regroupement=NATIONALITE")
    [row] = gestionnaire.rows()
    assert "NATIDE06" in row
    assert "CINSIG03" not in row
    assert gestionnaire.page.xpath("//select[@name='session']/option[@selected]/@value") == [
        "BTS/2022"
    ]
    gestionnaire.post("/gestion/relances", [])
    assert "Aucune candidature n'était sélectionnée." in gestionnaire.text
    assert gestionnaire.post("/gestion/relances", [("selection", "x")]).status_code == 422


def test_a_whole_list_is_reminded_once_its_number_of_mails_was_confirmed(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidates.log_in_registered()
    running.deliver_events()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get("/gestion/relances")
    gestionnaire.press("Filtrer", session="BTS/2022", regroupement="NATIONALITE")
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert "(BTS 2022, " in gestionnaire.text
    assert "NATIONALITE" not in gestionnaire.text
    gestionnaire.press("Envoyer 1 mail")
    assert "La relance est lancée" in gestionnaire.text
    running.deliver()
    gestionnaire.follow("Compter à nouveau")
    gestionnaire.shows("La relance est terminée : ", "aujourd'hui sur ")
    gestionnaire.follow("Retour à la liste")
    assert (gestionnaire.value("session"), gestionnaire.value("regroupement")) == (
        "BTS/2022",
        "NATIONALITE",
    )
    assert len(gestionnaire.page.xpath("//select[@name='regroupement']/option")) > 2
    gestionnaire.get("/gestion/relances")
    assert all("05/10/2021" in row for row in gestionnaire.rows())
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert "Toutes ont déjà été relancées" in gestionnaire.text


def test_candidates_are_searched_by_name_and_no_address_tells_of_whom(
    staff: StaffFactory,
    candidates: CandidateFactory,
    running: InProcessFourServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        candidates.log_in_registered()
    running.deliver_events()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get("/gestion/relances")
    everybody = gestionnaire.rows()
    gestionnaire.press("Filtrer", recherche="bine")
    assert (gestionnaire.rows(), gestionnaire.value("recherche")) == (everybody, "bine")
    addresses = [
        gestionnaire.answer.request.url,
        *map(str, gestionnaire.page.xpath("//main//@href | //main//@action")),
    ]
    assert not [address for address in addresses if "bine" in address.lower()]
    numero = gestionnaire.texts("//tbody/tr[not(contains(., '05/10/2021'))]/th/span")[0]
    gestionnaire.press("Filtrer", recherche=numero)
    assert len(gestionnaire.rows()) == 1
    gestionnaire.get(
        gestionnaire.page.xpath("//tbody//a[contains(@href, 'regroupement=')]/@href")[0]
    )
    gestionnaire.follow("Compter et relancer toute cette liste")
    assert f"Dans cette liste ({numero}, " in gestionnaire.text
    gestionnaire.press("Envoyer 1 mail")
    running.deliver()
    gestionnaire.follow("Retour à la liste")
    assert ("05/10/2021" in gestionnaire.rows()[0], len(gestionnaire.rows())) == (True, 1)
    gestionnaire.press("Filtrer", recherche="personne", regroupement="")
    assert "Aucune candidature n'a de pièce à déposer ou à valider." in gestionnaire.text
    monkeypatch.setattr(relances, "MOST_FOUND", 1)
    gestionnaire.press("Filtrer", recherche="bine")
    assert (
        gestionnaire.answer.status_code,
        gestionnaire.value("recherche"),
        gestionnaire.rows(),
    ) == (422, "bine", [])
    assert relances.TOO_MANY_FOUND in gestionnaire.text
    gestionnaire.get("/gestion/relances?recherche=bine")
    assert (gestionnaire.answer.status_code, gestionnaire.rows()) == (422, []), (
        "a name in an address"
    )
