import dataclasses

from services.documents.rendering.pdf_and_html import html_of
from services.documents.rendering.piece_sheets import demande, formulaire
from services.documents.rendering.sheet import Banner, Letterhead, Table
from tests.documents.example_events import FORM, PIECES, piece, saved
from tests.documents.text_extraction import text_of_html

GUIDE = (
    "A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59 (heure/Paris)",
    "CINSIG03 : Confirmation d'inscription signée",
    "NATIDE06 : Document justifiant l'identité",
    "BTSETAS4 : Attestation de formation du centre de formation - formation continue",
    "BTSEE-EF3 : Demande de reconnaissance de l'engagement étudiant (formulaire à compléter)",
    "BTSLIVCOMP : Livret de compétences",
    "BTSPRESENT-BQ : Attestation de présence en entreprise",
)


def test_the_guides_pieces_are_asked_for_in_its_words_and_order() -> None:
    text = text_of_html(html_of(demande(saved(), Letterhead())))
    places = [text.find(sentence) for sentence in GUIDE]
    assert -1 not in places
    assert places == sorted(places)


def test_pieces_are_grouped_by_deadline_then_by_regroupement() -> None:
    late = piece("BTSSTAGE1", "Attestation de stage", "Dossier épreuve", deposit_closes="2021-12-01T11:00:00+00:00")
    blocks = demande(saved(pieces=(late, *PIECES)), Letterhead()).blocks
    shown = [
        block.text[-40:] if isinstance(block, Banner) else block.caption
        for block in blocks
        if isinstance(block, Banner | Table)
    ]
    groups = ["Confirmation d'inscription", "Nationalité", "Conditions réglementaires", "Dossier épreuve"]
    ends = ("dimanche 31 octobre 2021 23:59 (heure/Paris)", "mercredi 01 décembre 2021 12:00 (heure/Paris)")
    assert shown == [ends[0][-40:], *groups, ends[1][-40:], "Dossier épreuve"]
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    assert [row[1] for row in rows] == ["Obligatoire"] * 5 + ["Facultative", "Obligatoire"]


def test_with_nothing_to_deposit_it_says_so_below_the_text_of_the_event() -> None:
    event = saved(pieces=(), demande_text=("Premier paragraphe.", "Second paragraphe."))
    text = text_of_html(html_of(demande(event, Letterhead())))
    assert "Premier paragraphe. Second paragraphe." in text
    assert "Aucune pièce justificative n'est demandée pour cette candidature." in text
    assert "A déposer" not in text


def test_a_form_is_filled_in_with_the_candidates_data_and_leaves_its_blanks() -> None:
    text = text_of_html(html_of(formulaire(saved(), FORM, Letterhead())))
    own = ("N° candidat : 62141027040", "Candidat : MONSIEUR DUBOIS Pierre", "Né(e) le : 01/01/2002", "06 06 06 06 06")
    for expected in (*own, *FORM.paragraphs, *(f"{label} :" for label in FORM.blanks), "Signature du candidat :"):
        assert expected in text


def test_blanks_to_sign_in_are_boxes_and_are_not_asked_twice() -> None:
    form = dataclasses.replace(FORM, blanks=("Période", "Fait à, le", "Signature du candidat"))
    text = text_of_html(html_of(formulaire(saved(), form, Letterhead())))
    assert text.count("Signature du candidat :") == 1
    assert "Fait à, le :" in text
    assert "Date :" not in text
