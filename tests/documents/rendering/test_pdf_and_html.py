"""PDF and HTML are rendered from the same values: they must have the same words, also where these are hostile."""

import io
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.documents.rendering import pdf_and_html
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import Rendered, RenderingFailed, render
from services.documents.rendering.piece_sheets import demande, formulaire
from services.documents.rendering.sheet import Letterhead, Sheet
from tests.documents.example_events import FORM, identity, saved, with_confirmation
from tests.documents.rendered import rendered
from tests.documents.text_extraction import text_of_html, text_of_pdf, words

SHEETS = {
    "confirmation": confirmation(saved(), Letterhead()),
    "demande": demande(saved(), Letterhead()),
    "formulaire": formulaire(saved(), FORM, Letterhead()),
}
# Headings that only a screen reader needs, and the foot that only paper has.
PAGE_ONLY = (
    "Service gestionnaire",
    "Destinataire",
    "Identité et situation du candidat",
    "Qualification présentée",
    "Candidature",
    " Signature ",
    "Epreuve ",
    "Pièce ",
)


@pytest.fixture(scope="module", params=sorted(SHEETS))
def sheet(request: pytest.FixtureRequest) -> Sheet:
    return SHEETS[request.param]


@pytest.fixture(scope="module")
def printed(sheet: Sheet) -> Rendered:
    return rendered(sheet)


def test_paper_and_page_say_the_same_words(sheet: Sheet, printed: Rendered) -> None:
    paper, page = text_of_pdf(printed.pdf), text_of_html(printed.html)
    first, second = sheet.head.numbers[:2]
    foot = f"{first.label} : {first.value} - {second.label} : {second.value}"
    assert foot in paper
    paper = re.sub(r"Page \d+ / \d+", "", paper.replace(foot, "", 1))
    for heading in PAGE_ONLY:
        page = page.replace(heading, " ", page.count(heading) - paper.count(heading))
    assert words(page) == words(paper)


def test_the_page_is_french_has_one_main_heading_headed_tables_and_asks_nothing_of_anybody(printed: Rendered) -> None:
    page = printed.html.decode()
    assert '<html lang="fr">' in page
    assert (page.count("<h1>"), page.count("<main>")) == (1, 1)
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        assert "<caption>" in table
        assert 'scope="col"' in table
        assert table.count('scope="row"') == table.count("<tr>") - 1
    assert not re.search(r"https?:|<script|<img|<link|url\(|javascript:", page)


MARKUP = (
    "<b>&amp;</b> </td></tr></table> <img src='http://127.0.0.1:9/x'/> <pdf:nextpage/> {{ 7 * 7 }} "
    "<style>@import url(/etc/passwd)</style> <!-- ]]> a & b < c"
)


def test_markup_in_a_name_is_printed_as_it_was_typed() -> None:
    rendered = render(confirmation(saved(identity=identity(nom_famille=MARKUP)), Letterhead()))
    for text in (text_of_pdf(rendered.pdf), text_of_html(rendered.html)):
        assert f"MONSIEUR {MARKUP} Pierre" in text


def test_very_long_answers_stay_within_the_paper_and_break_nothing_below() -> None:
    names = {"nom_famille": "W" * 300, "nom_usage": "É" * 300, "email": "x@" * 150, "prenoms": "Jean " * 60}
    event = with_confirmation(etablissement="E" * 300)
    content = render(confirmation(replace(event, identity=identity(**names)), Letterhead())).pdf
    text = text_of_pdf(content)
    for name in (*names.values(), event.confirmation.etablissement):
        assert name is not None
        assert name.replace(" ", "") in text.replace(" ", "")
    assert _rightmost(content) <= 595
    assert "E1 - Culture générale et expression U1 Inscrit Ponctuel" in text


def _rightmost(content: bytes) -> float:
    """Where the text that starts furthest to the right begins, plus one em, in points."""
    starts: list[float] = []

    def see(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            starts.append(cm[4] + tm[4] + size)

    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=see)
    return max(starts)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_no_text_breaks_a_document(text: str) -> None:
    """Sixteen PDFs, of texts that no other test has, are what takes seconds."""
    event = saved(identity=identity(nom_famille=text, prenoms=text, nom_usage=text), demande_text=(text,))
    assert render(confirmation(event, Letterhead())).pdf.startswith(b"%PDF")
    assert render(demande(event, Letterhead())).pdf.startswith(b"%PDF")


def test_a_document_can_read_nothing_but_our_fonts() -> None:
    for address in ("http://example.invalid/x.ttf", "file:///etc/passwd", "/etc/passwd", "../sheet.py"):
        with pytest.raises(RenderingFailed):
            pdf_and_html._only_fonts(address)
