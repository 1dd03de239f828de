"""The exam's rules are plain Python over plain values: their modules import nothing that does I/O or keeps time."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.service_names import SERVICES

ROOT = Path(__file__).parents[2]

# Rules receive instants and chosen values: nothing in them depends on when, where or by what chance they run.
IMPURE = {"time", "random", "secrets", "os", "socket", "subprocess", "sqlite3", "threading", "urllib.request"}

# Ours that are as plain as the standard library: values and texts, no clock, no I/O.
PLAIN_VALUES = (
    "services.chassis.errors",
    "services.chassis.french",
    "services.chassis.untrusted_archives",
    "services.chassis.clock.PARIS",
    "services.chassis.clock.to_paris",
    "services.contracts",
    "services.reference",
)
CLOCK = "services.chassis.clock"
GIVEN_THE_INSTANT = ("registrations/queries", "documents/queries", "documents/rendering")


def _domain_modules() -> list[Path]:
    return [path for name in SERVICES for path in sorted((ROOT / "services" / name / "domain").rglob("*.py"))]


def _imports(path: Path) -> Iterator[str]:
    """Full names of what a module imports: « services.chassis.clock.to_paris »."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where a name comes from"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _allowed(imported: str, service: str) -> bool:
    if imported.startswith("services."):
        within = (f"services.{service}.domain", *PLAIN_VALUES)
        return any(imported == name or imported.startswith(f"{name}.") for name in within)
    names = {imported, imported.rpartition(".")[0], imported.split(".")[0]}
    return imported.split(".")[0] in sys.stdlib_module_names and not names & IMPURE


def test_there_are_rules_to_look_at() -> None:
    assert _domain_modules()


@pytest.mark.parametrize("path", _domain_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_domain_module_imports_nothing_but_plain_values(path: Path) -> None:
    service = path.relative_to(ROOT / "services").parts[0]
    strangers = [imported for imported in _imports(path) if not _allowed(imported, service)]
    assert not strangers


@pytest.mark.parametrize("path", _domain_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_domain_module_reads_no_clock(path: Path) -> None:
    read = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
    ]
    assert not read


@pytest.mark.parametrize("folder", GIVEN_THE_INSTANT)
def test_what_is_read_and_rendered_for_an_instant_is_given_it(folder: str) -> None:
    modules = list((ROOT / "services" / folder).rglob("*.py"))
    assert modules
    forbidden = {CLOCK, f"{CLOCK}.portal_now", f"{CLOCK}.system_now"}
    assert not [path.name for path in modules if forbidden & set(_imports(path))]


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "misc"])
def test_no_module_is_named_after_nothing(name: str) -> None:
    modules = [
        path
        for folder in ("services", "gateway", "deploy", "tests")
        for path in (ROOT / folder).rglob(f"{name}*")
        if path.stem in {name, f"{name}s"}
    ]
    assert not modules


def test_no_file_committed_names_the_host_of_a_package_registry() -> None:
    hosts = [".".join(parts) for parts in (("registry", "npmjs"), ("pypi", "org"), ("pythonhosted", "org"))]
    files = [ROOT / name for name in ("package-lock.json", "constraints.txt", "pyproject.toml", "Makefile")]
    named = [(path.name, host) for path in files for host in hosts if host in path.read_text(encoding="utf-8")]
    assert not named
