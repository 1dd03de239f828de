"""What the guide's tabs show and hold back."""

from dataclasses import replace

import pytest

from services.chassis.errors import NotFound
from services.registrations.domain import journey
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.forms import Field, Section
from services.registrations.domain.outcome import Incomplete
from tests.registrations.domain.bts import BTS, DOSSIER, PIERRE, details, typing, typing_all

EMPTY = replace(DOSSIER, answers={})
IDENTIFICATION, CANDIDATURE, QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES = 2, 3, 4, 5, 6, 7


def sections(dossier: Dossier, number: int) -> tuple[Section, ...]:
    form = journey.describe(dossier, number).form
    assert form
    return form.sections


def field(dossier: Dossier, number: int, name: str) -> Field:
    found = [one for section in sections(dossier, number) for one in section.fields if one.name == name]
    assert found, f"no field {name}"
    return found[0]


def pointers(dossier: Dossier, number: int) -> list[str]:
    return [one.pointer.removeprefix("#/") for one in journey.check(dossier, number)]


def test_the_nine_tabs_of_the_guide_in_order() -> None:
    assert [f"{tab.number} - {tab.title}" for tab in journey.tabs(EMPTY)] == [
        "1 - Candidatures précédentes",
        "2 - Identification",
        "3 - Informations candidature",
        "4 - Qualification présentée",
        "5 - Acquis",
        "6 - Diplôme possédé",
        "7 - Epreuves",
        "8 - Récapitulatif",
        "9 - N° Inscription",
    ]


@pytest.mark.parametrize("number", [0, 10, -1])
def test_a_tab_that_does_not_exist_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        journey.describe(DOSSIER, number)


def test_every_tab_can_be_described_empty_and_filled() -> None:
    for dossier in (EMPTY, DOSSIER):
        for tab in journey.tabs(dossier):
            assert journey.describe(dossier, tab.number).to_data()["title"] == tab.title


def test_identification_greys_the_accounts_data() -> None:
    greyed = [one.label for one in (f for s in sections(EMPTY, IDENTIFICATION) for f in s.fields) if one.disabled]
    assert greyed == [
        "Civilité",
        "Nom de famille",
        "Nom d'usage",
        "Prénoms",
        "Pays de naissance",
        "Date de naissance",
        "Département, DOM ou COM de naissance",
        "Commune de naissance",
        "Adresse mail",
    ]
    assert field(EMPTY, IDENTIFICATION, "departement_naissance").value == "010 - AUBE"


def test_what_is_posted_for_a_greyed_field_changes_nothing() -> None:
    forged = typing("identification", nom_famille="AUTRE")
    assert field(forged, IDENTIFICATION, "nom_famille").value == "DUBOIS"


def test_nationality_is_shown_by_civilite() -> None:
    madame = replace(DOSSIER, identity=replace(PIERRE, civilite="MADAME"))
    assert field(DOSSIER, IDENTIFICATION, "nationalite").options[0].label == "Français"
    assert field(madame, IDENTIFICATION, "nationalite").options[0].label == "Française"


def test_the_country_is_preset_to_france() -> None:
    country = field(EMPTY, IDENTIFICATION, "pays")
    assert country.value == "100"
    assert country.options[0].label == "FRANCE"


def test_born_abroad_has_no_departement() -> None:
    abroad = replace(PIERRE, pays_naissance="127", departement_naissance=None, commune_naissance="ROMA")
    names = [one.name for s in sections(replace(DOSSIER, identity=abroad), IDENTIFICATION) for one in s.fields]
    assert "departement_naissance" not in names
    assert journey.judge(replace(DOSSIER, identity=abroad)).confirmation.birthplace == "ROMA - ITALIE"


def test_what_is_missing_is_told_all_at_once() -> None:
    assert pointers(EMPTY, IDENTIFICATION) == ["nationalite", "pays", "adresse", "code_postal", "localite", "csp"]


def test_a_postal_code_proposes_communes() -> None:
    assert [one.label for one in field(DOSSIER, IDENTIFICATION, "localite").options] == ["BESANCON"]
    assert [one.value for one in journey.search(EMPTY, IDENTIFICATION, "localite", "25000", 5)] == ["BESANCON"]


