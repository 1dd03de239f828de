"""Help for candidates who know no code, and what a change of spécialité leaves behind."""

from dataclasses import replace

import pytest

from services.chassis.errors import NotFound
from services.contracts.api.drafts import AskedPiece
from services.registrations.domain import registration_form, specialites
from services.registrations.domain.change_of_specialite import carried_answers
from services.registrations.domain.conditions import Condition, Test
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Item
from tests.registrations.domain.example_dossier import BANQUE, DOSSIER, MCO, with_answers
from tests.registrations.domain.tab_reading import (
    ACQUIS,
    CANDIDATURE,
    EPREUVES,
    QUALIFICATION,
    field,
    found,
    position,
)

COMMERCE = Item("commerce", "Commerce et vente", tags=("vendeur", "magasin"))
FINANCE = Item("finance", "Banque, assurance, immobilier")
NAMED = (
    replace(BANQUE, domain="finance", last_session=2025, replaced_by="Banque (31313)"),
    replace(MCO, acronym="MCO", domain="commerce"),
    replace(BANQUE, code="31311", label="Assurance", domain="finance"),
)


def at_session(year: int, *offered: str) -> Dossier:
    """The example's dossier, in a session that offers these of the three spécialités."""
    exam = replace(
        DOSSIER.exam,
        specialites=NAMED,
        lists={**DOSSIER.exam.lists, "domaines": (COMMERCE, FINANCE)},
    )
    return replace(
        DOSSIER, exam=exam, session=replace(DOSSIER.session, year=year, specialites=offered)
    )


ALL = at_session(2022, "31310", "31213", "31311")
NO_BANQUE = at_session(2027, "31213", "31311")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("MCO", ["31213"]),
        ("bts mco", ["31213"]),
        ("Opérationnels", ["31213"]),
        ("management DE LA operationnel", ["31213"]),
        ("vendeur", ["31213"]),
        ("31311", ["31311"]),
        ("banque", ["31310", "31311"]),
        ("Assurance", ["31311", "31310"]),
        ("CLIENTELE conseil", ["31310"]),
        ("astronomie", []),
    ],
)
def test_a_specialite_answers_to_its_acronym_its_words_and_those_of_its_domain(
    typed: str, codes: list[str]
) -> None:
    assert found(ALL, QUALIFICATION, "specialite", typed) == codes


def test_a_specialite_of_another_session_is_said_to_be_one_with_what_replaces_it() -> None:
    def advice(dossier: Dossier, typed: str) -> str:
        return registration_form.search_advice(dossier, QUALIFICATION, "specialite", typed) or ""

    assert "jusqu'à la session 2025 ; elle est remplacée par Banque (31313), que" in advice(
        NO_BANQUE, " Banque "
    )
    assert found(NO_BANQUE, QUALIFICATION, "specialite", "Banque") == ["31311"], (
        "those of its domain"
    )
    offered = replace(NAMED[0], replaced_by="Assurance (31311)")
    succeeded = replace(NO_BANQUE, exam=replace(NO_BANQUE.exam, specialites=(offered, *NAMED[1:])))
    assert "elle est remplacée par Assurance (31311). Voici" in advice(succeeded, "banque")
    assert advice(NO_BANQUE, "astronomie").endswith(
        "Pour les voir toutes : « Parcourir les spécialités »."
    )
    assert field(NO_BANQUE, QUALIFICATION, "specialite").browse == "Parcourir les spécialités (2)"
    assert {advice(NO_BANQUE, typed) for typed in ("MCO", "assurance", "31311", "", "bts")} == {""}
    with pytest.raises(NotFound):
        specialites.requirements(NO_BANQUE, "31310")


def test_specialites_are_browsed_by_domain_in_the_catalogues_order_those_without_one_last() -> None:
    shown = [
        (domain.label, [each.code for each in domain.specialites])
        for domain in specialites.by_domain(ALL)
    ]
    assert shown == [
        ("Commerce et vente", ["31213"]),
        ("Banque, assurance, immobilier", ["31311", "31310"]),
    ]
    assert [domain.label for domain in specialites.by_domain(DOSSIER)] == ["Autres spécialités"]


