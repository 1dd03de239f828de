"""The JSON of a form, as the gateway reads it."""

from typing import Any

from services.registrations.domain.forms import Field, Option, Section, error


def test_a_field_says_what_the_page_needs_and_leaves_out_what_is_not_there() -> None:
    needed = {"name": "nom", "label": "Nom", "type": "text", "required": False, "value": None}
    assert Field("nom", "Nom").to_data() == needed


def test_everything_that_is_there_is_told() -> None:
    told: dict[str, Any] = {"required": True, "hint": "Exemple", "display": "Une", "search": "villes"}
    told |= {"disabled": True, "refresh": True}
    options = (Option("1", "Une", "Groupe"), Option("2", "Deux"))
    assert Field("ville", "Ville", "search", options=options, value="1", **told).to_data() == {
        **told,
        "name": "ville",
        "label": "Ville",
        "type": "search",
        "value": "1",
        "options": [{"value": "1", "label": "Une", "group": "Groupe"}, {"value": "2", "label": "Deux"}],
    }


def test_a_section_is_its_fields() -> None:
    data = Section("Un", (Field("a", "A"), Field("b", "B")), "Avis").to_data()
    assert (data["title"], data["notice"], [field["name"] for field in data["fields"]]) == ("Un", "Avis", ["a", "b"])
    assert Section(None, ()).to_data() == {"title": None, "notice": None, "fields": []}


def test_an_error_points_at_its_field() -> None:
    assert error("position-E2-A", "non").pointer == "#/position-E2-A"
    assert error("a/b~c", "non").pointer == "#/a~1b~0c"
