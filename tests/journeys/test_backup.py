"""`make backup` of a portal that people use, its folder lost, `make restore`, `make run`: they find
what they had. And what the two copy, and what they refuse to do."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.local import backup, restore
from deploy.local.backup import CONSUMERS_FIRST, Impossible
from deploy.local.startup_steps import StepFailed
from deploy.local.state_folder import AlreadyRunning, StateFolder
from deploy.service_names import SERVICES
from services.contracts import EVENTS
from services.contracts.documents import DocumentsAnnounced
from services.contracts.pieces import PiecesRefused, PiecesReminded, PiecesStateChanged
from tests.journeys.background_load import PeopleAtWork
from tests.journeys.candidate import Candidate
from tests.journeys.justificatifs_page import RegisteredCandidate, register_candidate
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal
from tests.support.ports import free_port
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


def test_a_restore_brings_back_what_was_acknowledged(
    machine: LaunchedPortal, browser: Browser, tmp_path: Path
) -> None:
    """Takes minutes: a portal is loaded, copied, lost, restored, started anew, and has to
    settle."""
    someone = register_candidate(machine, browser)
    people = PeopleAtWork(machine, [someone])
    ledger = people.ledger
    people.deposit_for_good(someone)
    with people.load():
        people.wait_until_answered("the start", AT_WORK_SECONDS, times=2)
        saved = ledger.saves[someone.candidature].acknowledged
        made = set(ledger.accounts)
        copied = machine.command("backup", str(tmp_path / "backups"))
    assert copied.returncode == 0, copied.stderr
    machine.stop()
    shutil.rmtree(machine.var)
    restored = machine.command("restore", str(tmp_path / "backups"))
    assert restored.returncode == 0, restored.stderr
    assert asked(machine, "registrations", PUBLISHED) == [(0,)]
    machine.start()
    wait_until(lambda: settled(machine), SETTLED_SECONDS, "everything published again was handled")
    assert ledger.faults == []
    assert versions_everywhere(machine, someone) >= saved
    assert made <= {email for (email,) in asked(machine, "accounts", "SELECT email FROM accounts")}
    opens_his_file(
        machine,
        browser,
        someone,
        ledger.unreplaced_files[someone.candidature, someone.unreplaced_piece],
    )
    for service in ("documents", "pieces"):
        reconcile = machine.command("command", service, "reconcile")
        assert reconcile.returncode == 0, reconcile.stdout + reconcile.stderr


def versions_everywhere(machine: LaunchedPortal, someone: RegisteredCandidate) -> int:
    """How many versions registrations has; documents and pieces know each of them and no other."""
    where = f"WHERE candidature_id = '{someone.candidature}' ORDER BY version"
    versions = asked(machine, "registrations", f"SELECT version FROM candidature_versions {where}")
    assert versions == [(number,) for number in range(1, len(versions) + 1)]
    assert (
        asked(machine, "documents", f"SELECT DISTINCT version FROM documents {where}") == versions
    )
    known = asked(
        machine, "pieces", f"SELECT version FROM candidatures WHERE id = '{someone.candidature}'"
    )
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


def opens_his_file(
    machine: LaunchedPortal, browser: Browser, someone: RegisteredCandidate, digest: str
) -> None:
    with french_profile(browser) as context:
        candidate = Candidate(context.new_page(), machine, someone.persona)
        candidate.logs_in()
        answer = context.request.get(
            f"{machine.url}/justificatifs/fichier/{someone.unreplaced_piece}"
        )
        assert hashlib.sha256(answer.body()).hexdigest() == digest


OLD = b"a file deposited before the first backup"
KEY = "objects/pieces/candidature/file"
FIRST = datetime(2026, 11, 25, 17, tzinfo=UTC)
MAY_COME_TWICE = {
    DocumentsAnnounced.TYPE,
    PiecesReminded.TYPE,
    PiecesRefused.TYPE,
    PiecesStateChanged.TYPE,
}
"""Of pieces and documents, which are copied first since they hear of candidatures: what they
announced while the others were copied, they announce again when it is done again after a restore,
by one more mail; nothing else follows from it. What the pieces of a candidature are at is told
again by their next change, or by `tell-states`."""


@pytest.fixture(scope="module")
def resting(alone: LaunchedPortal, tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    """The folder of a portal that has run and rests."""
    copies = tmp_path_factory.mktemp("copies")
    state = StateFolder(tmp_path_factory.mktemp("machine"))
    backup.back_up(StateFolder(alone.var), copies, FIRST)
    state.prepare()
    for path in (*copies.glob("*Z/databases/*"), *copies.glob("secrets/*Z/*")):
        shutil.copy(path, state.root)
    return state


@pytest.fixture
def state(resting: StateFolder, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """It has one object."""
    monkeypatch.chdir(Path(__file__).parents[2])
    shutil.rmtree(resting.objects)
    write(resting.root / KEY, OLD)
    return resting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def first(state: StateFolder, folder: Path) -> Path:
    """The one backup that is there."""
    return backup.back_up(state, folder, FIRST)


@pytest.fixture
def empty(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "restored")


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def later(state: StateFolder, folder: Path, days: int = 1) -> Path:
    """Another backup, so many days after the first."""
    return backup.back_up(state, folder, FIRST + timedelta(days=days))


def refused(state: StateFolder, folder: Path) -> str:
    """Why nothing is restored."""
    with pytest.raises(Impossible) as reason:
        restore.restore(state, folder)
    return str(reason.value)


def test_no_database_is_copied_before_one_that_hears_from_it() -> None:
    order = {service: place for place, service in enumerate(CONSUMERS_FIRST)}
    assert set(order) == set(SERVICES)
    events = [event for event in EVENTS if event.TYPE not in MAY_COME_TWICE]
    assert len(events) == len(EVENTS) - len(MAY_COME_TWICE)
    pairs = {
        (event.__module__.rpartition(".")[2], consumer)
        for event in events
        for consumer in event.CONSUMERS
    }
    assert pairs
    assert not [
        (producer, consumer) for producer, consumer in pairs if order[consumer] > order[producer]
    ]


def test_another_backup_adds_what_is_new_and_whole_and_leaves_the_first(
    state: StateFolder, folder: Path, first: Path
) -> None:
    write(state.objects / "pieces/candidature/new", b"deposited later")
    second = later(state, folder)
    assert (second / "objects/pieces/candidature/new").read_bytes() == b"deposited later"
    assert (second / KEY).samefile(first / KEY)
    (state.root / KEY).unlink()
    half_written = ("objects/pieces/.rclone_temp_put_1", "mail/.x.part")
    for path in half_written:
        write(state.root / path, b"half")
    third = later(state, folder, days=2)
    assert [path for path in (KEY, *half_written) if (third / path).exists()] == []
    assert (first / KEY).read_bytes() == (second / KEY).read_bytes() == OLD


def test_a_backup_is_its_owners_with_secrets_apart(
    alone: LaunchedPortal, state: StateFolder, folder: Path
) -> None:
    done = alone.command("backup", str(folder), VAR_DIR=str(state.root))
    assert "Sauvegarde faite : " in done.stdout, done.stderr
    assert " mails ; 1 nouveaux (0.0 Mo)" in done.stdout
    there = list(folder.rglob("*"))
    assert {path.stat().st_mode & 0o077 for path in [folder, *there]} == {0}
    secret = json.loads((state.root / "secrets.json").read_text())["objects_secret"]
    [made] = folder.glob("[0-9]*Z")
    holding = [path for path in there if path.is_file() and secret.encode() in path.read_bytes()]
    assert holding == [folder / "secrets" / made.name / "secrets.json"]


def test_a_backup_needs_a_portal_with_its_data_and_a_place_outside(
    alone: LaunchedPortal, state: StateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = alone.command("backup", str(tmp_path), VAR_DIR=str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stderr.startswith("Sauvegarde impossible : ")
    assert "aucun portail n'y a démarré" in done.stderr
    inside = state.root / "backups"
    with pytest.raises(Impossible, match="serait perdu avec lui"):
        later(state, inside)
    assert not inside.exists()
    monkeypatch.setenv("PIECES_DATABASE_URL", "postgresql+psycopg://somewhere/pieces")
    with pytest.raises(Impossible, match="PIECES_DATABASE_URL"):
        later(state, tmp_path / "backups")


def test_a_restore_over_data_or_beneath_a_running_portal_is_refused(
    first: Path, empty: StateFolder, alone: LaunchedPortal
) -> None:
    write(empty.database("accounts"), b"somebody's")
    assert "contient déjà des données (accounts.db" in refused(empty, first)
    assert [path.name for path in empty.root.iterdir() if path.name != "lock"] == ["accounts.db"]
    assert empty.database("accounts").read_bytes() == b"somebody's"
    with pytest.raises(AlreadyRunning):
        restore.restore(StateFolder(alone.var), first)


def test_a_backup_that_was_not_finished_is_none_and_goes_with_the_next(
    state: StateFolder, folder: Path, first: Path, empty: StateFolder
) -> None:
    (first / backup.SUMS).unlink()
    left = folder / ".20260101T000000Z.part"
    write(left / backup.SUMS, b"")
    assert "aucune sauvegarde entière" in refused(empty, folder)
    later(state, folder)
    assert not left.exists()


def test_a_schema_of_a_later_version_is_refused(
    state: StateFolder, folder: Path, empty: StateFolder
) -> None:
    with closing(sqlite3.connect(state.database("accounts"), isolation_level=None)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        later(state, folder)
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    with pytest.raises(StepFailed, match="9999"):
        restore.restore(empty, folder)
    assert empty.restoring.exists()


def test_secrets_kept_elsewhere_are_missed(
    state: StateFolder, folder: Path, first: Path, empty: StateFolder
) -> None:
    shutil.move(folder / "secrets", folder.parent / "safe")
    assert "les secrets ne sont pas dans" in refused(empty, first)
    assert "Restauré dans" in restore.restore(empty, first, with_secrets=False)
    assert (empty.root / "secrets.json").read_text() != (state.root / "secrets.json").read_text()


def test_an_interrupted_restore_lets_no_portal_start_and_begins_anew_from_the_backup_named(
    alone: LaunchedPortal, state: StateFolder, folder: Path, first: Path, empty: StateFolder
) -> None:
    write(state.objects / "pieces/candidature/later", b"after the first")
    later(state, folder)
    write(empty.restoring, b"")
    write(empty.database("accounts"), b"half of it")
    start = alone.command("__main__", VAR_DIR=str(empty.root), PORT=str(free_port()))
    assert (start.returncode, "n'est pas achevée" in start.stderr) == (1, True)
    done = alone.command("restore", str(first), VAR_DIR=str(empty.root))
    assert f"Restauré dans {empty.root} depuis {first}" in done.stdout, done.stderr
    assert not empty.restoring.exists()
    assert [path.name for path in (empty.objects / "pieces/candidature").iterdir()] == ["file"]
    assert (empty.root / KEY).read_bytes() == OLD
    with closing(sqlite3.connect(empty.database("accounts"))) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
