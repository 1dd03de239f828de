"""What rules, reads and renderings may know, and whose hosts no committed file names."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.service_names import SERVICES

ROOT = Path(__file__).parents[2]
# Rules receive instants and chosen values: nothing in them depends on when, where or by what chance
# they run.
IMPURE = {
    "time",
    "random",
    "secrets",
    "os",
    "socket",
    "subprocess",
    "sqlite3",
    "threading",
    "urllib.request",
}
# Ours that are as plain as the standard library: values and texts, no clock, no I/O.
CLOCK = "services.clock."
OF_CHASSIS = ("csv_format.text_of_safe_cell", "errors", "quotas", "untrusted_archives")
OF_CLOCK = ("PARIS", "end_of_day", "full_years", "iso_utc", "to_paris")
PLAIN_VALUES = (
    "services.contracts",
    "services.reference",
    "services.french",
    *(f"services.chassis.{name}" for name in OF_CHASSIS),
    *(f"{CLOCK}{name}" for name in OF_CLOCK),
)
GIVEN_THE_INSTANT = ("registrations/queries", "documents/queries", "documents/rendering")


def test_rules_import_plain_values_and_what_is_read_or_rendered_for_an_instant_no_clock() -> None:
    strangers = [
        (path.name, name)
        for service in SERVICES
        for path, name in _imports(f"{service}/domain")
        if not _is_plain(name, f"services.{service}.domain")
    ]
    readers = [read for folder in GIVEN_THE_INSTANT for read in _imports(folder)]
    assert readers
    clocks = {CLOCK.removesuffix("."), f"{CLOCK}portal_now", f"{CLOCK}system_now"}
    assert (
        strangers + [read for read in readers if read[1] in clocks or read[1].startswith(".")] == []
    )


def _imports(folder: str) -> Iterator[tuple[Path, str]]:
    """Each module of a service's folder with the full names of what it imports."""
    paths = list((ROOT / "services" / folder).rglob("*.py"))
    assert paths, folder
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = (
                    f"{'.' * node.level}{node.module}"  # a relative one is a stranger everywhere
                )
                yield from ((path, f"{module}.{alias.name}") for alias in node.names)


def _is_plain(name: str, own: str) -> bool:
    if name.startswith("services."):
        return any(f"{name}.".startswith(f"{plain}.") for plain in (own, *PLAIN_VALUES))
    first = name.split(".")[0]
    return first in sys.stdlib_module_names and not {name, name.rpartition(".")[0], first} & IMPURE


def test_what_tests_share_stands_in_no_test() -> None:
    shared = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^from tests\.\S*\btest_\w+ import", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert shared == []


def test_what_the_product_runs_stands_in_the_product() -> None:
    """A clone without its tests starts the portal, in containers too, and gives itself a number."""
    started = [
        path
        for folder in ("deploy", "services", "gateway")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"""["']tests[./]""", path.read_text(encoding="utf-8"))
    ]
    composed = "./tests/" in (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert (started, composed) == ([], False)


def test_no_file_committed_names_the_host_of_a_package_registry() -> None:
    hosts = [
        ".".join(parts)
        for parts in (("registry", "npmjs"), ("pypi", "org"), ("pythonhosted", "org"))
    ]
    files = [
        ROOT / name
        for name in ("package-lock.json", "constraints.txt", "pyproject.toml", "Makefile")
    ]
    named = [
        (path.name, host)
        for path in files
        for host in hosts
        if host in path.read_text(encoding="utf-8")
    ]
    assert not named
