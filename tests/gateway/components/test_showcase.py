import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import meta

from services.chassis import brand
from tests.gateway.components.html_checks import problems_of

GATEWAY = Path(__file__).parents[3] / "gateway"
SHOWCASE = Path(__file__).parent / "templates"
SHOWN_FROM = ("showcase.html", "showcase_wizard.html", "showcase_form.html", "layout/error_page.html")
PAGES = (
    "/composants",
    "/composants/onglets",
    "/composants/onglets?erreurs=1",
    "/composants/onglets?douze=1",
    "/composants/connexion",
    "/composants/introuvable",
)


def test_every_component_is_shown_on_the_page_of_components(components_app: Flask) -> None:
    seen: set[str] = set()
    waiting = list(SHOWN_FROM)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        source = (GATEWAY if "/" in name else SHOWCASE).joinpath(name).read_text(encoding="utf-8")
        called = meta.find_referenced_templates(components_app.jinja_env.parse(source))
        waiting += [name for name in called if name and name not in seen]
    assert {f"components/{path.name}" for path in (GATEWAY / "components").glob("*.html")} <= seen


def test_every_icon_named_in_a_template_is_among_those_served() -> None:
    served = set(
        re.findall(r"\.fr-icon-([a-z0-9-]+)::before", (GATEWAY / "style/icons.css").read_text(encoding="utf-8"))
    )
    named: set[str] = set()
    for path in GATEWAY.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"fr-icon-([a-z0-9-]+)", text)) | set(re.findall(r'icon="([a-z0-9-]+)"', text))
    # « fr-icon-{{ icon }} » leaves an empty name; sizes are not icons.
    assert {name for name in named if name and not name.startswith("-")} - served == set()


def test_every_page_of_components_is_strict_html_with_a_name_for_everything(client: FlaskClient) -> None:
    assert {address: problems for address in PAGES if (problems := problems_of(client.get(address).text))} == {}


def test_the_title_tells_how_many_mistakes_there_are(client: FlaskClient) -> None:
    page = client.get("/composants/onglets?erreurs=1").text
    assert f"<title>Identification - 4 erreurs - {brand.SERVICE_TITLE}</title>" in page


def test_what_was_typed_is_given_back_as_typed(client: FlaskClient) -> None:
    page = client.post("/composants/onglets", data={"portable": '06 "23" <b>', "email": " x@"}).text
    assert 'value="06 &#34;23&#34; &lt;b&gt;"' in page
    assert 'value=" x@"' in page
