"""What is printed of an event, in the guide's words and order; PDF and HTML say the same, also of
hostile values."""

import io
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.contracts.session_options import ONLINE
from services.documents.rendering import pdf_and_html
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import RenderingFailed, html_of, pdf_of, render
from services.documents.rendering.piece_sheets import demande, formulaire
from services.documents.rendering.sheet import Banner, Letterhead, Sheet, Table
from tests.documents.conftest import rendered
from tests.documents.example_events import (
    FORM,
    PIECES,
    epreuve,
    identity,
    saved,
    with_confirmation,
)
from tests.documents.text_extraction import normal, text_of_html, text_of_pdf, words

# Guide §6, top to bottom; what the two columns of paper put on one line stands on one line here.
GUIDE = """
ACADÉMIE DE BESANCON
CONFIRMATION D'INSCRIPTION
BREVET DE TECHNICIEN SUPERIEUR
Version : 1 du 04/10/2021 à 14:08
N° candidat : 62141027040
Inscription n° : 001
Session : 2022-08
Recteur
1 chemin de l'olivier
25000 BESANCON
Tél : 03 03 03 03 03
Mél : rectBesancon@ac-besancon.fr
MONSIEUR DUBOIS Pierre
1 rue du port
25000 BESANCON
Nom d'usage :
Nationalité : Française
Né(e) le : 01/01/2002
A : TROYES - 010
Tél : Tél. mobile : 06 06 06 06 06
Mél : pdubois@ac-rennes.fr
VAE : NON
Etablissement : LP P.ADRIEN PARIS - BESANCON (0250013D)
Catégorie du Candidat : FORMATION CONTINUE (320)
Aménagement d'épreuve demandé au titre du handicap : NON
Diplôme possédé : BACCALAURÉAT GÉNÉRAL Bac général (00012)
A RENVOYER IMPERATIVEMENT POUR LE DIMANCHE 31 OCTOBRE 2021
Spécialité : Banque - conseiller de clientèle (31310)
Forme de passage : Globale Déjà présenté en : 2021
EPREUVES OBLIGATOIRES
E1 - Culture générale et expression U1 Inscrit Ponctuel
E2 - Langue vivante 1 - Anglais U2 Inscrit Ponctuel
E3 - Gestion de la relation client U3 Inscrit Ponctuel
E4 - Dévelop.suivi.activ.commercia. Inscrit
... E4-A - Étude de cas U41 Inscrit Ponctuel
... E4-B - Analyse situation commerciale U42 Inscrit Ponctuel
E5 - Env.éco.jur.orga.activ.bancai. U5 Inscrit Ponctuel
C-ANGL - Certification en langue anglaise ANG Inscrit Ponctuel
EPREUVE(S) FACULTATIVE(S)
EF1 - Langue vivante 2 - Allemand UF1 Inscrit Ponctuel
EF2 - Certification professionnelle UF2 Non inscrit
EF3 - Engagement étudiant UF3 Inscrit Ponctuel
""".strip().splitlines()


# Of Latin countries, Greek and Cyrillic; the last is decomposed.
NAMES = (
    "Đặng Thị Ánh",
    "Łukasz Żółć",
    "Œuvrard",
    "Ελένη",
    "Жуковский",
    "Ştefan Ňuñez",
    "ǅemal ẞ",
    "Zołc\u0301",
)
NOTICE = "Démonstration : document sans valeur"


def texts_of(sheet: Sheet) -> tuple[str, str]:
    """Of the PDF and of the page."""
    printed = rendered(sheet)
    return text_of_pdf(printed.pdf), text_of_html(printed.html)


def pages_of(sheet: Sheet) -> list[str]:
    return [normal(page.extract_text()) for page in PdfReader(io.BytesIO(pdf_of(sheet))).pages]


def test_every_line_of_the_guide_is_printed_and_identity_and_epreuves_in_its_order() -> None:
    """On one A4 page with title, language and author."""
    sheet = confirmation(saved(), Letterhead())
    paper, page = texts_of(sheet)
    assert [line for line in GUIDE if line not in paper or line not in page] == []
    assert "E2-A" not in paper + page, "sub-épreuves of E2 are not listed"
    start = 0
    for line in GUIDE[GUIDE.index("Nom d'usage :") :]:
        position = paper.find(line, start)
        assert position >= 0, f"« {line} » is out of order"
        start = position + len(line)
    reader = PdfReader(io.BytesIO(rendered(sheet).pdf))
    assert len(reader.pages) == 1
    assert "Page 1 / 1" in paper
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata is not None
    assert reader.metadata.title == "Confirmation d'inscription - BREVET DE TECHNICIEN SUPERIEUR"
    assert reader.metadata.author == "ACADÉMIE DE BESANCON"
    assert str(reader.root_object["/Lang"]).startswith("fr")


