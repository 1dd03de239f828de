"""What no library checks: clocks, prints, settings that say what they are, macros that are imported and used."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
CODE = [path for folder in ("services", "gateway") for path in sorted((ROOT / folder).rglob("*.py"))]
TEMPLATES = sorted((ROOT / "gateway").rglob("*.html"))
SHOWCASE = ("showcase.html", "showcase_form.html", "showcase_wizard.html")

# Names that say all: addresses of the parts, and who one is to accounts.
PLAIN_SETTINGS = {
    "accounts_url",
    "argon2_memory_kib",
    "argon2_passes",
    "brand_tagline",
    "broker_url",
    "client_id",
    "client_secret",
    "client_secrets",
    "database_url",
    "documents_url",
    "log_level",
    "mail_ca",
    "mail_url",
    "pieces_url",
    "registrations_url",
    "session_absolute_seconds",
    "session_idle_seconds",
}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_reads_the_clock_in_one_place_and_prints_nothing(path: Path) -> None:
    if path == ROOT / "services" / "chassis" / "clock.py":
        return
    calls = [node.func for node in ast.walk(_parsed(path)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print" and not _is_program(path)]
    read = [
        f"{ast.unparse(call)}()"
        for call in calls
        if isinstance(call, ast.Attribute)
        and call.attr in ("now", "utcnow", "today")
        and ast.unparse(call.value) in ("datetime", "date", "datetime.datetime", "datetime.date")
    ]
    assert not read


def _is_program(path: Path) -> bool:
    """What is run by hand speaks on its standard output."""
    return path.name in ("cli.py", "commands.py", "__main__.py", "assets_build.py")


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _settings() -> Iterator[tuple[str, str, bool]]:
    """(file, setting, is explained) of every settings class."""
    for path in [*sorted((ROOT / "services").glob("*/settings.py")), ROOT / "gateway" / "settings.py"]:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for tree in [node for node in _parsed(path).body if isinstance(node, ast.ClassDef)]:
            if not dataclasses.is_dataclass(getattr(module, tree.name)):
                continue
            for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    explained = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
                    yield str(path.relative_to(ROOT)), node.target.id, explained


def test_every_setting_says_what_it_is() -> None:
    silent = {(file, name) for file, name, explained in _settings() if not explained and name not in PLAIN_SETTINGS}
    assert silent == set()


def test_no_setting_is_thought_plain_that_is_gone() -> None:
    assert {name for _, name, _ in _settings()} >= PLAIN_SETTINGS


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


def _used(tree: nodes.Template) -> set[str]:
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    for node in tree.find_all(nodes.Include):
        names |= _used(_template(_file(node.template.value)))  # type: ignore[attr-defined]
    return names


def _file(name: str) -> Path:
    """A template by the name that others call it."""
    paths = [folder / name for folder in (ROOT / "gateway", ROOT / "gateway" / "web") if (folder / name).exists()]
    assert paths, name
    return paths[0]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_imports_only_the_macros_that_it_uses(path: Path) -> None:
    tree = _template(path)
    assert set(_imported(tree)) - _used(tree) == set()


def test_every_macro_is_used_on_a_page() -> None:
    made, used = set(), set()
    for path in TEMPLATES:
        tree, name = _template(path), _name(path)
        macros = {macro.name for macro in tree.find_all(nodes.Macro)}
        made |= {f"{name}:{macro}" for macro in macros}
        called = _used(tree)
        used |= {f"{name}:{macro}" for macro in macros & called}
        if path.name not in SHOWCASE:
            used |= {source for local, source in _imported(tree).items() if local in called}
    assert made - used == set()


def _name(path: Path) -> str:
    name = path.relative_to(ROOT / "gateway")
    return str(name.relative_to("web")) if name.parts[0] == "web" else str(name)
