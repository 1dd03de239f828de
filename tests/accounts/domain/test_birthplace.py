"""Where people were born: communes searched in their département, merged ones typed freely, towns abroad."""

from __future__ import annotations

from typing import Any

import pytest

from services.accounts.domain import account_form, birthplace
from services.accounts.domain.birthplace import Birthplace
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import GUIDE


def read(**values: Any) -> tuple[Birthplace | None, list[str]]:
    reader = FormReader(values)
    place = birthplace.read(reader)
    return place, [error.pointer for error in reader.error().errors]


def test_a_commune_is_found_however_it_is_typed_and_kept_in_capitals() -> None:
    place, _ = read(pays_naissance="100", departement_naissance="042", commune_naissance=" st étienne ")
    assert place == Birthplace("100", "042", "SAINT-ETIENNE")


def test_words_typed_without_choosing_count_where_they_name_one_commune() -> None:
    typed = {"commune_naissance": "", "commune_naissance-texte": "caen"}
    place, _ = read(pays_naissance="100", departement_naissance="014", **typed)
    assert place == Birthplace("100", "014", "CAEN")


def test_a_commune_of_another_departement_is_refused() -> None:
    place, errors = read(pays_naissance="100", departement_naissance="014", commune_naissance="TROYES")
    assert place is None
    assert errors == ["#/commune_naissance"]


def test_a_commune_merged_long_ago_is_typed_freely() -> None:
    place, _ = read(
        pays_naissance="100",
        departement_naissance="014",
        commune_hors_liste="oui",
        commune_naissance_libre="Saint-Martin-d’Étréham",
    )
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


def test_markup_is_no_town() -> None:
    assert read(pays_naissance="109", ville_naissance="<script>")[1] == ["#/ville_naissance"]


def names_of(values: dict[str, Any]) -> list[str]:
    return [field["name"] for field in account_form.creation(values, GUIDE)["sections"][0]["fields"]]


def test_the_form_asks_what_the_country_makes_needed() -> None:
    assert "commune_naissance" in names_of({})
    assert "commune_naissance_libre" in names_of({"commune_hors_liste": "oui"})
    abroad = names_of({"pays_naissance": "109"})
    assert "ville_naissance" in abroad
    assert "departement_naissance" not in abroad


def test_the_search_finds_communes_of_the_departement_alone() -> None:
    assert account_form.commune_options("014", "cae")[0] == {"value": "CAEN", "label": "CAEN"}
    assert account_form.commune_options("014", "troyes") == []


def test_before_the_departement_is_chosen_the_search_says_so() -> None:
    assert account_form.no_commune_reason("") == "Choisissez d'abord votre département, DOM ou COM de naissance."
    assert account_form.no_commune_reason("014") is None