def test_what_an_exam_does_not_ask_leaves_no_line_and_a_kept_mark_follows_its_position() -> None:
    unasked = dict.fromkeys(("specialite", "forme", "diplome", "etablissement", "categorie"))
    e3 = epreuve(
        "E3",
        "Gestion",
        position="benefice",
        position_label="Bénéfice",
        mark="12,5",
        mode_label=None,
    )
    event = with_confirmation(**unasked, vae=False)
    event = replace(event, epreuves=(e3,), pieces=(), saved_at="2021-10-31T01:01:00+00:00")
    text = text_of_html(html_of(confirmation(event, Letterhead())))
    assert "E3 - Gestion Bénéfice : 12,5/20" in text
    assert "Version : 1 du 31/10/2021 à 02:01" in text, "Paris time, after a change of hour"
    for label in (
        "Spécialité",
        "Forme de passage",
        "Diplôme",
        "Etablissement",
        "Catégorie",
        "VAE",
        "RENVOYER",
    ):
        assert label not in text


def test_each_page_tells_its_number_and_how_many_there_are() -> None:
    many = tuple(epreuve(f"E{each}", f"Épreuve {each}", unit=f"U{each}") for each in range(1, 81))
    texts = pages_of(confirmation(saved(epreuves=many), Letterhead()))
    assert "E80 - Épreuve 80" in texts[-1]
    assert [re.findall(r"Page \d+ / \d+", text) for text in texts] == [
        [f"Page {page} / 3"] for page in (1, 2, 3)
    ]


def test_latin_greek_and_cyrillic_names_print_right_also_in_a_demonstration() -> None:
    names = identity(
        nom_famille=" ".join(NAMES), nom_usage="דוד", prenoms="Pi\u202eer\x00re\u2066\x1b"
    )
    paper, page = texts_of(confirmation(saved(identity=names), Letterhead(notice=NOTICE)))
    composed = [*NAMES[:-1], "Zołć"]
    for text in (paper, page):
        assert f"MONSIEUR {' '.join(composed)} Pierre" in text, "without what reorders or steers"
        assert NOTICE in text
    assert "Nom d'usage : \ufffd\ufffd\ufffd" in paper, "what has no glyph is shown as missing"
    assert "דוד" in page


@pytest.mark.parametrize("lines", range(23, 27))
def test_a_validation_stands_under_its_heading(lines: int) -> None:
    """Also where the foot of the page is near: however many épreuves precede it."""
    epreuves = tuple(epreuve(f"E{number}", "Fondamentaux du droit") for number in range(lines))
    event = saved(epreuves=epreuves, validation=ONLINE, validated_at="2021-10-05T10:00:00+00:00")
    [page] = [
        page
        for page in pages_of(confirmation(event, Letterhead()))
        if "Validation en ligne" in page
    ]
    assert "par le candidat." in page


def test_where_it_is_validated_online_nothing_is_to_be_signed_or_sent_back() -> None:
    for validated_at, said in (
        (None, "A VALIDER EN LIGNE AVANT LE LUNDI 25 OCTOBRE 2021 12:00"),
        (
            "2021-10-05T10:00:00+00:00",
            "Validée en ligne le 05/10/2021 à 12:00 (heure de Paris) par le candidat.",
        ),
    ):
        for text in texts_of(
            confirmation(saved(validation=ONLINE, validated_at=validated_at), Letterhead())
        ):
            assert (said in text, "Signature" in text, "RENVOYER" in text) == (True, False, False)


def test_a_second_try_is_printed_with_its_own_end() -> None:
    event = saved(validation=ONLINE, validate_until="2021-12-20T23:00:00+00:00")
    for text in texts_of(confirmation(event, Letterhead())):
        assert "A VALIDER EN LIGNE AVANT LE LUNDI 20 DÉCEMBRE 2021 23:59" in text


PIECES_OF_THE_GUIDE = (
    (
        "A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59 "
        "(heure/Paris)"
    ),
    "CINSIG03 : Confirmation d'inscription signée",
    "NATIDE06 : Document justifiant l'identité",
    "BTSETAS4 : Attestation de formation du centre de formation - formation continue",
    "BTSEE-EF3 : Demande de reconnaissance de l'engagement étudiant (formulaire à compléter)",
    "BTSLIVCOMP : Livret de compétences",
    "BTSPRESENT-BQ : Attestation de présence en entreprise",
)


