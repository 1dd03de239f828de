"""The JSON of a form, as the gateway reads it."""

from services.registrations.domain.forms import Field, Form, Option, Section, error


def test_a_field_says_what_the_page_needs_and_leaves_out_what_is_not_there() -> None:
    assert Field("nom", "Nom").to_data() == {
        "name": "nom",
        "label": "Nom",
        "type": "text",
        "required": False,
        "value": None,
    }


def test_everything_that_is_there_is_told() -> None:
    field = Field(
        "ville",
        "Ville",
        "search",
        required=True,
        hint="Exemple",
        options=(Option("1", "Une", "Groupe"), Option("2", "Deux")),
        value=("1", "2"),
        display="Une",
        disabled=True,
        search="villes",
        refresh=True,
    )
    assert field.to_data() == {
        "name": "ville",
        "label": "Ville",
        "type": "search",
        "required": True,
        "value": ["1", "2"],
        "hint": "Exemple",
        "display": "Une",
        "search": "villes",
        "options": [{"value": "1", "label": "Une", "group": "Groupe"}, {"value": "2", "label": "Deux"}],
        "disabled": True,
        "refresh": True,
    }


def test_a_form_is_its_sections() -> None:
    form = Form((Section("Un", (Field("a", "A"),), "Avis"), Section(None, (Field("b", "B"),))))
    data = form.to_data()
    assert [(section["title"], section["notice"], len(section["fields"])) for section in data["sections"]] == [
        ("Un", "Avis", 1),
        (None, None, 1),
    ]
    assert form.field("b") == Field("b", "B")
    assert form.field("c") is None


def test_an_error_points_at_its_field() -> None:
    assert error("position-E2-A", "non").pointer == "#/position-E2-A"
    assert error("a/b~c", "non").pointer == "#/a~1b~0c"
