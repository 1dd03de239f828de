"""documents accepts the samples of the events that it listens to, as their producer makes them."""

import io

from pypdf import PdfReader

from services.contracts import EVENTS
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn
from services.documents.follow_ups import registry
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import html_of, render
from services.documents.rendering.piece_sheets import demande, formulaire
from services.documents.rendering.sheet import Letterhead
from tests.documents.example_events import sample
from tests.documents.rendering.test_confirmation import GUIDE
from tests.documents.service import Service
from tests.documents.text_extraction import text_of_html

# Numbers and the time of saving are the example's own.
VARIABLE = ("N° candidat :", "Inscription n° :", "Version :", "Session :")


def test_every_event_meant_for_documents_has_a_reaction() -> None:
    meant = [event for event in EVENTS if "documents" in event.CONSUMERS]
    assert meant
    assert [event.TYPE for event in meant if not registry.reactions(event.TYPE)] == []


def test_the_samples_are_accepted(service: Service) -> None:
    event = sample(RegistrationSaved)
    service.receive_and_create_documents(event)
    tiles = service.get("/candidatures", candidate=event.candidate_id).get_json()["candidatures"]
    assert [tile["id"] for tile in tiles] == [event.candidature_id]
    service.receive(sample(RegistrationWithdrawn))


def test_the_guides_candidature_as_registrations_publishes_it_prints_the_guides_lines() -> None:
    text = text_of_html(html_of(confirmation(sample(RegistrationSaved), Letterhead())))
    for line in GUIDE:
        if not line.startswith(VARIABLE):
            assert line in text


def test_its_other_documents_print_on_one_page_without_missing_glyphs() -> None:
    event = sample(RegistrationSaved)
    sheets = [demande(event, Letterhead()), *(formulaire(event, form, Letterhead()) for form in event.forms)]
    for sheet in sheets:
        rendered = render(sheet)
        assert rendered.missing == ()
        assert len(PdfReader(io.BytesIO(rendered.pdf)).pages) == 1
