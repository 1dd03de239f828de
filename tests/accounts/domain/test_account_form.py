"""The form says the guide's words, keeps what was typed, never gives a password back; how it reads a birthplace."""

from typing import Any

import pytest

from services.accounts.domain import account_form, civil_status
from services.accounts.domain.civil_status import Birthplace
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import GUIDE
from tests.accounts.creation_form import creation_form


def shown(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of « Formulaire de création » by their names."""
    return {field["name"]: field for field in account_form.creation(values, GUIDE)["sections"][0]["fields"]}


def test_all_but_the_nom_d_usage_and_the_box_is_required_and_france_chosen_beforehand() -> None:
    fields = shown({})
    assert [name for name, field in fields.items() if not field["required"]] == ["nom_usage", "commune_hors_liste"]
    asked_again = [name for name, field in fields.items() if field.get("refresh")]
    assert asked_again == ["pays_naissance", "departement_naissance", "commune_hors_liste"]
    assert fields["pays_naissance"]["value"] == "100"
    assert fields["pays_naissance"]["options"][0]["label"] == "FRANCE (DONT OUTRE-MER)"
    assert {"value": "014", "label": "014 - CALVADOS"} in fields["departement_naissance"]["options"]


def test_what_was_typed_is_kept_as_typed_passwords_aside() -> None:
    fields = shown(creation_form(prenoms=" Laurent  1"))
    kept = {name: fields[name]["value"] for name in ("prenoms", "commune_naissance", "password")}
    assert kept == {"prenoms": " Laurent  1", "commune_naissance": "CAEN", "password": ""}
    assert fields["password_confirmation"]["value"] == ""
    for typed, display in (("cae", "cae"), ("", "CAEN")):  # the words typed in the search, else the commune chosen
        values = creation_form(**{"commune_naissance-texte": typed})
        assert shown(values)["commune_naissance"]["display"] == display


def test_a_frozen_account_shows_its_civil_status_greyed_and_says_why() -> None:
    form = account_form.change(creation_form(), GUIDE, frozen_notice=account_form.FROZEN_NOTICE)
    identity, contact = form["sections"]
    assert all(field["disabled"] and not field["refresh"] for field in identity["fields"])
    assert "service gestionnaire" in (identity["notice"] or "")
    assert not any(field.get("disabled") for field in contact["fields"])
    required = [field["name"] for field in contact["fields"] if field["required"]]
    assert required == ["email", "email_confirmation"]


def test_staff_who_correct_type_nothing_twice() -> None:
    names = [field["name"] for field in account_form.correction(creation_form())["sections"][0]["fields"]]
    assert "nom_famille" in names
    assert not any(name.endswith("_confirmation") for name in names)


CALVADOS = {"pays_naissance": "100", "departement_naissance": "014"}


@pytest.mark.parametrize(
    ("typed", "place", "wrong"),
    [
        ({**CALVADOS, "commune_naissance-texte": "caen"}, Birthplace("100", "014", "CAEN"), []),
        ({**CALVADOS, "commune_naissance": "TROYES"}, None, ["commune_naissance"]),
        (CALVADOS, None, ["commune_naissance"]),
        ({"pays_naissance": "100"}, None, ["departement_naissance", "commune_naissance"]),
        ({"pays_naissance": "100", "commune_naissance": "CAEN"}, None, ["departement_naissance"]),
        (
            {**CALVADOS, "commune_hors_liste": "oui", "commune_naissance_libre": "Saint-Martin-d’Étréham"},
            Birthplace("100", "014", "SAINT-MARTIN-D'ETREHAM", hors_liste=True),
            [],
        ),
        (
            {"pays_naissance": "109", "ville_naissance": "München", "departement_naissance": "014"},
            Birthplace("109", None, "MUNCHEN"),
            [],
        ),
        ({"pays_naissance": "109"}, None, ["ville_naissance"]),
        *(({"pays_naissance": country}, None, ["pays_naissance"]) for country in ("", "000", "FRANCE")),
        *(
            ({"pays_naissance": "109", "ville_naissance": town}, None, ["ville_naissance"])
            for town in ("<script>", "12", "x" * (civil_status.PLACE_LENGTH + 1))
        ),
        (
            {"pays_naissance": "109", "ville_naissance": "x" * civil_status.PLACE_LENGTH},
            Birthplace("109", None, "X" * civil_status.PLACE_LENGTH),
            [],
        ),
    ],
)
def test_a_birthplace_is_read_or_what_is_wrong_with_it_named(
    typed: dict[str, str], place: Birthplace | None, wrong: list[str]
) -> None:
    reader = FormReader(typed)
    assert civil_status.read_birthplace(reader) == place
    assert [error.pointer.removeprefix("#/") for error in reader.error().errors] == wrong


def test_the_form_asks_what_the_country_makes_needed() -> None:
    assert "commune_naissance" in shown({})
    assert "commune_naissance_libre" in shown({"commune_hors_liste": "oui"})
    abroad = shown({"pays_naissance": "109"})
    assert ("ville_naissance" in abroad, "departement_naissance" in abroad) == (True, False)


def test_a_box_is_ticked_by_what_browsers_and_tools_send_for_it() -> None:
    ticked: list[Any] = ["oui", True, ["oui"]]
    unticked: list[Any] = ["non", "", None, False, [], ["non", "oui"]]
    for value in (*ticked, *unticked):
        assert FormReader({"box": value}).is_ticked("box") is (value in ticked), value


def test_the_search_finds_communes_of_the_departement_alone() -> None:
    assert account_form.communes_for("014", "cae").options[0] == {"value": "CAEN", "label": "CAEN"}
    assert account_form.communes_for("014", "troyes").options == ()
    assert "département" in (account_form.communes_for("", "cae").advice or "")
