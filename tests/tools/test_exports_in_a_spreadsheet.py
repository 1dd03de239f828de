"""Each export as it leaves the portal, opened in LibreOffice: every accent and every leading zero is there."""

from __future__ import annotations

import csv
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from services.accounts.domain.staff import Role
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import HANDLERS, InProcessFourServices
from tests.support.spreadsheet import opened_in_spreadsheet
from tests.tools.tool import Tool, tool_token

EXPORTS = {
    "pieces": "pieces/v1/pieces.csv",
    "candidatures": "registrations/v1/staff/candidatures.csv",
    "epreuves": "registrations/v1/staff/epreuves.csv",
    **{f"journal-{service}": f"{service}/v1/audit.csv?everybody=true" for service in HANDLERS},
}


@pytest.mark.usefixtures("deposited")
def test_a_spreadsheet_program_shows_what_was_exported(running: InProcessFourServices, tool: Tool) -> None:
    scopes = ("pieces:read", "candidatures:read", "audit:read")
    token = tool_token(running, StaffFactory(running).account(role=Role.ADMINISTRATEUR), *scopes)
    files = [_saved(running, token, path, tool.folder / f"{name}.csv") for name, path in EXPORTS.items()]
    for file, shown in zip(files, opened_in_spreadsheet(files), strict=True):
        written = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert [[_as_written(cell) for cell in row] for row in shown] == written, file.name
    numbers = [row[column] for name in ("pieces", "candidatures", "epreuves") for row, column in _numbers(tool, name)]
    assert numbers
    assert {(len(number), number[0]) for number in numbers} == {(11, "0")}
    assert "Document justifiant l'identité" in (tool.folder / "opened" / "pieces.csv").read_text(encoding="utf-8-sig")


def _saved(running: InProcessFourServices, token: str, path: str, file: Path) -> Path:
    answer = requests.get(f"{running.url}/api/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    file.write_bytes(answer.content)
    return file


def _as_written(cell: str) -> str:
    """Days and instants, which the program knows to be such and shows in the format of its own language, English."""
    for shown, written in (("%m/%d/%y %I:%M %p", "%d/%m/%Y %H:%M"), ("%m/%d/%Y", "%d/%m/%Y"), ("%m/%d/%y", "%d/%m/%Y")):
        with suppress(ValueError):
            return datetime.strptime(cell, shown).replace(tzinfo=UTC).strftime(written)
    return cell


def _numbers(tool: Tool, name: str) -> list[tuple[list[str], int]]:
    """(row, the column of its N° candidat) of an export, as it was opened."""
    with (tool.folder / "opened" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as opened:
        headings, *rows = csv.reader(opened, delimiter=";")
    return [(row, headings.index("N° candidat")) for row in rows]
