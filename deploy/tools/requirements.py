"""Print the dependencies that pyproject.toml declares, one a line, for `pip install -r`.

The portal runs from its own folder and is never installed as a package: only what it needs is. Standard
library only, since this runs before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def requirements(extras: list[str], pyproject: Path = PYPROJECT) -> list[str]:
    """Return what every process needs, then what each extra adds, those that it names included.

    KeyError names an unknown extra.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    lines: dict[str, None] = dict.fromkeys(project["dependencies"])
    for extra in extras:
        lines.update(dict.fromkeys(_expanded(project, extra)))
    return list(lines)


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
    print("\n".join(requirements(sys.argv[1:])))
