from collections.abc import Callable
from typing import Any

import pytest

from gateway.components.fields import count_of, error_target
from gateway.posted_forms import without_outdated_choices
from tests.gateway.components.html_checks import text_of

Shown = Callable[..., Any]


@pytest.fixture
def shown(rendered: Callable[..., Any]) -> Shown:
    """Give `shown(field)` or `shown(field, mistake)`: the page of one field, and of a mistake in it."""

    def show(field: dict[str, Any], mistake: str = "") -> Any:
        errors = [{"pointer": f"#/{field['name']}", "detail": mistake}] if mistake else []
        return rendered("form_field.html:form_field(field, errors)", field={"label": "N", **field}, errors=errors)

    return show


def test_a_pointer_leads_to_its_field() -> None:
    assert error_target({"pointer": "#/nom"}) == "nom"
    assert error_target({"pointer": "#/adresse/voie"}) == "adresse.voie"
    assert error_target({"pointer": "#/"}) is None


def test_zero_is_singular_in_french() -> None:
    assert [count_of(n, "erreur") for n in (0, 1, 2)] == ["0 erreur", "1 erreur", "2 erreurs"]
    assert count_of(17035, "pièce") == "17\u202f035 pièces"


def test_a_control_is_named_by_its_label_with_a_star_when_required_and_tied_to_its_hint_and_error(shown: Shown) -> None:
    field = {"name": "nom", "label": "Nom de famille", "hint": "(Nom de naissance)", "required": True}
    page = shown(field, "Manquant")
    assert text_of(page.xpath("//label[@for='champ-nom']")[0]) == "Nom de famille *"
    assert text_of(page.xpath("//*[@id='champ-nom-aide']")[0]) == "(Nom de naissance)"
    described = page.xpath("//input/@aria-describedby")[0].split()
    assert "champ-nom-aide" in described
    assert page.xpath("//input/@aria-invalid") == ["true"]
    assert any(text_of(page.xpath(f"//*[@id='{identifier}']")[0]) == "Manquant" for identifier in described)


def test_dates_and_numbers_keep_what_was_typed_right_or_not(shown: Shown) -> None:
    for kind in ("date", "number", "text"):
        page = shown({"name": "n", "type": kind, "value": "30/05/19xx"})
        assert (page.xpath("//input/@type"), page.xpath("//input/@value")) == (["text"], ["30/05/19xx"]), kind


def test_a_password_is_never_given_back(shown: Shown) -> None:
    page = shown({"name": "p", "type": "password", "value": "Secret.123"})
    assert page.xpath("//input[@type='password']/@value") == []
    assert page.xpath("//input[@type='password']/@maxlength") == []


def test_yes_or_no_is_never_ticked_beforehand_and_an_error_leads_to_its_first_choice(shown: Shown) -> None:
    page = shown({"name": "presse", "type": "yes_no"})
    assert [text_of(label) for label in page.xpath("//label")] == ["Oui", "Non"]
    assert page.xpath("//input[@checked]") == []
    assert page.xpath("//*[@id='champ-presse']/@value") == ["oui"]


def test_a_list_is_native_begins_with_nothing_chosen_and_shows_a_choice_as_it_was_written(shown: Shown) -> None:
    hostile = '"><b>'
    options = [
        {"value": hostile, "label": "<i>L'Haÿ & Cie</i>", "group": "G"},
        {"value": "b", "label": "B", "group": "G", "disabled": True},
        {"value": "c", "label": "C"},
    ]
    for value, selected in ((hostile, [hostile]), ("b", ["b"]), ("c", ["c"]), ("", [])):
        page = shown({"name": "d", "type": "select", "options": options, "value": value})
        assert text_of(page.xpath("//select/option[@value='']")[0]) == "Sélectionnez une valeur"
        assert [text_of(option) for option in page.xpath("//option[@value!='']")] == ["<i>L'Haÿ & Cie</i>", "B", "C"]
        assert page.xpath("//optgroup[@label='G']/option/@value") == [hostile, "b"]
        assert page.xpath("//option[@selected]/@value") == selected
        assert page.xpath("//option[@disabled]/@value") == ["b"]


def test_hostile_text_stays_text(shown: Shown) -> None:
    hostile = '"><script>alert(1)</script>'
    page = shown({"name": "n", "label": hostile, "hint": hostile, "value": hostile}, hostile)
    assert page.xpath("//script") == []
    assert page.xpath("//input/@value") == [hostile]


def test_a_value_goes_when_its_words_were_changed_and_only_then() -> None:
    posted = {"commune": ["14118"], "commune-affiche": ["CAEN"]}
    for typed, value in (("REIMS", ""), ("CAEN ", "14118")):
        kept = without_outdated_choices({**posted, "commune-texte": [typed]})
        assert kept == {"commune": [value], "commune-texte": [typed]}
    among_results = {"commune": ["51454"], "commune-texte": ["rei"], "acquis": ["a", "b"]}
    assert without_outdated_choices(among_results) == among_results