def test_a_cedex_code_is_taken_as_it_is() -> None:
    cedex = typing("identification", code_postal="25030", localite="BESANCON CEDEX")
    assert pointers(cedex, IDENTIFICATION) == []
    assert journey.judge(cedex).confirmation.address[-1] == "25030 BESANCON CEDEX"


@pytest.mark.parametrize("code", ["2500", "25000A", "٢٥٠٠٠"])
def test_a_french_postal_code_has_five_digits(code: str) -> None:
    assert pointers(typing("identification", code_postal=code), IDENTIFICATION) == ["code_postal"]


def test_an_address_abroad_has_its_own_postal_code_and_names_its_country() -> None:
    abroad = typing("identification", pays="132", code_postal="SW1A 2AA", localite="London")
    assert pointers(abroad, IDENTIFICATION) == []
    assert journey.judge(abroad).confirmation.address[-1] == "ROYAUME-UNI"


@pytest.mark.parametrize("number", ["0623", "06234567890", "abc", "+33 1"])
def test_telephones_have_the_guides_formats(number: str) -> None:
    assert pointers(typing("identification", telephone_mobile=number), IDENTIFICATION) == ["telephone_mobile"]


def test_a_text_without_end_is_refused_and_kept_as_typed() -> None:
    long = typing("identification", adresse="a" * 5000)
    assert pointers(long, IDENTIFICATION) == ["adresse"]
    assert field(long, IDENTIFICATION, "adresse").value == "a" * 5000


def test_wrong_values_are_shown_again_as_they_were_typed() -> None:
    assert field(typing("identification", code_postal=" 25 "), IDENTIFICATION, "code_postal").value == " 25 "


def test_only_public_categories_are_offered() -> None:
    offered = field(EMPTY, CANDIDATURE, "categorie").options
    assert offered[0].label == "FORMATION CONTINUE (320)"
    assert "110" not in [one.value for one in offered]
    assert "categorie" in pointers(typing("candidature", categorie="110"), CANDIDATURE)


def test_consents_are_never_answered_beforehand_and_must_be() -> None:
    for name in ("consent_presse", "consent_collectivites"):
        assert field(EMPTY, CANDIDATURE, name).value is None
        assert name in pointers(EMPTY, CANDIDATURE)


def test_the_doctors_advice_comes_with_a_yes() -> None:
    asked = typing("candidature", handicap="oui")
    assert "médecin" in field(asked, CANDIDATURE, "handicap_conseil").label
    assert "handicap_conseil" not in [one.name for s in sections(DOSSIER, CANDIDATURE) for one in s.fields]
    assert journey.judge(asked).confirmation.handicap


@pytest.mark.parametrize(
    ("categorie", "codes"),
    [("320", ["0250013D", "0250099Z"]), ("410", ["CNED"]), ("510", ["INDIVIDUELS 025"])],
)
def test_establishments_are_searched_by_category_and_residence(categorie: str, codes: list[str]) -> None:
    found = journey.search(typing("candidature", categorie=categorie), CANDIDATURE, "etablissement", "", 10)
    assert [one.value for one in found] == codes


def test_an_establishment_of_another_kind_is_refused() -> None:
    [reason] = details(journey.check(typing("candidature", etablissement="CNED"), CANDIDATURE))
    assert "ne correspond pas à la catégorie FORMATION CONTINUE (320)" in reason


def test_without_a_script_what_was_typed_for_an_establishment_gives_proposals() -> None:
    typed = typing("candidature", etablissement="adrien")
    assert [one.value for one in field(typed, CANDIDATURE, "etablissement").options] == ["0250013D"]
    assert pointers(typed, CANDIDATURE) == ["etablissement"]


def test_an_establishment_chosen_is_shown_by_its_label() -> None:
    assert field(DOSSIER, CANDIDATURE, "etablissement").display == "LP P.ADRIEN PARIS - BESANCON (0250013D)"


