"""Macros of templates: what is made is used, what is imported is called."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "gateway").rglob("*.html"))


def test_every_macro_that_is_made_or_imported_is_used_on_a_page() -> None:
    made, used, idle = set(), set(), set()
    for path in TEMPLATES:
        tree, name, called = _template(path), _name(path), _used(path)
        imported = _imported(tree)
        macros = {macro.name for macro in tree.find_all(nodes.Macro)}
        made |= {f"{name}:{macro}" for macro in macros}
        used |= {f"{name}:{macro}" for macro in macros & called}
        used |= {source for local, source in imported.items() if local in called}
        idle |= {f"{name} imports {source}" for local, source in imported.items() if local not in called}
    assert (made - used) | idle == set()


@cache
def _template(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


def _imported(tree: nodes.Template) -> dict[str, str]:
    """Macro → template of what is imported."""
    imports: dict[str, str] = {}
    for node in tree.find_all(nodes.FromImport):
        for name in node.names:
            source, local = name if isinstance(name, tuple) else (name, name)
            imports[local] = f"{node.template.value}:{source}"  # type: ignore[attr-defined]
    return imports


@cache
def _used(path: Path) -> frozenset[str]:
    """Names that a template, or one that it includes, reads."""
    tree = _template(path)
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    included = (_file(node.template.value) for node in tree.find_all(nodes.Include))  # type: ignore[attr-defined]
    return frozenset(names.union(*map(_used, included)))


def _file(name: str) -> Path:
    """A template by the name that others call it."""
    paths = [folder / name for folder in (ROOT / "gateway", ROOT / "gateway" / "web") if (folder / name).exists()]
    assert paths, name
    return paths[0]


def _name(path: Path) -> str:
    name = path.relative_to(ROOT / "gateway")
    return str(name.relative_to("web")) if name.parts[0] == "web" else str(name)
