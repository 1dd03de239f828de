from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.components.fields import count_of, error_target, messages_for, read_field
from gateway.components.posted_searches import without_outdated_choices
from tests.gateway.components.html_checks import text_of

FORM_FIELD = '{% from "components/form_field.html" import form_field %}{{ form_field(field, errors) }}'
Render = Callable[..., Any]


def test_a_field_has_the_same_id_wherever_it_is_shown() -> None:
    assert read_field({"name": "position-EF1"}).id == "champ-position-EF1"


def test_a_pointer_leads_to_its_field() -> None:
    assert error_target({"pointer": "#/nom"}) == "nom"
    assert error_target({"pointer": "#/adresse/voie"}) == "adresse.voie"
    assert error_target({"pointer": "#/"}) is None


def test_an_error_may_be_an_object_as_well_as_json() -> None:
    @dataclass
    class FieldError:
        pointer: str
        detail: str

    assert messages_for([FieldError("#/nom", "Manquant")], "nom") == ["Manquant"]


def test_zero_is_singular_in_french() -> None:
    assert [count_of(n, "erreur") for n in (0, 1, 2)] == ["0 erreur", "1 erreur", "2 erreurs"]


def test_the_name_of_a_control_is_its_label_with_a_star_when_required(rendered: Render) -> None:
    page = rendered(
        FORM_FIELD, field={"name": "nom", "label": "Nom de famille", "hint": "(Nom de naissance)", "required": True}
    )
    assert text_of(page.xpath("//label[@for='champ-nom']")[0]) == "Nom de famille *"
    assert text_of(page.xpath("//*[@id='champ-nom-aide']")[0]) == "(Nom de naissance)"
    assert "champ-nom-aide" in page.xpath("//input/@aria-describedby")[0].split()


def test_an_error_is_tied_to_its_control(rendered: Render) -> None:
    page = rendered(
        FORM_FIELD, field={"name": "nom", "label": "Nom"}, errors=[{"pointer": "#/nom", "detail": "Manquant"}]
    )
    described = page.xpath("//input/@aria-describedby")[0].split()
    assert page.xpath("//input/@aria-invalid") == ["true"]
    assert any(text_of(page.xpath(f"//*[@id='{identifier}']")[0]) == "Manquant" for identifier in described)


def test_dates_and_numbers_keep_what_was_typed_right_or_not(rendered: Render) -> None:
    for kind in ("date", "number", "text"):
        page = rendered(FORM_FIELD, field={"name": "n", "label": "N", "type": kind, "value": "30/05/19xx"})
        assert page.xpath("//input/@type") == ["text"], kind
        assert page.xpath("//input/@value") == ["30/05/19xx"], kind


def test_a_password_is_never_given_back(rendered: Render) -> None:
    page = rendered(FORM_FIELD, field={"name": "p", "label": "Mot de passe", "type": "password", "value": "Secret.123"})
    assert page.xpath("//input[@type='password']/@value") == []
    assert page.xpath("//input[@type='password']/@maxlength") == []


def test_yes_or_no_is_never_ticked_before_the_candidate_does_and_an_error_leads_to_its_first_choice(
    rendered: Render,
) -> None:
    page = rendered(FORM_FIELD, field={"name": "presse", "label": "J'accepte", "type": "yes_no"})
    assert [text_of(label) for label in page.xpath("//label")] == ["Oui", "Non"]
    assert page.xpath("//input[@checked]") == []
    assert page.xpath("//*[@id='champ-presse']/@value") == ["oui"]


def test_a_list_is_native_and_begins_with_nothing_chosen(rendered: Render) -> None:
    options = [
        {"value": "a", "label": "A", "group": "G"},
        {"value": "b", "label": "B", "group": "G"},
        {"value": "c", "label": "C"},
    ]
    page = rendered(FORM_FIELD, field={"name": "d", "label": "D", "type": "select", "options": options, "value": "b"})
    assert text_of(page.xpath("//select/option[@value='']")[0]) == "Sélectionnez une valeur"
    assert page.xpath("//optgroup[@label='G']/option/@value") == ["a", "b"]
    assert page.xpath("//option[@selected]/@value") == ["b"]


def test_a_choice_is_shown_as_it_was_written_and_chosen_where_it_was_chosen(rendered: Render) -> None:
    options = [{"value": '"><b>', "label": "<i>L'Haÿ & Cie</i>"}, {"value": "b", "label": "B", "disabled": True}]
    for value, selected in (('"><b>', ['"><b>']), ("b", ["b"]), ("", [])):
        page = rendered(
            FORM_FIELD, field={"name": "d", "label": "D", "type": "select", "options": options, "value": value}
        )
        assert [text_of(option) for option in page.xpath("//option[@value!='']")] == ["<i>L'Haÿ & Cie</i>", "B"]
        assert page.xpath("//option[@selected]/@value") == selected
        assert page.xpath("//option[@disabled]/@value") == ["b"]


def test_hostile_text_stays_text(rendered: Render) -> None:
    hostile = '"><script>alert(1)</script>'
    page = rendered(
        FORM_FIELD,
        field={"name": "n", "label": hostile, "hint": hostile, "value": hostile},
        errors=[{"pointer": "#/n", "detail": hostile}],
    )
    assert page.xpath("//script") == []
    assert page.xpath("//input/@value") == [hostile]


def test_a_search_keeps_its_value_apart_from_the_words(rendered: Render) -> None:
    field = {"name": "commune", "label": "Commune", "type": "search", "value": "10387", "display": "TROYES"}
    page = rendered(FORM_FIELD, field=field)
    assert page.xpath("//input[@name='commune']/@value") == ["10387"]
    assert page.xpath("//input[@name='commune-texte']/@value") == ["TROYES"]


def test_a_search_asks_the_page_s_own_address_for_its_field() -> None:
    spec = read_field({"name": "commune", "type": "search"}, "/inscription/4/onglets/2/recherche?v=1")
    assert spec.search_url == "/inscription/4/onglets/2/recherche?v=1&field=commune"


def test_a_value_goes_when_its_words_were_changed() -> None:
    posted = {"commune": ["14118"], "commune-affiche": ["CAEN"], "commune-texte": ["REIMS"]}
    assert without_outdated_choices(posted) == {"commune": [""], "commune-texte": ["REIMS"]}


def test_a_value_stays_when_its_words_did() -> None:
    posted = {"commune": ["14118"], "commune-affiche": ["CAEN"], "commune-texte": ["CAEN "]}
    assert without_outdated_choices(posted) == {"commune": ["14118"], "commune-texte": ["CAEN "]}


def test_a_choice_among_results_needs_no_words_of_its_own() -> None:
    posted = {"commune": ["51454"], "commune-texte": ["rei"], "acquis": ["a", "b"]}
    assert without_outdated_choices(posted) == posted
