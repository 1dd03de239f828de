"""The épreuves of every spécialité that a session offers fit on the confirmation that documents prints."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import render
from services.documents.rendering.sheet import Letterhead
from services.registrations.domain import registration_form
from tests.documents.example_events import saved
from tests.documents.text_extraction import text_of_pdf
from tests.registrations.catalogue.bts_dossiers import OFFERED, dossier


@pytest.mark.parametrize(("session", "code"), OFFERED)
def test_every_epreuve_is_printed_on_one_page(session: str, code: str) -> None:
    outcome = registration_form.checked_content(dossier(session, code))
    sheet = confirmation(saved(epreuves=outcome.epreuves, confirmation=outcome.confirmation), Letterhead())
    rendered = render(sheet)
    assert rendered.missing == ()
    text = text_of_pdf(rendered.pdf)
    for line in outcome.epreuves:
        if not line.hidden_on_pdf:
            assert f"{line.code} - {line.label}" in text
    assert len(PdfReader(io.BytesIO(rendered.pdf)).pages) == 1
