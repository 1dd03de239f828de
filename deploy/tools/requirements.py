"""Print what `pip install --require-hashes -r` is to install of constraints.txt for extras of pyproject.toml.

Each package has its version and the digests of its files there. The portal runs from its own folder and is never
installed as a package: only what it needs is. Standard library only, since this runs before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "constraints.txt"


def requirements(extras: list[str], pyproject: Path = PYPROJECT) -> list[str]:
    """Return what every process needs, then what each extra adds, those that it names included.

    KeyError names an unknown extra.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    lines: dict[str, None] = dict.fromkeys(project["dependencies"])
    for extra in extras:
        lines.update(dict.fromkeys(_expanded(project, extra)))
    return list(lines)


def locked(lines: list[str], lock: str) -> list[str]:
    """The entries of `lock`, the text of constraints.txt, for these requirements and all that they bring along."""
    entries = [entry for entry in re.split(r"\n(?=\w)", lock) if "==" in entry]
    wanted = {package_name(line) for line in lines}
    while brought := {package_name(entry) for entry in entries if wanted & _brought_by(entry)} - wanted:
        wanted |= brought
    return [entry for entry in entries if package_name(entry) in wanted]


def package_name(requirement: str) -> str:
    """The name with which a requirement begins, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]*", requirement)[0]).lower()  # type: ignore[index]


def _brought_by(entry: str) -> set[str]:
    """The names of the packages that need the entry's, which the lock says in « # via … »."""
    return {package_name(name) for name in entry.partition("# via ")[2].split(", ")}


def _expanded(project: dict[str, Any], extra: str) -> list[str]:
    itself = re.compile(rf"{re.escape(project['name'])}\[(?P<extras>[^\]]+)\]")
    lines: list[str] = []
    for line in project["optional-dependencies"][extra]:
        if named := itself.fullmatch(line):
            for inner in named["extras"].split(","):
                lines += _expanded(project, inner.strip())
        else:
            lines.append(line)
    return lines


if __name__ == "__main__":
    print("\n".join(locked(requirements(sys.argv[1:]), LOCK.read_text(encoding="utf-8"))))