@pytest.mark.parametrize("typed", ["banque", "CLIENTELE conseil", "31310"])
def test_a_specialite_is_found_by_its_words_or_code(typed: str) -> None:
    found = journey.search(EMPTY, QUALIFICATION, "specialite", typed, 5)
    assert found[0].label == "Banque - conseiller de clientèle (31310)"


def test_forms_of_passage_follow_the_category() -> None:
    individuel = typing("candidature", categorie="520")
    assert [one.label for one in field(DOSSIER, QUALIFICATION, "forme").options] == ["Globale", "Progressive"]
    assert [one.label for one in field(individuel, QUALIFICATION, "forme").options] == ["Globale"]


def test_a_derogation_opens_the_wished_form() -> None:
    asked = typing("qualification", derogation="oui")
    assert field(asked, QUALIFICATION, "forme_souhaitee").hint == "sous réserve de l'accord du recteur"
    assert pointers(asked, QUALIFICATION) == ["forme_souhaitee"]
    wished = typing("qualification", asked, forme_souhaitee="progressive")
    final = field(wished, QUALIFICATION, "forme_finale")
    assert (final.value, final.disabled) == ("Progressive (sous réserve de l'accord du recteur)", True)
    assert journey.judge(wished).confirmation.forme == final.value


def test_a_derogation_to_the_same_form_is_pointless() -> None:
    same = typing("qualification", derogation="oui", forme_souhaitee="globale")
    assert pointers(same, QUALIFICATION) == ["forme_souhaitee"]


def test_a_specialite_that_the_session_does_not_offer_is_refused() -> None:
    assert "specialite" in pointers(typing("qualification", specialite="99999"), QUALIFICATION)


def test_acquis_opens_the_fields_of_ticked_boxes_only() -> None:
    assert len(sections(EMPTY, ACQUIS)) == 1
    both = typing_all("acquis", {"vae": "oui"})
    assert len(sections(both, ACQUIS)) == 3
    assert field(both, ACQUIS, "vae-garder-E4-A").type == "checkbox"


def test_renouncing_is_recalled_where_units_are_unticked() -> None:
    assert "repasser" in journey.describe(typing("candidature", renoncement="oui"), ACQUIS).notices[0]


def test_epreuves_are_titled_as_in_the_guide() -> None:
    titles = [one.title for one in journey.describe(DOSSIER, EPREUVES).epreuves or ()]
    assert "E2 : Langue vivante 1 : Anglais : Inscrit" in titles
    assert "EF1 : Langue vivante 2 : Allemand : Inscrit" in titles
    assert "EF2 : Certification professionnelle : Non Inscrit" in titles


def test_mandatory_epreuves_are_fixed_and_facultatives_chosen() -> None:
    shown = {one.code: one for one in journey.describe(DOSSIER, EPREUVES).epreuves or ()}
    assert [code for code, one in shown.items() if one.position] == ["EF1", "EF2", "EF3"]
    assert [code for code, one in shown.items() if one.option] == ["E2", "EF1"]
    assert {one.group for code, one in shown.items() if code.startswith("EF")} == {"facultatives"}


def test_the_progressive_form_lets_units_be_chosen() -> None:
    dossier = typing("qualification", forme="progressive")
    free = [one.code for one in journey.describe(dossier, EPREUVES).epreuves or () if one.position]
    assert free == ["E1", "E2", "E3", "E4-A", "E4-B", "E5", "C-ANGL", "EF1", "EF2", "EF3"]


def test_a_language_must_be_chosen_where_one_is_sat() -> None:
    assert pointers(typing("epreuves", option__E2=""), EPREUVES) == ["option-E2"]
    assert pointers(typing("epreuves", option__E2="klingon"), EPREUVES) == ["option-E2"]


def test_a_position_that_cannot_be_had_is_refused() -> None:
    assert pointers(typing("epreuves", position__E1="benefice"), EPREUVES) == ["position-E1"]
    assert pointers(typing("epreuves", position__EF2="dispense"), EPREUVES) == ["position-EF2"]


