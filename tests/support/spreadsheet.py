"""LibreOffice Calc, without a window: what it understands of CSV files."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.missing_services import NotInstalled, skip_or_fail

SECONDS = 180
# Semicolons, quotes, UTF-8, French, « champs entre guillemets comme du texte », « détecter les nombres spéciaux ».
READING = "CSV:59,34,76,1,,1036,true,true"
WRITING = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true"


def opened_in_spreadsheet(files: Sequence[Path]) -> list[list[list[str]]]:
    """The cells of each file of one folder, as shown once it is open."""
    program = shutil.which("soffice")
    if program is None:
        skip_or_fail(NotInstalled("LibreOffice Calc", "soffice"))
    folder = files[0].parent
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    words = [program, profile, "--headless", f"--infilter={READING}", "--convert-to", WRITING]
    there = folder / "opened"
    command = [*words, "--outdir", str(there), *map(str, files)]
    subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)
    return [_cells(there / file.name) for file in files]


def _cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened, delimiter=";"))
