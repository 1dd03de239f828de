"""PDF and HTML are rendered from the same values: they must have the same words."""

import re

import pytest

from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import Rendered
from services.documents.rendering.piece_sheets import demande, formulaire
from services.documents.rendering.sheet import Letterhead, Sheet
from tests.documents.example_events import FORM, saved
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
