import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from services.contracts.session_options import ONLINE
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import html_of, pdf_of
from services.documents.rendering.sheet import Letterhead
from tests.documents.example_events import epreuve, identity, saved, with_confirmation
from tests.documents.rendered import rendered
from tests.documents.text_extraction import normal, text_of_html, text_of_pdf

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
NAMES = ("Đặng Thị Ánh", "Łukasz Żółć", "Œuvrard", "Ελένη", "Жуковский", "Ştefan Ňuñez", "ǅemal ẞ", "Zołc\u0301")
NOTICE = "Démonstration : document sans valeur"


def test_every_line_of_the_guide_is_printed_and_identity_and_epreuves_in_its_order() -> None:
    """On one A4 page with title, language and author."""
    printed = rendered(confirmation(saved(), Letterhead()))
    paper, page = text_of_pdf(printed.pdf), text_of_html(printed.html)
    assert [line for line in GUIDE if line not in paper or line not in page] == []
    assert "E2-A" not in paper + page, "sub-épreuves of E2 are not listed"
    start = 0
    for line in GUIDE[GUIDE.index("Nom d'usage :") :]:
        position = paper.find(line, start)
        assert position >= 0, f"« {line} » is out of order"
        start = position + len(line)
    reader = PdfReader(io.BytesIO(printed.pdf))
    assert len(reader.pages) == 1
    assert "Page 1 / 1" in paper
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata is not None
    assert reader.metadata.title == "Confirmation d'inscription - BREVET DE TECHNICIEN SUPERIEUR"
    assert reader.metadata.author == "ACADÉMIE DE BESANCON"
    assert str(reader.root_object["/Lang"]).startswith("fr")


def test_what_an_exam_does_not_ask_leaves_no_line_and_a_kept_mark_follows_its_position() -> None:
    unasked = dict.fromkeys(("specialite", "forme", "diplome", "etablissement", "categorie"))
    e3 = epreuve("E3", "Gestion", position="benefice", position_label="Bénéfice", mark="12,5", mode_label=None)
    event = with_confirmation(**unasked, vae=False)
    event = replace(event, epreuves=(e3,), pieces=(), saved_at="2021-10-31T01:01:00+00:00")
    text = text_of_html(html_of(confirmation(event, Letterhead())))
    assert "E3 - Gestion Bénéfice : 12,5/20" in text
    assert "Version : 1 du 31/10/2021 à 02:01" in text, "Paris time, after a change of hour"
    for label in ("Spécialité", "Forme de passage", "Diplôme", "Etablissement", "Catégorie", "VAE", "RENVOYER"):
        assert label not in text


def test_each_page_tells_its_number_and_how_many_there_are() -> None:
    many = tuple(epreuve(f"E{each}", f"Épreuve {each}", unit=f"U{each}") for each in range(1, 81))
    pages = PdfReader(io.BytesIO(pdf_of(confirmation(saved(epreuves=many), Letterhead())))).pages
    texts = [normal(page.extract_text()) for page in pages]
    assert "E80 - Épreuve 80" in texts[-1]
    assert [re.findall(r"Page \d+ / \d+", text) for text in texts] == [[f"Page {page} / 3"] for page in (1, 2, 3)]


def test_names_of_every_latin_country_greek_and_cyrillic_print_right_also_in_a_demonstration_which_says_so() -> None:
    names = identity(nom_famille=" ".join(NAMES), nom_usage="דוד", prenoms="Pi\u202eer\x00re\u2066\x1b")
    unusual = rendered(confirmation(saved(identity=names), Letterhead(notice=NOTICE)))
    paper, page = text_of_pdf(unusual.pdf), text_of_html(unusual.html)
    composed = [*NAMES[:-1], "Zołć"]
    for text in (paper, page):
        assert f"MONSIEUR {' '.join(composed)} Pierre" in text, "without what reorders or steers"
        assert NOTICE in text
    assert "Nom d'usage : \ufffd\ufffd\ufffd" in paper, "what has no glyph is shown as missing"
    assert "דוד" in page


@pytest.mark.parametrize("lines", range(23, 27))
def test_a_validation_stands_under_its_heading(lines: int) -> None:
    """Also where the foot of the page is near: however many épreuves precede it."""
    event = saved(
        epreuves=tuple(epreuve(f"E{number}", "Fondamentaux du droit") for number in range(lines)),
        validation=ONLINE,
        validated_at="2021-10-05T10:00:00+00:00",
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(confirmation(event, Letterhead())))).pages]
    (page,) = [page for page in pages if "Validation en ligne" in page]
    assert "par le candidat." in page


def test_where_it_is_validated_online_nothing_is_to_be_signed_or_sent_back() -> None:
    for validated_at, said in (
        (None, "A VALIDER EN LIGNE AVANT LE LUNDI 25 OCTOBRE 2021 12:00"),
        ("2021-10-05T10:00:00+00:00", "Validée en ligne le 05/10/2021 à 12:00 (heure de Paris) par le candidat."),
    ):
        sheet = confirmation(saved(validation=ONLINE, validated_at=validated_at), Letterhead())
        for text in (text_of_pdf(pdf_of(sheet)), text_of_html(html_of(sheet))):
            assert said in normal(text)
            assert "Signature" not in text
            assert "RENVOYER" not in text
