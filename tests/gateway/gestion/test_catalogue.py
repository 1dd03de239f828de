"""« Catalogue »: an administrator sends a folder as an archive, reads its mistakes or what it changes, and loads it."""

import io
from base64 import urlsafe_b64encode

from gateway.error_pages import LONGEST_KEPT_POST
from gateway.layout.frame import GESTION_PAGES
from services.contracts.api.administration import MAX_CATALOGUE_BYTES
from tests.documents.imports.exam_office import zip_of
from tests.gateway.gestion.people import rows
from tests.registrations.catalogue.small_exam import SMALL
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

PAGE = "/gestion/catalogue"


def archive(label: str = "CERTIFICAT DE FORMATION GENERALE", code: str = "CFG") -> bytes:
    text = SMALL.replace("CERTIFICAT DE FORMATION GENERALE", label).replace(
        "code: CFG\ndomaine", f"code: {code}\ndomaine"
    )
    return zip_of({"catalogue/cfg/exam.yaml": text.encode()})


def send(browser: ScriptlessBrowser, content: bytes, name: str = "catalogue.zip") -> None:
    browser.post(PAGE, [("fichier", (io.BytesIO(content), name))])


def test_a_new_exam_is_compared_loaded_and_in_the_journal(administrator: ScriptlessBrowser) -> None:
    administrator.get("/gestion")
    assert GESTION_PAGES["catalogue"].label in administrator.text
    send(administrator, archive(code="CFG2"))
    assert "Nouvel examen ou concours." in administrator.text
    assert "BREVET DE TECHNICIEN SUPERIEUR" in administrator.text, "what the archive does not have stays"
    administrator.press("Charger ce catalogue", code="")
    assert "Saisissez un code de votre second facteur." in administrator.text
    assert "Nouvel examen ou concours." in administrator.text, "the archive stays in the page"
    administrator.press("Charger ce catalogue")
    assert "Le catalogue est chargé" in administrator.text
    assert any("CFG2" in row and "Un administrateur" in row for row in rows(administrator))
    administrator.get("/gestion/journal?objet=CFG2")
    assert "Catalogue chargé" in administrator.text


def test_what_is_in_force_is_downloaded_and_is_no_change_when_it_is_sent_again(
    administrator: ScriptlessBrowser,
) -> None:
    send(administrator, archive(code="CFG4"))
    administrator.press("Charger ce catalogue")
    downloaded = administrator.get("/gestion/catalogue/CFG4.zip")
    assert downloaded.mimetype == "application/zip"
    send(administrator, downloaded.data)
    assert "Aucun changement." in administrator.text
    send(administrator, archive("CERTIFICAT RENOMME", "CFG4"))
    assert "CFG4, intitulé CERTIFICAT DE FORMATION GENERALE CERTIFICAT RENOMME" in rows(administrator)


def test_mistakes_are_shown_by_file_and_line_and_what_is_no_archive_is_refused_beside_its_field(
    administrator: ScriptlessBrowser,
) -> None:
    send(administrator, zip_of({"cfg/exam.yaml": SMALL.replace("exclusive", "exclusif").encode()}))
    assert administrator.answer.status_code == 422
    assert any("cfg/exam.yaml" in row and "écrire « exclusive »" in row for row in rows(administrator))
    for content, name, said, status in (
        (b"", "", "Choisissez l'archive à vérifier.", 422),
        (b"code: CFG", "exam.yaml", "pas une archive ZIP", 422),
        (b"x" * (MAX_CATALOGUE_BYTES + 1), "a.zip", "Votre fichier est trop volumineux", 413),
    ):
        send(administrator, content, name)
        assert (administrator.answer.status_code, said in administrator.text) == (status, True)
    largest = urlsafe_b64encode(b"x" * MAX_CATALOGUE_BYTES).decode()
    administrator.post(f"{PAGE}/chargement", {"archive": largest, "etag": "x"})
    assert (administrator.answer.status_code, "pas une archive ZIP" in administrator.text) == (422, True), "it fits"


def test_an_archive_that_is_too_long_to_be_kept_is_to_be_sent_again_after_an_outage(
    administrator: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    for length, is_kept in ((LONGEST_KEPT_POST // 2, True), (LONGEST_KEPT_POST + 1, False)):
        with service_stopped(running.registrations):
            administrator.post(f"{PAGE}/chargement", {"archive": "x" * length, "etag": "x"})
        assert administrator.answer.status_code == 503
        assert ("Réessayer" in administrator.text) is is_kept
        assert ("trop long pour être conservé" in administrator.text) is not is_kept
