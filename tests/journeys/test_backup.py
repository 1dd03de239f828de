"""`make backup` of a portal that people use, its folder lost, `make restore`, `make run`: they find what they had."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.service_names import SERVICES
from tests.journeys.background_load import PeopleAtWork
from tests.journeys.candidate import Candidate
from tests.journeys.registered_candidate import RegisteredCandidate, register_candidate
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until

AT_WORK_SECONDS = 90.0
SETTLED_SECONDS = 90.0
PUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"


@pytest.fixture(scope="module")
def machine() -> Iterator[LaunchedPortal]:
    """A portal that loses its folder."""
    portal = LaunchedPortal("backup")
    yield portal
    portal.stop()


def test_a_restore_brings_back_what_was_acknowledged(machine: LaunchedPortal, browser: Browser, tmp_path: Path) -> None:
    """Takes minutes: a portal is loaded, copied, lost, restored, started anew, and has to settle."""
    someone = register_candidate(machine, browser)
    people = PeopleAtWork(machine, [someone])
    ledger = people.ledger
    people.deposit_for_good(someone)
    with people.load():
        people.wait_until_answered("the start", AT_WORK_SECONDS, times=2)
        saved, made = ledger.saves[someone.candidature].acknowledged, set(ledger.accounts)
        backup = machine.command("backup", str(tmp_path / "backups"))
    assert backup.returncode == 0, backup.stderr
    machine.stop()
    shutil.rmtree(machine.var)
    restore = machine.command("restore", str(tmp_path / "backups"))
    assert restore.returncode == 0, restore.stderr
    assert asked(machine, "registrations", PUBLISHED) == [(0,)]
    machine.start()
    wait_until(lambda: settled(machine), SETTLED_SECONDS, "everything published again was handled")
    assert ledger.faults == []
    assert versions_everywhere(machine, someone) >= saved
    assert made <= {email for (email,) in asked(machine, "accounts", "SELECT email FROM accounts")}
    opens_his_file(machine, browser, someone, ledger.unreplaced_files[someone.candidature, someone.unreplaced_piece])
    for service in ("documents", "pieces"):
        reconcile = machine.command("command", service, "reconcile")
        assert reconcile.returncode == 0, reconcile.stdout + reconcile.stderr


def versions_everywhere(machine: LaunchedPortal, someone: RegisteredCandidate) -> int:
    """How many versions registrations has; documents and pieces know each of them and no other."""
    where = f"WHERE candidature_id = '{someone.candidature}' ORDER BY version"
    versions = asked(machine, "registrations", f"SELECT version FROM candidature_versions {where}")
    assert versions == [(number,) for number in range(1, len(versions) + 1)]
    assert asked(machine, "documents", f"SELECT DISTINCT version FROM documents {where}") == versions
    known = asked(machine, "pieces", f"SELECT version FROM candidatures WHERE id = '{someone.candidature}'")
    assert known == versions[-1:]
    return len(versions)


def settled(machine: LaunchedPortal) -> bool:
    waiting = (
        "SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) + "
        "(SELECT count(*) FROM tasks WHERE state = 'waiting' AND event_id <> 'job')"
    )
    return all(asked(machine, service, waiting) == [(0,)] for service in SERVICES) and (
        asked(machine, "broker", "SELECT count(*) FROM messages") == [(0,)]
    )


def asked(machine: LaunchedPortal, database: str, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(machine.var / f"{database}.db", timeout=30)) as connection:
        return connection.execute(query).fetchall()


def opens_his_file(machine: LaunchedPortal, browser: Browser, someone: RegisteredCandidate, digest: str) -> None:
    with french_profile(browser) as context:
        candidate = Candidate(context.new_page(), machine, someone.persona)
        candidate.logs_in()
        answer = context.request.get(f"{machine.url}/justificatifs/fichier/{someone.unreplaced_piece}")
        assert hashlib.sha256(answer.body()).hexdigest() == digest