def test_an_establishment_habilite_for_ccf_changes_the_modes() -> None:
    lines = journey.recap(typing("candidature", etablissement="0250099Z")).epreuves
    modes = {line.code: line.mode_label for line in lines}
    assert modes["E3"] == "Contrôle en cours de formation (CCF)"
    assert modes["E1"] == "Ponctuel"


def test_an_incomplete_dossier_tells_every_reason_with_its_tab() -> None:
    with pytest.raises(Incomplete) as raised:
        journey.judge(EMPTY)
    tabs = raised.value.extra["tabs"]
    assert [tab["number"] for tab in tabs] == [2, 3, 4, 6]
    assert len(raised.value.errors) == sum(len(tab["errors"]) for tab in tabs)


def test_the_recap_of_an_empty_dossier_has_empty_values() -> None:
    told = journey.recap(EMPTY)
    assert told.epreuves == ()
    assert told.sections[0].title == "Qualification présentée"


def test_a_modification_of_the_exams_texts_is_used() -> None:
    own = replace(BTS, texts={**BTS.texts, "handicap_advice": ("Voyez un médecin.",)})
    asked = typing("candidature", replace(DOSSIER, exam=own), handicap="oui")
    assert field(asked, CANDIDATURE, "handicap_conseil").label == "Voyez un médecin."


@pytest.mark.parametrize(
    "hostile", ["\x00\x1b[2J", "<script>alert(1)</script>", "'; DROP TABLE x;--", "‮evil", ["a"], []]
)
def test_hostile_answers_never_break_a_tab(hostile: object) -> None:
    names = {one.name for number in range(1, 10) for one in _all_fields(number)} | {"position-E1", "option-E2"}
    for tab in BTS.tabs:
        answers = {**DOSSIER.answers, tab.name: dict.fromkeys(names, hostile)}
        dossier = replace(DOSSIER, answers=answers)  # type: ignore[arg-type]
        journey.check_all(dossier)
        journey.recap(dossier)
        for number in range(1, 10):
            journey.describe(dossier, number).to_data()


def _all_fields(number: int) -> tuple[Field, ...]:
    form = journey.describe(DOSSIER, number).form
    return form.fields() if form else ()


def test_towns_of_the_academie_are_proposed_while_no_postal_code_is_known() -> None:
    found = [one.label for one in journey.search(EMPTY, IDENTIFICATION, "localite", "besanç", 5)]
    assert found[0] == "BESANCON"
    assert journey.search(EMPTY, IDENTIFICATION, "localite", "", 5) == ()


def test_words_typed_in_a_search_stay_visible_while_nothing_is_chosen() -> None:
    assert field(typing("qualification", specialite="banqu"), QUALIFICATION, "specialite").display == "banqu"


def test_the_only_form_of_a_category_is_chosen_already() -> None:
    individuel = typing("candidature", replace(EMPTY, answers={}), categorie="520")
    assert field(individuel, QUALIFICATION, "forme").value == "globale"
    assert field(individuel, QUALIFICATION, "forme_finale").value == "Globale"


def test_a_field_without_a_search_proposes_nothing() -> None:
    assert journey.search(DOSSIER, IDENTIFICATION, "nationalite", "fr", 5) == ()
    assert journey.search(DOSSIER, DIPLOMA, "diplome", "bac", 5) == ()


def test_the_first_language_is_not_offered_as_the_second() -> None:
    shown = {one.code: one.option for one in journey.describe(DOSSIER, EPREUVES).epreuves or ()}
    first, second = shown["E2"], shown["EF1"]
    assert first
    assert second
    assert "anglais" in [one.value for one in first.options]
    assert [one.value for one in second.options] == ["allemand", "espagnol", "italien"]


def test_mistakes_are_told_in_the_order_of_the_fields() -> None:
    wrong = typing("identification", EMPTY, code_postal="25", telephone_mobile="12ab")
    order = [one.name for section in sections(wrong, IDENTIFICATION) for one in section.fields]
    told = [order.index(name) for name in pointers(wrong, IDENTIFICATION)]
    assert len(told) > 3
    assert told == sorted(told)
