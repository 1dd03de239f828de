"""What components give: names, mistakes, texts that stay texts, files under the name that they have
now."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import nodes

from gateway.assets import STATIC_FOLDER, load_assets
from gateway.components import MACROS, register_components
from gateway.components.fields import count_of
from gateway.posted_forms import without_outdated_choices
from services.contracts.registration_rules import SEVERITY_LABELS
from tests.gateway.components.html_checks import parsed, text_of

GATEWAY = STATIC_FOLDER.parent
TABS = [
    {"number": 1, "title": "Candidatures précédentes", "reachable": True, "state": "done"},
    {"number": 2, "title": "Identification", "reachable": False, "state": "current"},
    {"number": 3, "title": "Récapitulatif", "reachable": False, "state": "todo"},
]
Render = Callable[..., Any]


@pytest.fixture(scope="module")
def components_app() -> Flask:
    app = Flask("components")
    register_components(app.jinja_env)
    return app


@pytest.fixture
def rendered(components_app: Flask) -> Render:
    """Give `rendered("file.html:macro(arguments)", beside, before, **context)`: a page with it, as
    a tree."""

    def render(component: str, beside: str = "", before: str = "", **context: Any) -> Any:
        file, _, call = component.partition(":")
        macro = call.partition("(")[0]
        template = (
            f'{{% from "components/{file}" import {macro} %}}{before}{{{{ {call} }}}}{beside}'
        )
        with components_app.test_request_context():
            fragment = render_template_string(template, **context)
        page = (
            "<!doctype html><html"
            f' lang="fr"><head><title>Essai</title></head><body>{fragment}</body></html>'
        )
        return parsed(page)

    return render


@pytest.fixture
def shown(rendered: Render) -> Render:
    """Give `shown(field)` or `shown(field, mistake)`: the page of one field, and of a mistake in
    it."""

    def show(field: dict[str, Any], mistake: str = "") -> Any:
        errors = [{"pointer": f"#/{field['name']}", "detail": mistake}] if mistake else []
        return rendered(
            "form_field.html:form_field(field, errors)",
            field={"label": "N", **field},
            errors=errors,
        )

    return show


def test_zero_is_singular_in_french() -> None:
    assert [count_of(n, "erreur") for n in (0, 1, 2)] == ["0 erreur", "1 erreur", "2 erreurs"]
    assert count_of(17035, "pièce") == "17\u202f035 pièces"


def test_a_control_is_named_by_its_label_with_a_star_when_required_and_tied_to_its_hint_and_error(
    shown: Render,
) -> None:
    field = {
        "name": "nom",
        "label": "Nom de famille",
        "hint": "(Nom de naissance)",
        "required": True,
    }
    page = shown(field, "Manquant")
    assert text_of(page.xpath("//label[@for='champ-nom']")[0]) == "Nom de famille *"
    assert text_of(page.xpath("//*[@id='champ-nom-aide']")[0]) == "(Nom de naissance)"
    described = page.xpath("//input/@aria-describedby")[0].split()
    assert "champ-nom-aide" in described
    assert page.xpath("//input/@aria-invalid") == ["true"]
    assert any(
        text_of(page.xpath(f"//*[@id='{identifier}']")[0]) == "Manquant" for identifier in described
    )


def test_dates_and_numbers_keep_what_was_typed_right_or_not(shown: Render) -> None:
    for kind in ("date", "number", "text"):
        page = shown({"name": "n", "type": kind, "value": "30/05/19xx"})
        assert (page.xpath("//input/@type"), page.xpath("//input/@value")) == (
            ["text"],
            ["30/05/19xx"],
        ), kind


def test_a_password_is_never_given_back(shown: Render) -> None:
    page = shown({"name": "p", "type": "password", "value": "Secret.123"})
    assert page.xpath("//input[@type='password']/@value") == []
    assert page.xpath("//input[@type='password']/@maxlength") == []


def test_yes_or_no_is_never_ticked_beforehand_and_an_error_leads_to_its_first_choice(
    shown: Render,
) -> None:
    page = shown({"name": "presse", "type": "yes_no"})
    assert [text_of(label) for label in page.xpath("//label")] == ["Oui", "Non"]
    assert page.xpath("//input[@checked]") == []
    assert page.xpath("//*[@id='champ-presse']/@value") == ["oui"]


def test_a_list_is_native_begins_with_nothing_chosen_and_shows_a_choice_as_it_was_written(
    shown: Render,
) -> None:
    hostile = '"><b>'
    options = [
        {"value": hostile, "label": "<i>L'Haÿ & Cie</i>", "group": "G"},
        {"value": "b", "label": "B", "group": "G", "disabled": True},
        {"value": "c", "label": "C"},
    ]
    for value, selected in ((hostile, [hostile]), ("b", ["b"]), ("c", ["c"]), ("", [])):
        page = shown({"name": "d", "type": "select", "options": options, "value": value})
        assert text_of(page.xpath("//select/option[@value='']")[0]) == "Sélectionnez une valeur"
        assert [text_of(option) for option in page.xpath("//option[@value!='']")] == [
            "<i>L'Haÿ & Cie</i>",
            "B",
            "C",
        ]
        assert page.xpath("//optgroup[@label='G']/option/@value") == [hostile, "b"]
        assert page.xpath("//option[@selected]/@value") == selected
        assert page.xpath("//option[@disabled]/@value") == ["b"]


def test_hostile_text_stays_text(shown: Render) -> None:
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


def test_the_summary_of_mistakes_counts_them_and_leads_to_each(rendered: Render) -> None:
    pointers = {
        "#/nom": "Nom manquant",
        "#/adresse/voie": "Voie manquante",
        "": "Dossier incomplet",
        "#/": "Complétez",
    }
    errors = [{"pointer": pointer, "detail": detail} for pointer, detail in pointers.items()]
    page = rendered("error_summary.html:error_summary(errors)", errors=errors)
    assert text_of(page.xpath("//h2")[0]) == "Il y a 4 erreurs dans le formulaire"
    links = {link.get("href"): text_of(link) for link in page.xpath("//a")}
    assert links == {"#champ-nom": "Nom manquant", "#champ-adresse.voie": "Voie manquante"}
    assert page.xpath("//*[@role='alert']/@tabindex") == ["-1"]


def test_a_mistake_of_the_summary_is_understood_alone(rendered: Render) -> None:
    read = "{% set field = read_field({'name': 'usage', 'label': \"Nom d'usage\"}) %}"
    summary = "error_summary.html:error_summary(errors)"
    for detail, text in (
        ("100 caractères au maximum.", "Nom d'usage : 100 caractères au maximum."),
        ("Saisissez votre nom d'usage.", "Saisissez votre nom d'usage."),
        ("E1 : indiquez la note obtenue.", "E1 : indiquez la note obtenue."),
        (
            "Saisissez une date. Exemple : 30/05/1998.",
            "Nom d'usage : saisissez une date. Exemple : 30/05/1998.",
        ),
    ):
        page = rendered(summary, before=read, errors=[{"pointer": "#/usage", "detail": detail}])
        assert [text_of(link) for link in page.xpath("//a")] == [text]
    assert rendered(summary, errors=[]).xpath("//body/*") == []


@pytest.mark.parametrize("path", sorted(GATEWAY.glob("*/**/*.html")), ids=lambda path: path.name)
def test_a_page_calls_a_component_and_takes_none_for_what_a_view_gave(
    components_app: Flask, path: Path
) -> None:
    page = components_app.jinja_env.parse(path.read_text(encoding="utf-8"))
    own = {name.name for name in page.find_all(nodes.Name) if name.ctx != "load"} | {
        macro.name for macro in page.find_all(nodes.Macro)
    }
    asked = [id(call.node) for call in page.find_all(nodes.Call)] + [
        id(of.node) for of in page.find_all(nodes.Getattr)
    ]
    components = {name for names in MACROS.values() for name in names} - own
    taken = [
        name
        for name in page.find_all(nodes.Name)
        if name.name in components and id(name) not in asked
    ]
    assert [(name.name, name.lineno) for name in taken] == []


def test_tabs_are_numbered_in_order_one_is_current_and_those_done_send_what_was_typed(
    rendered: Render,
) -> None:
    page = rendered('tabs_nav.html:tabs_nav(tabs, form="f")', '<form id="f"></form>', tabs=TABS)
    assert [text_of(tab) for tab in page.xpath("//ol/li")] == [
        f"{tab['number']} - {tab['title']}" for tab in TABS
    ]
    assert len(page.xpath("//*[@aria-current='step']")) == 1
    assert set(page.xpath("//button/@form")) == {"f"}
    assert page.xpath("//button/@value") == ["1"]


def test_what_is_empty_is_a_dash_in_the_recapitulation(rendered: Render) -> None:
    values: tuple[dict[str, Any], ...] = (
        {"value": None},
        {"value": ""},
        {"value": ["x", "y"]},
        {},
    )
    page = rendered(
        "summary_list.html:summary_rows(lines)",
        lines=[{"label": "A", **value} for value in values],
    )
    assert [text_of(value) for value in page.xpath("//dd")] == ["-", "-", "xy", "-"]


def test_a_button_or_a_link_says_what_it_is_about_out_of_its_context(rendered: Render) -> None:
    for macro, words in (
        (
            'button("J\'ai fourni toutes mes pièces", named_after="X")',
            "J'ai fourni toutes mes pièces : X",
        ),
        ('link_button("Ajouter", "/x", about="CINSIG03")', "Ajouter : CINSIG03"),
        (
            'button("Se désinscrire", icon="delete-line", icon_only=true, about="BTS 2022")',
            "Se désinscrire",
        ),
    ):
        [action] = rendered(f"button.html:{macro}").xpath("//button|//a")
        assert text_of(action) == words
    assert action.get("title") == "Se désinscrire : BTS 2022", "an icon alone"


def test_an_alert_says_in_a_word_how_grave_each_message_of_the_home_page_is(
    rendered: Render,
) -> None:
    """By the word with which an administrator chooses it for a message."""
    for severity, label in SEVERITY_LABELS.items():
        page = rendered('alert.html:alert("Coupure", severity=severity)', severity=severity)
        assert text_of(page.xpath("//p")[0]) == f"{label} : Coupure"


def test_every_file_is_named_after_its_content_and_texts_are_there_compressed() -> None:
    names = load_assets().values()
    assert [name for name in names if not re.search(r"-[0-9A-Z]{8}\.\w+$", name)] == []
    for name in names:
        file = STATIC_FOLDER / name
        if file.suffix in {".css", ".js", ".svg"}:
            assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == file.read_bytes()
            assert Path(f"{file}.br").stat().st_size


def test_a_style_sheet_leads_to_the_icons_and_fonts_that_it_names() -> None:
    style = (STATIC_FOLDER / load_assets()["portail.css"]).read_text(encoding="utf-8")
    named = {
        name for name in re.findall(r"url\(['\"]?([^)'\"]+)", style) if not name.startswith("data:")
    }
    assert len(named) > 50
    assert {name for name in named if not (STATIC_FOLDER / name).is_file()} == set()


def test_the_icons_served_are_those_that_templates_and_scripts_name() -> None:
    style = (GATEWAY / "style/icons.css").read_text(encoding="utf-8")
    templates = "\n".join(path.read_text(encoding="utf-8") for path in GATEWAY.rglob("*.html"))
    scripts = "\n".join(
        path.read_text(encoding="utf-8") for path in (GATEWAY / "style").rglob("*.js")
    )
    named = set(re.findall(r"fr-icon-([a-z0-9-]+)", templates)) | set(
        re.findall(r'icon="([a-z0-9-]+)"', templates)
    )
    named |= set(re.findall(r'"([a-z-]+-line)"', scripts))
    # « fr-icon-{{ icon }} » leaves an empty name; sizes are not icons.
    served = set(re.findall(r"\.fr-icon-([a-z0-9-]+) \{", style))
    assert {name for name in named if name and not name.startswith("-")} == served
