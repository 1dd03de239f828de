import re
from pathlib import Path

from flask import Flask
from jinja2 import meta

GATEWAY = Path(__file__).parents[3] / "gateway"
SHOWN_FROM = (
    "layout/showcase.html",
    "layout/showcase_wizard.html",
    "layout/showcase_form.html",
    "layout/error_page.html",
)


def test_every_component_is_shown_on_the_page_of_components(components_app: Flask) -> None:
    seen: set[str] = set()
    waiting = list(SHOWN_FROM)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        source = (GATEWAY / name).read_text(encoding="utf-8")
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
