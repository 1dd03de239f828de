"""The épreuves of every spécialité that a session offers fit on the confirmation that documents
prints, with the mark by which it is verified.
"""

import io
from dataclasses import replace
from datetime import UTC, datetime

from pypdf import PdfReader

from services.documents.domain.proofs import SIGNATURE_BYTES, Proof, facts_of
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import REPLACEMENT, render
from services.documents.rendering.sheet import Letterhead
from tests.documents.example_events import saved
from tests.documents.text_extraction import text_of_pdf
from tests.registrations.catalogue.bts_dossiers import OFFERED, dossier
from tests.registrations.domain.example_dossier import as_saved


def test_every_epreuve_of_a_specialite_is_printed_on_one_page() -> None:
    """Sessions that ask a spécialité for the same épreuves print the same: it is drawn once."""
    outcomes = [(code, as_saved(dossier(session, code))) for session, code in OFFERED]
    drawn = {outcome.epreuves: (code, outcome) for code, outcome in outcomes}
    assert {code for code, _ in drawn.values()} == {code for _, code in OFFERED}
    for epreuves, (code, outcome) in drawn.items():
        event = saved(epreuves=epreuves, confirmation=outcome.confirmation)
        facts = facts_of(
            event, "Confirmation d'inscription", datetime(2021, 10, 4, tzinfo=UTC), code
        )
        proof = Proof.of(facts, bytes(SIGNATURE_BYTES))
        rendered = render(
            replace(
                confirmation(event, Letterhead(portal="https://portail.example.fr")), proof=proof
            )
        )
        text = text_of_pdf(rendered.pdf)
        assert REPLACEMENT not in text, code
        shown = [f"{line.code} - {line.label}" for line in epreuves if not line.hidden_on_pdf]
        assert [line for line in shown if line not in text] == [], code
        assert len(PdfReader(io.BytesIO(rendered.pdf)).pages) == 1, code
