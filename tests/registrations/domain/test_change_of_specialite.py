"""Another spécialité: choices and acquis of the épreuves of the one before fall away, and the pages say which."""

from dataclasses import replace

from services.registrations.domain import registration_form
from services.registrations.domain.change_of_specialite import carried_answers
from services.registrations.domain.dossier import Dossier
from tests.registrations.domain.example_dossier import with_answers, with_tab_answers
from tests.registrations.domain.tab_reading import ACQUIS, EPREUVES, position

PROGRESSIVE = with_answers("qualification", forme="progressive")
CHOSEN = with_tab_answers("epreuves", {"position-E1": "non_inscrit", "position-E3": "non_inscrit"}, PROGRESSIVE)
DISPENSED = {"diplome": "oui", "diplome-titre": "dut", "diplome-garder-E1": "oui", "diplome-garder-E5": "oui"}
SHOWN = {"diplome-montrees": "E1 E5", "diplome-economie_droit": "oui"}
DECLARED = with_tab_answers("acquis", {"meme_bts-note-E3": "12", "meme_bts-garder-E3": "oui", **DISPENSED, **SHOWN})


def changed(before: Dossier, specialite: str) -> Dossier:
    """The candidate chooses another spécialité."""
    after = with_answers("qualification", before, specialite=specialite)
    return replace(after, answers=carried_answers(before, after))


def notices(dossier: Dossier, number: int) -> list[str]:
    return [text for text in registration_form.tab_view(dossier, number).notices if "repris" in text]


def test_choices_for_epreuves_that_the_new_specialite_has_not_got_fall_away_by_name() -> None:
    mco = changed(CHOSEN, "31213")
    assert mco.answers["epreuves"].keys() == {"position-E1", "non_repris"}, "E2 is another épreuve of that code"
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
    assert acquis["diplome-garder-E1"] == "oui"
    assert "diplome-garder-E5" not in acquis
    assert acquis["diplome-montrees"] == "E1", "those of the new spécialité are proposed"
    assert not any(name.startswith("meme_bts") for name in acquis)
    assert [text.partition(" » ")[0] for text in notices(mco, ACQUIS)] == [
        "Vos acquis pour « E3 - Gestion de la relation client : Bénéfice (12/20)",
        "Vos acquis pour « E5 - Env.éco.jur.orga.activ.bancai. : Dispensé",
    ]


def test_a_specialite_cleared_and_chosen_again_costs_nothing_and_another_as_much_as_at_once() -> None:
    cleared = changed(CHOSEN, "")
    assert changed(cleared, "31310").answers == CHOSEN.answers
    assert changed(cleared, "31213").answers["epreuves"] == changed(CHOSEN, "31213").answers["epreuves"]


def test_what_fell_away_is_told_again_before_enregistrer_and_leaves_the_tab_to_do() -> None:
    mco = changed(CHOSEN, "31213")
    assert registration_form.tab_states(mco, 1)[EPREUVES - 1].state == "todo"
    assert len([text for text in registration_form.tab_view(mco, 9).notices if "ne sont pas repris" in text]) == 4
    asked = registration_form.without_unasked_answers(mco)
    assert notices(asked, EPREUVES) == [], "a saved version has no such sentence"
