"""What `make backup` and `make restore` copy, and what they refuse to do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local import backup, manifest
from services.chassis.clock import system_now
from services.contracts import EVENTS
from services.contracts.pieces import PiecesRefused, PiecesReminded
from tests.support.launched_portal import LaunchedPortal

OLD = b"a file deposited before the first backup"
KEY = "objects/pieces/candidature/file"
MAY_COME_TWICE = {PiecesReminded.TYPE, PiecesRefused.TYPE}
"""Of pieces, which is copied first since it hears of candidatures: what it announced while the others were copied, it
announces again after a restore, by one more mail; nothing else follows from it."""


@pytest.fixture(scope="module")
def machine() -> LaunchedPortal:
    """A portal that has run once and rests, with one object."""
    portal = LaunchedPortal("backup-rules")
    portal.stop()
    write(portal.var / KEY, OLD)
    return portal


@pytest.fixture
def folder(machine: LaunchedPortal, tmp_path: Path) -> Path:
    """Where one backup is."""
    assert machine.command("backup", str(tmp_path / "backups")).returncode == 0
    return tmp_path / "backups"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A VAR_DIR for a restore."""
    return tmp_path / "restored"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def only(folder: Path) -> Path:
    (backup,) = folder.glob("[0-9]*Z")
    return backup


def restored(machine: LaunchedPortal, folder: Path, var: Path, *words: str) -> str:
    """What is said on the way, in vain or not."""
    done = machine.command("restore", str(folder), *words, VAR_DIR=str(var))
    assert bool(done.returncode) != bool(done.stdout), done
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def next_second(folder: Path) -> None:
    """A backup's name is its second."""
    while backup.name_of(system_now()) <= max(path.name for path in folder.glob("[0-9]*Z")):
        pass


def test_no_database_is_copied_before_one_that_hears_from_it() -> None:
    order = {service: place for place, service in enumerate(manifest.CONSUMERS_FIRST)}
    events = [event for event in EVENTS if event.TYPE not in MAY_COME_TWICE]
    assert len(events) == len(EVENTS) - len(MAY_COME_TWICE)
    pairs = {(event.__module__.rpartition(".")[2], consumer) for event in events for consumer in event.CONSUMERS}
    assert pairs
    assert not [(producer, consumer) for producer, consumer in pairs if order[consumer] > order[producer]]


def test_a_second_backup_adds_what_is_new_and_leaves_the_first_as_it_was(machine: LaunchedPortal, folder: Path) -> None:
    first = only(folder)
    new, gone = machine.var / "objects/pieces/candidature/new", machine.var / KEY
    write(new, b"deposited later")
    next_second(folder)
    output = machine.command("backup", str(folder)).stdout
    second = max(folder.glob("[0-9]*Z"))
    assert "1 nouveaux" in output
    assert (second / KEY).stat().st_ino == (first / KEY).stat().st_ino
    gone.unlink()
    next_second(folder)
    machine.command("backup", str(folder))
    assert not (max(folder.glob("[0-9]*Z")) / KEY).exists()
    assert (first / KEY).read_bytes() == (second / KEY).read_bytes() == OLD
    new.unlink()
    write(gone, OLD)


def test_a_file_that_changed_under_its_name_is_copied_anew(machine: LaunchedPortal, folder: Path) -> None:
    write(machine.var / KEY, b"something else")
    next_second(folder)
    assert "1 nouveaux" in machine.command("backup", str(folder)).stdout
    assert (max(folder.glob("[0-9]*Z")) / KEY).read_bytes() == b"something else"
    write(machine.var / KEY, OLD)


def test_what_is_half_written_is_not_copied(machine: LaunchedPortal, tmp_path: Path) -> None:
    half = [machine.var / "objects/pieces/.rclone_temp_put_1", machine.var / "mail/.x.part"]
    for path in half:
        write(path, b"half")
    machine.command("backup", str(tmp_path))
    assert not [path for path in half if (only(tmp_path) / path.relative_to(machine.var)).exists()]
    for path in half:
        path.unlink()


def test_nobody_else_can_read_a_backup_and_secrets_are_apart(machine: LaunchedPortal, folder: Path) -> None:
    there = [path for path in folder.rglob("*") if path.exists()]
    assert {path.stat().st_mode & 0o077 for path in [folder, *there]} == {0}
    secret = json.loads((machine.var / "secrets.json").read_text())["objects_secret"]
    assert [path for path in there if path.is_file() and secret.encode() in path.read_bytes()] == [
        folder / "secrets" / only(folder).name / "secrets.json"
    ]


def test_a_backup_that_fails_leaves_nothing_that_a_restore_would_take(machine: LaunchedPortal, tmp_path: Path) -> None:
    database = machine.var / "accounts.db"
    whole = database.read_bytes()
    database.write_bytes(b"not a database")
    done = machine.command("backup", str(tmp_path / "backups"))
    database.write_bytes(whole)
    assert done.returncode == 1
    assert done.stderr.startswith("Sauvegarde impossible : ")
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("where", ["", "inside"])
def test_a_backup_needs_a_portal_and_a_place_outside_of_it(machine: LaunchedPortal, tmp_path: Path, where: str) -> None:
    folder, var = (machine.var / "backups", machine.var) if where else (tmp_path, tmp_path / "none")
    done = machine.command("backup", str(folder), VAR_DIR=str(var))
    assert done.returncode == 1
    assert ("serait perdu avec lui" if where else "aucun portail n'y a démarré") in done.stderr
    assert not (machine.var / "backups").exists()


