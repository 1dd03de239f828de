"""Print what `pip install --require-hashes -r` is to install of constraints.txt for extras of
pyproject.toml.

Each package has its version and the digests of its files there. The portal runs from its own folder
and is never installed as a package: only what it needs is. Standard library only, since this runs
before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "constraints.txt"


def requirements(extras: list[str]) -> list[str]:
    """Return what every process needs, then what each extra adds, those that it names included.

    KeyError names an unknown extra.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    itself = re.compile(rf"{re.escape(project['name'])}\[(.+)\]")
    lines = list(project["dependencies"])
    wanted = list(extras)
    while wanted:
        for line in project["optional-dependencies"][wanted.pop()]:
            named = itself.fullmatch(line)
            if named:
                wanted += named[1].split(",")
            else:
                lines.append(line)
    return lines


def locked(lines: list[str], lock: str) -> list[str]:
    """Return the entries of `lock`, the text of constraints.txt, for these requirements and all
    that they bring along, which the lock says in « # via … »."""
    entries = {package_name(entry): entry for entry in re.split(r"\n(?=\w)", lock) if "==" in entry}
    brought_by = {
        name: set(map(package_name, entry.partition("# via ")[2].split(", ")))
        for name, entry in entries.items()
    }
    wanted = set(map(package_name, lines))
    size = 0
    while len(wanted) > size:  # until none brings another one along
        size = len(wanted)
        wanted |= {name for name, others in brought_by.items() if wanted & others}
    return [entry for name, entry in entries.items() if name in wanted]


def package_name(requirement: str) -> str:
    """The name with which a requirement begins, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]*", requirement)[0]).lower()  # type: ignore[index]


if __name__ == "__main__":
    print("\n".join(locked(requirements(sys.argv[1:]), LOCK.read_text(encoding="utf-8"))))