def test_what_a_specialite_asks_is_told_before_it_is_chosen() -> None:
    known = specialites.requirements(replace(ALL, answers={}), "31213")
    assert known.specialite.acronym == "MCO"
    assert [epreuve.code for epreuve in known.epreuves if epreuve.parent == "E2"] == ["E21", "E22"]
    before, answered = (
        {
            piece.label.partition(" ")[0]: piece.certain
            for piece in specialites.requirements(of, "31213").pieces
        }
        for of in (replace(ALL, answers={}), ALL)
    )
    assert (before["CINSIG03"], before["NATIDE06"]) == (True, True)
    assert (before["BTSETAS4"], answered["BTSETAS4"]) == (
        False,
        True,
    ), "formation continue, once it is known"
    assert "BTSCNED1" not in answered, "not at a distance"


def test_a_piece_that_a_specialite_asks_for_is_certain_before_it_is_chosen() -> None:
    asked = {
        code: pieces_asked_if(Test("fact:specialite", "is", "31213"), code)
        for code in ("31213", "31311")
    }
    assert [piece.certain for piece in asked["31213"]] == [True]
    assert (
        asked["31311"] == pieces_asked_if(Test("epreuve:NOWHERE", "is", "inscrit"), "31213") == ()
    )


def pieces_asked_if(condition: Condition, specialite: str) -> tuple[AskedPiece, ...]:
    """Of an exam with one piece, which is asked for under this condition."""
    rule = replace(ALL.exam.pieces[0], code="PIECE", when=condition)
    asking = replace(
        ALL,
        exam=replace(ALL.exam, pieces=(rule,)),
        session=replace(ALL.session, pieces=("PIECE",)),
    )
    return specialites.requirements(asking, specialite).pieces


def living_in(code_postal: str, categorie: str) -> Dossier:
    nowhere = with_answers("candidature", categorie=categorie, etablissement="")
    return with_answers("identification", nowhere, code_postal=code_postal)


def proposed(dossier: Dossier) -> list[tuple[str, str]]:
    shown = field(dossier, CANDIDATURE, "etablissement")
    return [(proposal["sentence"], proposal["value"]) for proposal in shown.proposals]


def test_without_a_school_a_button_proposes_what_stands_in_for_one() -> None:
    aube = ("Je me présente en candidat individuel de l'Aube", "INDIVIDUELS 010")
    doubs = ("Je me présente en candidat individuel du Doubs", "INDIVIDUELS 025")
    assert proposed(living_in("10000", "510")) == proposed(living_in("10000", "520")) == [aube], (
        "of the residence"
    )
    assert proposed(living_in("", "510")) == [doubs], "of the académie, while no address is known"
    assert proposed(living_in("10000", "410")) == [("J'étudie avec le CNED", "CNED")]
    assert proposed(DOSSIER) == [], "a school that fits is chosen"
    assert proposed(with_answers("candidature", categorie="410")) != [], (
        "a school does not fit this category"
    )
    individuel = with_answers(
        "candidature", living_in("10000", "510"), etablissement="INDIVIDUELS 010"
    )
    assert (
        field(individuel, CANDIDATURE, "etablissement").hint
        == "INDIVIDUELS 010 : candidats individuels de l'Aube"
    )


def test_the_schools_of_the_own_departement_are_proposed_where_they_are_few_and_each_once() -> None:
    near = living_in("25000", "320")
    far = living_in("10000", "320")
    assert [value for _, value in proposed(near)] == ["0250013D", "0250099Z"]
    assert proposed(far) == []
    assert found(near, CANDIDATURE, "etablissement", "nowhere") == []
    assert found(DOSSIER, CANDIDATURE, "etablissement", "nowhere") == [
        "0250013D",
        "0250099Z",
    ], "without a button"
    advice = registration_form.search_advice(far, CANDIDATURE, "etablissement", "Troyes")
    assert str(advice).startswith(
        "Aucun établissement ne correspond à « Troyes ». Voici ceux de votre académie."
    )
    assert registration_form.search_advice(near, CANDIDATURE, "etablissement", "besancon") is None


