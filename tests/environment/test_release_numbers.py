"""One number for a release wherever it is named; the command that makes a release changes them
all."""

import subprocess
from pathlib import Path

import pytest

from deploy.tools import release

OTHERS = ("docs/", "CHANGELOG.md", "tests/", "tools/portail/")  # the tool has its own number


def test_files_that_name_a_release_name_that_of_pyproject_and_others_name_none() -> None:
    assert {name: {release.version()} for name in release.FILES_WITH_VERSION} == _numbers(
        release.ROOT
    )
    files = subprocess.run(
        ["git", "ls-files"], cwd=release.ROOT, capture_output=True, text=True, check=True
    )
    shown = [Path(name) for name in files.stdout.splitlines() if not name.startswith(OTHERS)]
    texts = {
        str(path): (release.ROOT / path).read_bytes().decode("utf-8", "replace") for path in shown
    }
    assert {name for name, text in texts.items() if release.PLACE.search(text)} == set(
        release.FILES_WITH_VERSION
    )


def test_a_release_numbers_all_files_and_begins_a_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(
        ["git", "clone", "--quiet", "--shared", str(release.ROOT), str(tmp_path / "clone")],
        check=True,
    )
    monkeypatch.setattr(release, "ROOT", tmp_path / "clone")
    for name, value in (("user.name", "someone"), ("user.email", "someone@portail.example")):
        subprocess.run(["git", "config", name, value], cwd=release.ROOT, check=True)
    (release.ROOT / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n- A thing.\n", encoding="utf-8"
    )
    release.release("9.8.7")
    assert all(numbers == {"9.8.7"} for numbers in _numbers(release.ROOT).values())
    assert "## Unreleased\n\n## 9.8.7 (" in (release.ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )
    tags = subprocess.run(
        ["git", "tag", "--points-at", "HEAD"], cwd=release.ROOT, capture_output=True, text=True
    )
    assert tags.stdout == "v9.8.7\n"
    with pytest.raises(ValueError, match="nothing unreleased"):
        release.release("9.8.8")


def _numbers(folder: Path) -> dict[str, set[str]]:
    """By file, the numbers of releases in it."""
    texts = {
        name: (folder / name).read_text(encoding="utf-8") for name in release.FILES_WITH_VERSION
    }
    return {
        name: {place.group().removeprefix(place.group(1)) for place in release.PLACE.finditer(text)}
        for name, text in texts.items()
    }
