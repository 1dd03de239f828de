"""What the Makefile and the images install is what pyproject.toml declares, in versions whose files
are known; no package is shipped whose licence would ask for the portal's own code or that names
none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.tools import licences
from deploy.tools.requirements import LOCK, locked, package_name, requirements

ROOT = Path(__file__).parents[2]
EVERYTHING = ["dev", "sbom", "audit", "node"]
LOCKED = """# Versions
first==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:11
    # via of-ours, second-one
of-ours==2.0 \\
    --hash=sha256:22
    # via portail-candidat (pyproject.toml)
second-one==3.0 \\
    --hash=sha256:33
    # via third
third==4.0 \\
    --hash=sha256:44
    # via portail-candidat (pyproject.toml)
"""


def test_every_declared_package_is_locked_with_the_digests_of_its_files() -> None:
    wanted = requirements(EVERYTHING)
    entries = locked(wanted, LOCK.read_text(encoding="utf-8"))
    assert {package_name(line) for line in wanted} <= {package_name(entry) for entry in entries}
    assert [entry for entry in entries if not re.search("--hash=sha256:[0-9a-f]{64}", entry)] == []


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("Of_Ours[more]>=1", ["first", "of-ours"]),
        ("third", ["first", "second-one", "third"]),
        ("first", ["first"]),
    ],
)
def test_a_package_brings_along_what_it_needs(wanted: str, names: list[str]) -> None:
    assert [package_name(entry) for entry in locked([wanted], LOCKED)] == names


def test_a_package_is_installed_from_the_lock_alone() -> None:
    """But for uv, which writes it."""
    scripts = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "deploy/tools").glob("*.sh")
    )
    installs = re.findall(r"^.*pip\b[^#\n]*\binstall\b(?:.*\\\n)*.*", scripts, re.MULTILINE)
    assert len(installs) > 3
    assert [
        each for each in installs if "--require-hashes -r" not in each and not each.endswith(" uv")
    ] == []


def test_a_file_of_npm_has_its_digest_too() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ([{"license": {"id": "LGPL-3.0-only"}}], 0),
        ([{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}], 0),
        ([{"expression": "MIT AND GPL-3.0-only"}], 1),
        ([{"license": {"id": "GPL-3.0-only"}}], 1),
        ([{"license": {"id": "AGPL-3.0-or-later"}}], 1),
        ([{"license": {"name": "declared license file: LICENSE-MIT"}}], 1),
        ([], 1),
    ],
)
def test_what_may_be_shipped(tmp_path: Path, declared: list[dict[str, Any]], code: int) -> None:
    component = {"name": "something", "version": "1.0", "licenses": declared}
    (tmp_path / "pieces.json").write_text(json.dumps({"components": [component]}), encoding="utf-8")
    assert licences.main([tmp_path / "pieces.json"]) == code
