"""The tool as a process of its own, with nothing of the portal on its path."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.accounts.operations.staff_tokens import create_token
from services.chassis.database.audit import Actor
from tests.gateway.gestion.people import StaffAccount
from tests.support.in_process_four_services import InProcessFourServices

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "portail"
SECONDS = 120
SCOPES = ("pieces:read", "pieces:control", "candidatures:read", "candidatures:manage", "documents:publish")


def tool_token(portal: InProcessFourServices, account: StaffAccount, *scopes: str) -> str:
    """A personal access token; by default with all that the tool asks for."""
    with portal.accounts.app.app_context():
        life, actor = timedelta(days=1), Actor("command", "test")
        return create_token(account.email, name="portail", scopes=scopes or SCOPES, life=life, actor=actor)[1]


@dataclass
class Tool:
    """Runs commands in `folder`, which also holds the tool's own files."""

    url: str
    token: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portail", *words],
            cwd=self.folder,
            env=self.surroundings(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def surroundings(self) -> dict[str, str]:
        """The environment of a gestionnaire's shell."""
        connection = {"PORTAIL_URL": self.url, "PORTAIL_TOKEN": self.token}
        folders = {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "PYTHONUTF8": "1",
            "TZ": "Indian/Reunion",
            **folders,
            **connection,
            **self.environment,
        }

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.returncode == 0, (words, result.stdout, result.stderr)
        return result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=";"))
