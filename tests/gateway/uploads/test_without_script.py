"""The plain form: files go whole, and what is refused says what to do."""

from __future__ import annotations

import io

from playwright.sync_api import expect
from pypdf import PdfReader

from services.contracts import page_labels
from services.contracts.file_rules import MAX_FILE_BYTES
from tests.accounts.creation_form import PASSWORD
from tests.gateway.uploads.sender import Sender
from tests.gateway.uploads.test_photographs import photograph
from tests.pieces import sample_files


def test_one_file_is_deposited_and_shown(plain_sender: Sender) -> None:
    assert "Les photos HEIC des téléphones sont acceptées" in plain_sender.page.inner_text("main")
    plain_sender.chooses(("relevé.pdf", sample_files.pdf()))
    plain_sender.sends()
    plain_sender.arrives_at(page_labels.LEGIBILITY)
    plain_sender.page.get_by_role("link", name="C'est lisible").click()
    expect(plain_sender.page.get_by_text("Votre fichier est déposé.")).to_be_visible()


def test_who_sends_another_file_is_told_that_it_replaces_the_first(plain_sender: Sender) -> None:
    plain_sender.chooses(("relevé.pdf", sample_files.pdf()))
    plain_sender.sends()
    plain_sender.arrives_at(page_labels.LEGIBILITY)
    plain_sender.page.get_by_role("link", name="Remplacer le fichier").click()
    warning = "relevé.pdf est déjà déposé pour cette pièce : ce que vous envoyez le remplacera."
    expect(plain_sender.page.get_by_text(warning)).to_be_visible()


def test_several_photographs_become_one_pdf(plain_sender: Sender) -> None:
    plain_sender.chooses(("1.jpg", photograph(600, 800)), ("2.jpg", photograph(600, 800)))
    plain_sender.sends()
    plain_sender.arrives_at(page_labels.LEGIBILITY)
    assert "Vos 2 fichiers ont été réunis en un PDF de 2 pages." in plain_sender.page.inner_text("main")
    assert len(PdfReader(io.BytesIO(plain_sender.file())).pages) == 2


def test_what_has_no_picture_goes_back_to_the_list(plain_sender: Sender) -> None:
    plain_sender.chooses(("pièces.zip", sample_files.archive()))
    plain_sender.sends()
    plain_sender.arrives_at(page_labels.JUSTIFICATIFS)
    expect(plain_sender.page.get_by_text("Votre fichier est déposé.")).to_be_visible()


def test_files_too_large_are_refused_by_a_page_that_can_be_read(plain_sender: Sender) -> None:
    half = b"%PDF-1.7" + b"0" * (MAX_FILE_BYTES // 2)
    plain_sender.chooses(("a.pdf", half), ("b.pdf", half))
    with plain_sender.page.expect_navigation() as navigation:
        plain_sender.sends()
    assert navigation.value.status == 413
    expect(plain_sender.page.locator(".fr-message--error")).to_contain_text("trop volumineux")


def test_a_session_that_has_died_ends_at_the_form_which_asks_for_the_file_again(plain_sender: Sender) -> None:
    page, form = plain_sender.page, plain_sender.page.url
    plain_sender.logs_out()
    plain_sender.chooses(("relevé.pdf", sample_files.pdf()))
    plain_sender.sends()
    page.get_by_label("Identifiant de connexion").fill(plain_sender.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=page_labels.LOG_IN).click()
    assert page.url.partition("?")[0] == form
    expect(page.get_by_text("les fichiers ne sont pas conservés. Choisissez-le à nouveau.")).to_be_visible()
    plain_sender.chooses(("relevé.pdf", sample_files.pdf()))
    plain_sender.sends()
    plain_sender.arrives_at(page_labels.LEGIBILITY)
