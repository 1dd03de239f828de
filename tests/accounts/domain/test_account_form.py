"""The form says the guide's words, keeps what was typed, never gives a password back; how it reads a birthplace."""

from typing import Any

import pytest

from services.accounts.domain import account_form, civil_status
from services.accounts.domain.civil_status import Birthplace
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import GUIDE
from tests.accounts.creation_form import creation_form


def test_everything_is_required_but_the_nom_d_usage_and_the_box() -> None:
    fields = account_form.creation({}, GUIDE)["sections"][0]["fields"]
    assert [field["name"] for field in fields if not field["required"]] == ["nom_usage", "commune_hors_liste"]
    asked_again = [field["name"] for field in fields if field.get("refresh")]
    assert asked_again == ["pays_naissance", "departement_naissance", "commune_hors_liste"]


def test_what_was_typed_is_kept_as_typed_passwords_aside() -> None:
    fields = account_form.creation(creation_form(prenoms=" Laurent  1"), GUIDE)["sections"][0]["fields"]
    shown = {field["name"]: field["value"] for field in fields}
    assert shown["prenoms"] == " Laurent  1"
    assert shown["commune_naissance"] == "CAEN"
    assert shown["password"] == shown["password_confirmation"] == ""


def test_the_search_shows_the_words_typed_in_it_else_the_commune_chosen() -> None:
    for typed, display in (("cae", "cae"), ("", "CAEN")):
        values = creation_form(**{"commune_naissance-texte": typed})
        fields = account_form.creation(values, GUIDE)["sections"][0]["fields"]
        assert [field["display"] for field in fields if field["name"] == "commune_naissance"] == [display]


def test_france_comes_first_and_is_chosen_beforehand() -> None:
    fields = {field["name"]: field for field in account_form.creation({}, GUIDE)["sections"][0]["fields"]}
    assert fields["pays_naissance"]["value"] == "100"
    assert fields["pays_naissance"]["options"][0]["label"] == "FRANCE (DONT OUTRE-MER)"
    assert {"value": "014", "label": "014 - CALVADOS"} in fields["departement_naissance"]["options"]


def test_a_frozen_account_shows_its_civil_status_greyed_and_says_why() -> None:
    identity, contact = account_form.change(creation_form(), GUIDE, frozen_notice=account_form.FROZEN_NOTICE)[
        "sections"
    ]
    assert all(field["disabled"] and not field["refresh"] for field in identity["fields"])
    assert "service gestionnaire" in (identity["notice"] or "")
    assert not any(field.get("disabled") for field in contact["fields"])
    required = [field["name"] for field in contact["fields"] if field["required"]]
    assert required == ["email", "email_confirmation"]


def test_staff_who_correct_type_nothing_twice() -> None:
    names = [field["name"] for field in account_form.correction(creation_form())["sections"][0]["fields"]]
    assert "nom_famille" in names
    assert not any(name.endswith("_confirmation") for name in names)


def read(**values: Any) -> tuple[Birthplace | None, list[str]]:
    reader = FormReader(values)
    place = civil_status.read_birthplace(reader)
    return place, [error.pointer for error in reader.error().errors]


def test_words_typed_without_choosing_count_where_they_name_one_commune() -> None:
    typed = {"commune_naissance": "", "commune_naissance-texte": "caen"}
    place, _ = read(pays_naissance="100", departement_naissance="014", **typed)
    assert place == Birthplace("100", "014", "CAEN")
    elsewhere = read(pays_naissance="100", departement_naissance="014", commune_naissance="TROYES")
    assert elsewhere == (None, ["#/commune_naissance"])


def test_what_is_missing_of_a_birthplace_in_france_is_named() -> None:
    assert read(pays_naissance="100") == (None, ["#/departement_naissance", "#/commune_naissance"])
    assert read(pays_naissance="100", commune_naissance="CAEN") == (None, ["#/departement_naissance"])
    assert read(pays_naissance="100", departement_naissance="014") == (None, ["#/commune_naissance"])


def test_a_commune_merged_long_ago_is_typed_freely() -> None:
    merged = {"commune_hors_liste": "oui", "commune_naissance_libre": "Saint-Martin-d’Étréham"}
    place, _ = read(pays_naissance="100", departement_naissance="014", **merged)
    assert place == Birthplace("100", "014", "SAINT-MARTIN-D'ETREHAM", hors_liste=True)


def test_abroad_asks_for_a_town_and_no_departement() -> None:
    place, _ = read(pays_naissance="109", ville_naissance="München", departement_naissance="014")
    assert place == Birthplace("109", None, "MUNCHEN")
    _, errors = read(pays_naissance="109")
    assert errors == ["#/ville_naissance"]


@pytest.mark.parametrize("country", ["", "000", "FRANCE"])
def test_an_unknown_country_is_refused(country: str) -> None:
    place, errors = read(pays_naissance=country)
    assert (place, errors) == (None, ["#/pays_naissance"])


def test_markup_is_no_town_nor_is_what_has_no_letter_or_no_end() -> None:
    for town in ("<script>", "12", "x" * (civil_status.PLACE_LENGTH + 1)):
        assert read(pays_naissance="109", ville_naissance=town) == (None, ["#/ville_naissance"]), town
    assert read(pays_naissance="109", ville_naissance="x" * civil_status.PLACE_LENGTH)[1] == []


def names_of(values: dict[str, Any]) -> list[str]:
    return [field["name"] for field in account_form.creation(values, GUIDE)["sections"][0]["fields"]]


def test_the_form_asks_what_the_country_makes_needed() -> None:
    assert "commune_naissance" in names_of({})
    assert "commune_naissance_libre" in names_of({"commune_hors_liste": "oui"})
    abroad = names_of({"pays_naissance": "109"})
    assert "ville_naissance" in abroad
    assert "departement_naissance" not in abroad


def test_a_box_is_ticked_by_what_browsers_and_tools_send_for_it() -> None:
    ticked: list[Any] = ["oui", True, ["oui"]]
    unticked: list[Any] = ["non", "", None, False, [], ["non", "oui"]]
    for value in (*ticked, *unticked):
        assert FormReader({"box": value}).is_ticked("box") is (value in ticked), value


def test_the_search_finds_communes_of_the_departement_alone() -> None:
    assert account_form.communes_for("014", "cae").options[0] == {"value": "CAEN", "label": "CAEN"}
    assert account_form.communes_for("014", "troyes").options == ()
    assert "département" in (account_form.communes_for("", "cae").advice or "")