def test_data_on_a_server_are_not_said_to_be_saved(machine: LaunchedPortal, tmp_path: Path) -> None:
    done = machine.command("backup", str(tmp_path), PIECES_DATABASE_URL="postgresql+psycopg://somewhere/pieces")
    assert (done.returncode, "PIECES_DATABASE_URL" in done.stderr) == (1, True)


def test_a_restore_over_data_is_refused(machine: LaunchedPortal, folder: Path, empty: Path) -> None:
    write(empty / "accounts.db", b"somebody's")
    assert "contient déjà des données (accounts.db" in restored(machine, folder, empty)
    assert [path.name for path in empty.iterdir() if path.name != "lock"] == ["accounts.db"]
    assert (empty / "accounts.db").read_bytes() == b"somebody's"


def test_a_restore_beneath_a_running_portal_is_refused(machine: LaunchedPortal, folder: Path) -> None:
    machine.start()
    output = restored(machine, folder, machine.var)
    machine.stop()
    assert f"un portail utilise {machine.var}" in output


def shortens(made: Path) -> None:
    (made / KEY).write_bytes(OLD[:-1])


def alters(made: Path) -> None:
    (made / KEY).write_bytes(OLD[::-1])


def loses(made: Path) -> None:
    (made / "databases" / "pieces.db").unlink()


def cuts_the_manifest(made: Path) -> None:
    text = (made / "manifest.json").read_text()
    (made / "manifest.json").write_text(text[: len(text) // 2])


@pytest.mark.parametrize("damage", [shortens, alters, loses, cuts_the_manifest])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    machine: LaunchedPortal, folder: Path, empty: Path, damage: Callable[[Path], None]
) -> None:
    damage(only(folder))
    output = restored(machine, folder, empty)
    assert "altéré(s)" in output or "pas une sauvegarde entière" in output
    assert not empty.exists()


def test_what_an_interrupted_backup_left_goes_with_the_next(machine: LaunchedPortal, tmp_path: Path) -> None:
    left = tmp_path / ".20260101T000000Z.part"
    write(left / "manifest.json", b"{}")
    assert "aucune sauvegarde entière" in restored(machine, tmp_path, tmp_path / "restored")
    machine.command("backup", str(tmp_path))
    assert not left.exists()


def test_a_backup_that_was_not_finished_is_none(machine: LaunchedPortal, folder: Path, empty: Path) -> None:
    (only(folder) / "manifest.json").unlink()
    assert "aucune sauvegarde entière" in restored(machine, folder, empty)


def test_a_schema_of_a_later_version_is_refused(machine: LaunchedPortal, folder: Path, empty: Path) -> None:
    path = only(folder) / manifest.NAME
    content = json.loads(path.read_text())
    content["revisions"]["pieces"] = "9999"
    path.write_text(json.dumps(content))
    assert "pieces y est en révision 9999" in restored(machine, folder, empty)
    assert not empty.exists()


def test_secrets_kept_elsewhere_are_asked_for(machine: LaunchedPortal, folder: Path, empty: Path) -> None:
    shutil.move(folder / "secrets", folder.parent / "safe")
    assert "les secrets ne sont pas dans" in restored(machine, folder, empty)
    assert "Restauré dans" in restored(machine, folder, empty, "--without-secrets")
    assert (empty / "secrets.json").read_text() != (machine.var / "secrets.json").read_text()


def test_an_interrupted_restore_lets_no_portal_start_and_begins_anew(
    machine: LaunchedPortal, folder: Path, empty: Path
) -> None:
    write(empty / "restoring", b"")
    write(empty / "accounts.db", b"half of it")
    start = machine.command("__main__", VAR_DIR=str(empty))
    assert (start.returncode, "n'est pas achevée" in start.stderr) == (1, True)
    assert "Restauré dans" in restored(machine, folder, empty)
    assert not (empty / "restoring").exists()
    assert (empty / KEY).read_bytes() == OLD
    with closing(sqlite3.connect(empty / "accounts.db")) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_one_backup_of_several_can_be_named(machine: LaunchedPortal, folder: Path, empty: Path) -> None:
    first = only(folder)
    later = machine.var / "objects/pieces/candidature/later"
    write(later, b"after the first")
    next_second(folder)
    machine.command("backup", str(folder))
    later.unlink()
    assert f"depuis {first}" in restored(machine, first, empty)
    assert not (empty / later.relative_to(machine.var)).exists()


def test_a_restore_can_go_on_without_damaged_objects_and_names_each(
    machine: LaunchedPortal, folder: Path, empty: Path
) -> None:
    other = machine.var / "objects/pieces/candidature/other"
    write(other, b"whole")
    next_second(folder)
    machine.command("backup", str(folder))
    other.unlink()
    alters(max(folder.glob("[0-9]*Z")))
    refused = restored(machine, folder, empty)
    assert KEY in refused
    assert "--without-damaged" in refused
    output = restored(machine, folder, empty, "--without-damaged")
    assert "Restauré dans" in output
    assert output.rstrip().endswith(f"Laissés de côté, car absents ou altérés dans la sauvegarde :\n  {KEY}")
    assert not (empty / KEY).exists()
    assert (empty / other.relative_to(machine.var)).read_bytes() == b"whole"
