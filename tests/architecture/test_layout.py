"""The shape of the code: what each service consists of, and what its rules, reads and renderings may know."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.service_names import SERVICES

ROOT = Path(__file__).parents[2]
# Rules receive instants and chosen values: nothing in them depends on when, where or by what chance they run.
IMPURE = {"time", "random", "secrets", "os", "socket", "subprocess", "sqlite3", "threading", "urllib.request"}

# Ours that are as plain as the standard library: values and texts, no clock, no I/O.
PLAIN_VALUES = (
    "services.chassis.csv_export.text_of_safe_cell",
    "services.chassis.errors",
    "services.chassis.french",
    "services.chassis.quotas",
    "services.chassis.untrusted_archives",
    "services.chassis.clock.PARIS",
    "services.chassis.clock.end_of_day",
    "services.chassis.clock.full_years",
    "services.chassis.clock.iso_utc",
    "services.chassis.clock.to_paris",
    "services.contracts",
    "services.reference",
)
CLOCK = "services.chassis.clock"
GIVEN_THE_INSTANT = ("registrations/queries", "documents/queries", "documents/rendering")


def test_the_exams_rules_import_nothing_but_plain_values() -> None:
    """No I/O and no clock: rules are plain Python over what they are given."""
    strangers = {
        str(path): [imported for imported in _imports(path) if not _allowed(imported, service)]
        for service in SERVICES
        for path in (ROOT / "services" / service / "domain").rglob("*.py")
    }
    assert len(strangers) > len(SERVICES)
    assert {path: imported for path, imported in strangers.items() if imported} == {}


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


def test_what_is_read_and_rendered_for_an_instant_is_given_it() -> None:
    forbidden = {CLOCK, f"{CLOCK}.portal_now", f"{CLOCK}.system_now"}
    for folder in GIVEN_THE_INSTANT:
        modules = list((ROOT / "services" / folder).rglob("*.py"))
        assert modules, folder
        assert not [path for path in modules if forbidden & set(_imports(path))]


def test_no_file_committed_names_the_host_of_a_package_registry() -> None:
    hosts = [".".join(parts) for parts in (("registry", "npmjs"), ("pypi", "org"), ("pythonhosted", "org"))]
    files = [ROOT / name for name in ("package-lock.json", "constraints.txt", "pyproject.toml", "Makefile")]
    named = [(path.name, host) for path in files for host in hosts if host in path.read_text(encoding="utf-8")]
    assert not named