def test_the_guides_pieces_are_asked_for_in_its_words_and_order() -> None:
    text = text_of_html(html_of(demande(saved(), Letterhead())))
    places = [text.find(sentence) for sentence in PIECES_OF_THE_GUIDE]
    assert -1 not in places
    assert places == sorted(places)


def test_pieces_are_grouped_by_deadline_then_by_regroupement() -> None:
    late = replace(PIECES[0], code="BTSSTAGE1", group_code="DOSSIER", group_label="Dossier épreuve")
    late = replace(late, deposit_closes="2021-12-01T11:00:00+00:00")
    blocks = demande(saved(pieces=(late, *PIECES)), Letterhead()).blocks
    headings = [block for block in blocks if isinstance(block, Banner | Table)]
    shown = [
        block.text.split(" et le ")[-1] if isinstance(block, Banner) else block.caption
        for block in headings
    ]
    groups = [
        "Confirmation d'inscription",
        "Nationalité",
        "Conditions réglementaires",
        "Dossier épreuve",
    ]
    ends = (
        "dimanche 31 octobre 2021 23:59 (heure/Paris)",
        "mercredi 01 décembre 2021 12:00 (heure/Paris)",
    )
    assert shown == [ends[0], *groups, ends[1], "Dossier épreuve"]
    marks = [row[1] for block in headings if isinstance(block, Table) for row in block.rows]
    assert marks == ["Obligatoire"] * 5 + ["Facultative", "Obligatoire"]


def test_with_nothing_to_deposit_it_says_so_below_the_text_of_the_event() -> None:
    event = saved(pieces=(), demande_text=("Premier paragraphe.", "Second paragraphe."))
    text = text_of_html(html_of(demande(event, Letterhead())))
    assert "Premier paragraphe. Second paragraphe." in text
    assert "Aucune pièce justificative n'est demandée pour cette candidature." in text
    assert "A déposer" not in text


def test_a_form_is_filled_in_with_the_candidates_data_and_leaves_its_blanks_once() -> None:
    text = text_of_html(html_of(formulaire(saved(), FORM, Letterhead())))
    own = (
        "N° candidat : 62141027040",
        "Candidat : MONSIEUR DUBOIS Pierre",
        "Né(e) le : 01/01/2002",
        "06 06 06 06 06",
    )
    for expected in (
        *own,
        *FORM.paragraphs,
        *(f"{label} :" for label in FORM.blanks),
        "Signature du candidat :",
    ):
        assert expected in text
    form = replace(FORM, blanks=("Période", "Fait à, le", "Signature du candidat"))
    text = text_of_html(html_of(formulaire(saved(), form, Letterhead())))
    assert [
        text.count(asked) for asked in ("Signature du candidat :", "Fait à, le :", "Date :")
    ] == [1, 1, 0]


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


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_paper_and_page_say_the_same_words(sheet: Sheet) -> None:
    paper, page = texts_of(sheet)
    first, second = sheet.head.numbers[:2]
    foot = f"{first.label} : {first.value} - {second.label} : {second.value}"
    assert foot in paper
    paper = re.sub(r"Page \d+ / \d+", "", paper.replace(foot, "", 1))
    for heading in PAGE_ONLY:
        page = page.replace(heading, " ", page.count(heading) - paper.count(heading))
    assert words(page) == words(paper)


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_the_page_is_french_has_one_main_heading_headed_tables_and_asks_nothing_of_anybody(
    sheet: Sheet,
) -> None:
    page = rendered(sheet).html.decode()
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
    for text in texts_of(confirmation(saved(identity=identity(nom_famille=MARKUP)), Letterhead())):
        assert f"MONSIEUR {MARKUP} Pierre" in text


def test_very_long_answers_stay_within_the_paper_and_break_nothing_below() -> None:
    names = {
        "nom_famille": "W" * 300,
        "nom_usage": "É" * 300,
        "email": "x@" * 150,
        "prenoms": "Jean " * 60,
    }
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
    event = saved(
        identity=identity(nom_famille=text, prenoms=text, nom_usage=text), demande_text=(text,)
    )
    assert render(confirmation(event, Letterhead())).pdf.startswith(b"%PDF")
    assert render(demande(event, Letterhead())).pdf.startswith(b"%PDF")


def test_a_document_can_read_nothing_but_our_fonts() -> None:
    for address in (
        "http://example.invalid/x.ttf",
        "file:///etc/passwd",
        "/etc/passwd",
        "../sheet.py",
    ):
        with pytest.raises(RenderingFailed):
            pdf_and_html._only_fonts(address)
