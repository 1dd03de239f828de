import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import nodes

from gateway.components import MACROS
from services.chassis import brand
from services.contracts.registration_rules import SEVERITIES
from tests.gateway.components.html_checks import problems_of, text_of
from tests.gateway.components.sample_form import TABS

GATEWAY = Path("gateway")
Render = Callable[..., Any]


def test_the_summary_of_mistakes_counts_them_and_leads_to_each(rendered: Render) -> None:
    errors = [{"pointer": "#/nom", "detail": "Nom manquant"}, {"pointer": "", "detail": "Dossier incomplet"}]
    page = rendered("error_summary.html:error_summary(errors)", errors=errors)
    assert text_of(page.xpath("//h2")[0]) == "Il y a 2 erreurs dans le formulaire"
    assert [(link.get("href"), text_of(link)) for link in page.xpath("//a")] == [("#champ-nom", "Nom manquant")]
    assert page.xpath("//*[@role='alert']/@tabindex") == ["-1"]


def test_a_mistake_of_the_summary_is_understood_alone(rendered: Render) -> None:
    read = "{% set field = read_field({'name': 'usage', 'label': \"Nom d'usage\"}) %}"
    summary = "error_summary.html:error_summary(errors)"
    for detail, text in (
        ("100 caractères au maximum.", "Nom d'usage : 100 caractères au maximum."),
        ("Saisissez votre nom d'usage.", "Saisissez votre nom d'usage."),
        ("E1 : indiquez la note obtenue.", "E1 : indiquez la note obtenue."),
        ("Saisissez une date. Exemple : 30/05/1998.", "Nom d'usage : saisissez une date. Exemple : 30/05/1998."),
    ):
        page = rendered(summary, before=read, errors=[{"pointer": "#/usage", "detail": detail}])
        assert [text_of(link) for link in page.xpath("//a")] == [text]
    assert rendered(summary, errors=[]).xpath("//body/*") == []


@pytest.mark.parametrize("path", sorted(GATEWAY.glob("*/**/*.html")), ids=lambda path: path.name)
def test_a_page_calls_a_component_and_takes_none_for_what_a_view_gave(components_app: Flask, path: Path) -> None:
    page = components_app.jinja_env.parse(path.read_text(encoding="utf-8"))
    own = {name.name for name in page.find_all(nodes.Name) if name.ctx != "load"} | {
        macro.name for macro in page.find_all(nodes.Macro)
    }
    asked = [id(call.node) for call in page.find_all(nodes.Call)] + [id(of.node) for of in page.find_all(nodes.Getattr)]
    components = {name for names in MACROS.values() for name in names} - own
    taken = [name for name in page.find_all(nodes.Name) if name.name in components and id(name) not in asked]
    assert [(name.name, name.lineno) for name in taken] == []


def test_tabs_are_numbered_in_order_one_is_current_and_those_done_send_what_was_typed(rendered: Render) -> None:
    page = rendered('tabs_nav.html:tabs_nav(tabs, form="f")', '<form id="f"></form>', tabs=TABS)
    assert [text_of(tab) for tab in page.xpath("//ol/li")] == [f"{tab['number']} - {tab['title']}" for tab in TABS]
    assert len(page.xpath("//*[@aria-current='step']")) == 1
    assert set(page.xpath("//button/@form")) == {"f"}
    assert page.xpath("//button/@value") == ["1"]


def test_the_title_tells_how_many_mistakes_there_are(components_app: Flask) -> None:
    page = components_app.test_client().get("/composants/onglets?erreurs=1").text
    assert f"<title>Identification - 4 erreurs - {brand.SERVICE_TITLE}</title>" in page
    assert problems_of(page) == []


def test_what_is_empty_is_a_dash_in_the_recapitulation(rendered: Render) -> None:
    values: tuple[dict[str, Any], ...] = ({"value": None}, {"value": ""}, {"value": ["x", "y"]}, {})
    page = rendered("summary_list.html:summary_rows(lines)", lines=[{"label": "A", **value} for value in values])
    assert [text_of(value) for value in page.xpath("//dd")] == ["-", "-", "xy", "-"]


def test_a_button_or_a_link_says_what_it_is_about_out_of_its_context(rendered: Render) -> None:
    for macro, words in (
        ('button("J\'ai fourni toutes mes pièces", named_after="X")', "J'ai fourni toutes mes pièces : X"),
        ('link_button("Ajouter", "/x", about="CINSIG03")', "Ajouter : CINSIG03"),
        ('button("Se désinscrire", icon="delete-line", icon_only=true, about="BTS 2022")', "Se désinscrire"),
    ):
        [action] = rendered(f"button.html:{macro}").xpath("//button|//a")
        assert text_of(action) == words
    assert action.get("title") == "Se désinscrire : BTS 2022", "an icon alone"


def test_an_alert_says_in_a_word_how_grave_each_message_of_the_home_page_is(rendered: Render) -> None:
    for severity in SEVERITIES:
        page = rendered('alert.html:alert("Coupure", severity=severity)', severity=severity)
        assert re.fullmatch(r"\w+ : Coupure", text_of(page.xpath("//p")[0])), severity
