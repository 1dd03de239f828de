"""« Brancher un outil »: every block of commands of the page is run, in its order, in one shell,
against the portal."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import depositor
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.missing_services import NotInstalled
from tests.tools.tool import ROOT, SOURCE, Tool

PAGE = (ROOT / "docs" / "outils.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SECONDS = 300


@pytest.mark.usefixtures("workers")
def test_every_block_of_the_page_does_what_it_says(
    running: InProcessFourServices, tool: Tool, tmp_path: Path
) -> None:
    """Takes as long as its fifty commands, each a process, and one installation."""
    if shutil.which("jq") is None:
        raise NotInstalled("jq", "jq")
    for _ in range(3):
        depositor(CandidateFactory(running), running, deposits=2)
    shutil.copytree(SOURCE, tmp_path / "tools" / "portail")
    # Each block says which one it is, so that a failure is found.
    numbered = [
        f"echo '--- block {number}' >&2\n{block}" for number, block in enumerate(BLOCKS, start=1)
    ]
    script = "set -euo pipefail\n" + "\n".join(numbered)
    result = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=_shell(tool, tmp_path),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert result.stderr.count("--- block") == len(BLOCKS) >= 15
    assert "/problems/introuvable" in result.stdout
    assert "2 décisions enregistrées sur 2, dont 2 lors d'une exécution précédente" in result.stdout
    assert "Documents publiés : 1 sur 1." in result.stderr
    for name in (
        "piece.pdf",
        "pieces.csv",
        "candidatures.csv",
        "epreuves.csv",
        "epreuves-curl.csv",
    ):
        assert (tmp_path / name).stat().st_size > 100, name


def _shell(tool: Tool, folder: Path) -> dict[str, str]:
    """`pip install` builds here and puts the command there, fetching nothing (« 0 » is what
    switches isolation off)."""
    python = Path(sys.executable).parent
    there = folder / "installed"
    pip = {
        "PIP_TARGET": str(there),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_QUIET": "1",
    }
    paths = {"PATH": f"{there / 'bin'}:{python}:{os.environ['PATH']}", "PYTHONPATH": str(there)}
    return {**tool.surroundings(), **pip, **paths}