@pytest.mark.parametrize(
    ("categorie", "code", "typed"),
    [
        ("510", "INDIVIDUELS 010", "Troyes"),
        ("510", "INDIVIDUELS 010", "lycée"),
        ("410", "CNED", "lycée"),
    ],
)
def test_whatever_is_typed_without_a_school_leads_to_the_right_answer(
    categorie: str, code: str, typed: str
) -> None:
    dossier = living_in("10000", categorie)
    assert found(dossier, CANDIDATURE, "etablissement", typed) == [code]
    advice = registration_form.search_advice(dossier, CANDIDATURE, "etablissement", typed)
    assert str(advice).startswith("Avec cette catégorie")


PROGRESSIVE = with_answers("qualification", forme="progressive")
CHOSEN = with_answers(
    "epreuves", PROGRESSIVE, position__E1="non_inscrit", position__E3="non_inscrit"
)
DISPENSED = {
    "diplome": "oui",
    "diplome-titre": "dut",
    "diplome-garder-E1": "oui",
    "diplome-garder-E5": "oui",
}
SHOWN = {"diplome-montrees": "E1 E5", "diplome-economie_droit": "oui"}
DECLARED = with_answers(
    "acquis", meme_bts__note__E3="12", meme_bts__garder__E3="oui", **DISPENSED, **SHOWN
)


def changed(before: Dossier, specialite: str) -> Dossier:
    """The candidate chooses another spécialité."""
    after = with_answers("qualification", before, specialite=specialite)
    return replace(after, answers=carried_answers(before, after))


def notices(dossier: Dossier, number: int) -> list[str]:
    return [
        text for text in registration_form.tab_view(dossier, number).notices if "repris" in text
    ]


def test_choices_for_epreuves_that_the_new_specialite_has_not_got_fall_away_by_name() -> None:
    mco = changed(CHOSEN, "31213")
    assert mco.answers["epreuves"].keys() == {
        "position-E1",
        "non_repris",
    }, "E2 is another épreuve of that code"
    assert position(mco, "E1") == "Non Inscrit", "both have this one"
    of_another = "vous les aviez faits pour une autre spécialité."
    assert notices(mco, EPREUVES) == [
        f"Vos choix pour « {choice} » ne sont pas repris : {of_another}"
        for choice in (
            "E2 : Langue vivante 1 : Anglais : Inscrit",
            "E3 : Gestion de la relation client : Non Inscrit",
            "EF1 : Langue vivante 2 : Allemand : Inscrit",
            "EF3 : Engagement étudiant : Inscrit",  # EF4 there
        )
    ]


def test_acquis_of_this_bts_fall_away_whole_and_of_other_titles_by_unit() -> None:
    mco = changed(DECLARED, "31213")
    acquis = mco.answers["acquis"]
    assert (acquis["diplome-garder-E1"], "diplome-garder-E5" in acquis) == ("oui", False)
    assert acquis["diplome-montrees"] == "E1", "those of the new spécialité are proposed"
    assert not any(name.startswith("meme_bts") for name in acquis)
    lost = (
        "E3 - Gestion de la relation client : Bénéfice (12/20)",
        "E5 - Env.éco.jur.orga.activ.bancai. : Dispensé",
    )
    assert [text.partition(" » ")[0] for text in notices(mco, ACQUIS)] == [
        f"Vos acquis pour « {unit}" for unit in lost
    ]


def test_a_specialite_chosen_again_costs_nothing_and_another_as_much_as_at_once() -> None:
    cleared = changed(CHOSEN, "")
    assert changed(cleared, "31310").answers == CHOSEN.answers
    assert (
        changed(cleared, "31213").answers["epreuves"]
        == changed(CHOSEN, "31213").answers["epreuves"]
    )


def test_what_fell_away_is_told_again_before_enregistrer_and_leaves_the_tab_to_do() -> None:
    mco = changed(CHOSEN, "31213")
    assert registration_form.tab_states(mco, 1)[EPREUVES - 1].state == "todo"
    assert (
        len(
            [
                text
                for text in registration_form.tab_view(mco, 9).notices
                if "ne sont pas repris" in text
            ]
        )
        == 4
    )
    asked = registration_form.without_unasked_answers(mco)
    assert notices(asked, EPREUVES) == [], "a saved version has no such sentence"
