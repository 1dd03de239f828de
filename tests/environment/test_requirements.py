"""What the Makefile and the images install is what pyproject.toml declares, in versions that are pinned."""

from pathlib import Path

from deploy.tools.requirements import requirements

ROOT = Path(__file__).parents[2]


def test_every_declared_package_has_its_version_in_the_constraints() -> None:
    constraints = ROOT / "constraints.txt"
    pinned = {_name(line) for line in constraints.read_text(encoding="utf-8").splitlines()}
    assert [line for line in requirements(["dev"]) if _name(line) not in pinned] == []


def _name(requirement: str) -> str:
    name = "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()
    return name[0].lower().replace("_", "-") if name else ""
