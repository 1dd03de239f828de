"""Print the licence of each package in CycloneDX files: `python -m deploy.tools.licences FILE …`.

Ends with 1 where one is not among those that a public administration may ship beside its own code
without publishing that: permissive ones, and those that ask for the source of the library alone.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ACCEPTED = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|MPL|Mozilla|LGPL|PSF|Python|HPND|Unlicense|Zlib|BlueOak|etalab)\b",
    re.IGNORECASE,
)
FILE = "declared license"
"""How cyclonedx-bom names the entry of a file's text."""
DECLARED_IN_FILES = {"combine-errors": "MIT", "pypdfium2": "Apache-2.0 OR BSD-3-Clause"}
"""Packages whose metadata name no licence, and what the files in them say."""


def licences(component: dict[str, Any]) -> list[str]:
    """Those that a package declares, as SPDX identifiers or expressions where it has any."""
    declared = [entry.get("license", {}) | entry for entry in component.get("licenses", [])]
    names = [entry.get("expression") or entry.get("id") or entry.get("name") for entry in declared]
    of_files = DECLARED_IN_FILES.get(component["name"], "")
    return [name for name in names if name and not name.startswith(FILE)] or [of_files]


def is_accepted(component: dict[str, Any]) -> bool:
    """Whether one of them is accepted, in each of its parts where several apply together."""
    return any(
        all(map(ACCEPTED.search, re.split(r"\bAND\b", name))) for name in licences(component)
    )


def main(files: list[Path]) -> int:
    components = [entry for file in files for entry in json.loads(file.read_text())["components"]]
    shipped = {(entry["name"], entry.get("version", "")): entry for entry in components}
    for name, version in sorted(shipped):
        component = shipped[name, version]
        mark = "" if is_accepted(component) else "  NOT ACCEPTED"
        print(f"{name} {version}: {', '.join(licences(component)) or 'none'}{mark}")
    return 0 if all(map(is_accepted, shipped.values())) else 1


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
