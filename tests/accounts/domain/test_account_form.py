"""The form says the guide's words, keeps what was typed, and never gives a password back."""

from __future__ import annotations

from services.accounts.domain import account_form
from services.accounts.domain.passwords import GUIDE
from tests.accounts.creation_form import creation_form

LABELS = [
    "Civilité", "Nom de famille", "Confirmation du nom de naissance", "Nom d'usage", "Prénoms", "Date de naissance",
    "Confirmation date de naissance", "Pays de naissance", "Département, DOM ou COM de naissance",
    "Commune de naissance", "Ma commune n'est pas dans la liste", "Adresse mail", "Confirmation de l'adresse mail",
    "Mot de passe", "Confirmation du mot de passe",
]  # fmt: skip
HINTS = {
    "(Nom de naissance)",
    "(Nom marital par exemple)",
    "Exemple: 30/05/1998",
    "Champ de recherche fonction du département",
    "Exemple: nom.prenom@domaine.fr",
    f"{GUIDE.shortest} à {GUIDE.longest} caractères dont majuscule, minuscule et caractère spécial "
    "(exemple : . / ! * etc...)",
}


def test_labels_and_hints_are_the_guides() -> None:
    fields = account_form.creation({}, GUIDE)["sections"][0]["fields"]
    assert [field["label"] for field in fields] == LABELS
    assert {field.get("hint") for field in fields} >= HINTS


def test_everything_is_required_but_the_nom_d_usage_and_the_box() -> None:
    fields = account_form.creation({}, GUIDE)["sections"][0]["fields"]
    assert [field["name"] for field in fields if not field["required"]] == ["nom_usage", "commune_hors_liste"]


def test_what_was_typed_is_kept_as_typed_passwords_aside() -> None:
    fields = account_form.creation(creation_form(prenoms=" Laurent  1"), GUIDE)["sections"][0]["fields"]
    shown = {field["name"]: field["value"] for field in fields}
    assert shown["prenoms"] == " Laurent  1"
    assert shown["commune_naissance"] == "CAEN"
    assert shown["password"] == shown["password_confirmation"] == ""


def test_france_comes_first_and_is_chosen_beforehand() -> None:
    fields = {field["name"]: field for field in account_form.creation({}, GUIDE)["sections"][0]["fields"]}
    assert fields["pays_naissance"]["value"] == "100"
    assert fields["pays_naissance"]["options"][0]["label"] == "FRANCE (DONT OUTRE-MER)"
    assert {"value": "014", "label": "014 - CALVADOS"} in fields["departement_naissance"]["options"]


def test_a_frozen_account_shows_its_civil_status_greyed_and_says_why() -> None:
    identity, contact = account_form.change(creation_form(), GUIDE, frozen_notice=account_form.FROZEN_NOTICE)[
        "sections"
    ]
    assert all(field["disabled"] for field in identity["fields"])
    assert "service gestionnaire" in identity["notice"]
    assert not any(field.get("disabled") for field in contact["fields"])
