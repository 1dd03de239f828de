"""The tool is installed from its folder alone, and stands on nothing of the portal's."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.tools.tool import SOURCE

ALLOWED = {"click", "requests", "rich", "portail"}


def test_it_imports_what_it_declares_and_the_standard_library() -> None:
    imported = set()
    for file in (SOURCE / "portail").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names == ALLOWED
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {need.partition(">")[0] for need in project["dependencies"]} == ALLOWED - {"portail"} | {"tzdata"}


def test_the_installed_command_answers(tmp_path: Path) -> None:
    """As `pip install ./tools/portail` does, without fetching what is here already."""
    copy = tmp_path / "source"
    subprocess.run(["cp", "-r", str(SOURCE), str(copy)], check=True)  # pip builds in the folder itself
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(tmp_path / "there"), str(copy)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=120)
    command = tmp_path / "there" / "bin" / "portail"
    answer = subprocess.run(
        [command, "--version"],
        env={"PYTHONPATH": str(tmp_path / "there"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.startswith("portail 1.")
