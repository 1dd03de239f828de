"""The JSON of a form, as the gateway reads it."""

from typing import Any

from services.registrations.domain.forms import Field, Form, Option, Section, error


def test_a_field_says_what_the_page_needs_and_leaves_out_what_is_not_there() -> None:
    needed = {"name": "nom", "label": "Nom", "type": "text", "required": False, "value": None}
    assert Field("nom", "Nom").to_data() == needed


def test_everything_that_is_there_is_told() -> None:
    told: dict[str, Any] = {"required": True, "hint": "Exemple", "display": "Une", "search": "villes"}
    told |= {"disabled": True, "refresh": True}
    options = (Option("1", "Une", "Groupe"), Option("2", "Deux"))
    assert Field("ville", "Ville", "search", options=options, value=("1", "2"), **told).to_data() == {
        **told,
        "name": "ville",
        "label": "Ville",
        "type": "search",
        "value": ["1", "2"],
        "options": [{"value": "1", "label": "Une", "group": "Groupe"}, {"value": "2", "label": "Deux"}],
    }


def test_a_form_is_its_sections() -> None:
    form = Form((Section("Un", (Field("a", "A"),), "Avis"), Section(None, (Field("b", "B"),))))
    data = form.to_data()
    shown = [(section["title"], section["notice"], len(section["fields"])) for section in data["sections"]]
    assert shown == [("Un", "Avis", 1), (None, None, 1)]
    assert form.field("b") == Field("b", "B")
    assert form.field("c") is None


def test_an_error_points_at_its_field() -> None:
    assert error("position-E2-A", "non").pointer == "#/position-E2-A"
    assert error("a/b~c", "non").pointer == "#/a~1b~0c"
