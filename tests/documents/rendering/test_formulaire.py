import dataclasses

from services.documents.rendering.formulaire import form_offered, formulaire
from services.documents.rendering.pdf_and_html import html_of
from services.documents.rendering.sheet import Letterhead
from tests.documents.example_events import FORM, saved
from tests.documents.text_extraction import text_of_html


def test_a_form_is_filled_in_with_the_candidates_data_and_leaves_its_blanks() -> None:
    text = text_of_html(html_of(formulaire(saved(), FORM, Letterhead())))
    for expected in (
        "DEMANDE DE RECONNAISSANCE DE L'ENGAGEMENT ÉTUDIANT",
        "N° candidat : 62141027040",
        "Candidat : MONSIEUR DUBOIS Pierre",
        "Né(e) le : 01/01/2002",
        "A : TROYES - 010",
        "Tél : 06 06 06 06 06",
        "Spécialité : Banque - conseiller de clientèle (31310)",
        *FORM.paragraphs,
        *(f"{label} :" for label in FORM.blanks),
        "Signature du candidat :",
    ):
        assert expected in text


def test_blanks_to_sign_in_are_boxes_and_are_not_asked_twice() -> None:
    form = dataclasses.replace(FORM, blanks=("Période", "Fait à, le", "Signature du candidat"))
    text = text_of_html(html_of(formulaire(saved(), form, Letterhead())))
    assert text.count("Signature du candidat :") == 1
    assert "Fait à, le :" in text
    assert "Date :" not in text


def test_only_forms_offered_to_the_candidature_exist() -> None:
    assert form_offered(saved(), "ENGAGEMENT") == FORM
    assert form_offered(saved(), "AUTRE") is None
    assert form_offered(saved(forms=()), "ENGAGEMENT") is None
