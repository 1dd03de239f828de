"""Give a release its number: `python -m deploy.tools.release 0.2.0`.

Writes the number into every file that names it (pyproject.toml is its home), gives what the
CHANGELOG lists as unreleased a section of its own, notes what the services publish, commits and
tags.
"""

import re
import subprocess
import sys
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
FILES_WITH_VERSION = (
    "pyproject.toml",
    "docker-compose.yml",
    "deploy/compose.env.example",
    "deploy/containers/pooler/compose.yml",
    "deploy/kubernetes/components/versions/kustomization.yaml",
    "deploy/kubernetes/examples/databases.yaml",
)
NUMBER = r"\d+\.\d+\.\d+"
PLACE = re.compile(
    r'(^version = "|PORTAIL_VERSION:?[-=]|name: portail/[a-z]+, newTag: |image:'
    rf" portail/[a-z]+:){NUMBER}",
    re.MULTILINE,
)
UNRELEASED = "## Unreleased\n"
PUBLISHED_API = "deploy/tools/released_api.txt"
"""What the services published then, with which changes are compared."""


def version() -> str:
    """The number of the last release."""
    return str(
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    )


def unreleased_changes() -> str:
    """What the CHANGELOG lists since the last release."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return text.partition(UNRELEASED)[2].partition("\n## ")[0]


def release(number: str) -> None:
    """Raises CalledProcessError where git refuses, ValueError where there is nothing to release."""
    changelog = ROOT / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    if f"{UNRELEASED}\n## " in text or UNRELEASED not in text:
        raise ValueError("the CHANGELOG lists nothing unreleased")
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    changelog.write_text(
        text.replace(UNRELEASED, f"{UNRELEASED}\n## {number} ({today})\n", 1), encoding="utf-8"
    )
    for name in FILES_WITH_VERSION:
        file = ROOT / name
        file.write_text(
            PLACE.sub(rf"\g<1>{number}", file.read_text(encoding="utf-8")), encoding="utf-8"
        )
    subprocess.run([sys.executable, "-m", "deploy.tools.published_api"], cwd=ROOT, check=True)
    written = ("CHANGELOG.md", PUBLISHED_API, *FILES_WITH_VERSION)
    subprocess.run(
        ["git", "commit", "--quiet", "-m", f"Release {number}", *written], cwd=ROOT, check=True
    )
    subprocess.run(
        ["git", "tag", "--annotate", "-m", f"Release {number}", f"v{number}"], cwd=ROOT, check=True
    )


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.fullmatch(NUMBER, sys.argv[1]):
        sys.exit(__doc__)
    release(sys.argv[1])
