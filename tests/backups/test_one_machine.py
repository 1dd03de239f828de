"""Backups of one machine between folders in which something rotted, is missing or cannot be
read."""

import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local import backup, restore
from deploy.local.backup import SUMS, Impossible
from deploy.local.state_folder import StateFolder

FIRST = datetime(2026, 11, 25, 17, tzinfo=UTC)
KEY = "objects/pieces/owner/file"
OTHER = "objects/pieces/owner/other"


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A portal's folder: databases of one table each, two objects, a mail, secrets."""
    state = StateFolder(tmp_path / "var")
    for path in (KEY, OTHER, "mail/1.eml", state.secrets_file.name):
        write(state.root / path, path.encode())
    for service in backup.CONSUMERS_FIRST:
        with closing(sqlite3.connect(state.database(service))) as connection:
            connection.execute("CREATE TABLE anything (id TEXT)")
    return state


@pytest.fixture
def first(state: StateFolder, tmp_path: Path) -> Path:
    return backup.back_up(state, tmp_path / "backups", FIRST)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def rot(path: Path) -> None:
    """Another first byte, at the same size and time of change."""
    times = path.stat()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def refused(folder: Path, tmp_path: Path) -> str:
    """Why nothing is restored."""
    with pytest.raises(Impossible) as reason:
        restore.restore(StateFolder(tmp_path / "restored"), folder)
    assert not (tmp_path / "restored").exists()
    return str(reason.value)


def test_the_list_of_sums_is_read_by_sha256sum(first: Path) -> None:
    for folder, files in ((first, 7), (backup.secrets_of(first), 1)):
        checked = subprocess.run(
            ["sha256sum", "-c", SUMS], cwd=folder, capture_output=True, text=True, check=True
        )
        assert len(checked.stdout.splitlines()) == files


def test_a_file_that_rotted_in_an_earlier_backup_is_copied_anew(
    state: StateFolder, first: Path
) -> None:
    rot(first / KEY)
    second = backup.back_up(state, first.parent, FIRST + timedelta(days=1))
    assert (second / KEY).read_bytes() == KEY.encode()
    assert (second / OTHER).samefile(first / OTHER)


@pytest.mark.parametrize("path", ["databases/pieces.db", KEY, "mail/1.eml", SUMS, "secrets.json"])
def test_no_restore_of_what_rotted(first: Path, tmp_path: Path, path: str) -> None:
    rot((backup.secrets_of(first) if path == "secrets.json" else first) / path)
    assert "altéré(s)" in refused(first, tmp_path)


def test_no_restore_of_what_is_missing_or_was_added(first: Path, tmp_path: Path) -> None:
    (first / KEY).unlink()
    write(first / "mail/2.eml", b"")
    assert refused(first, tmp_path).endswith(f": mail/2.eml, {KEY}")


def test_files_of_a_folder_that_was_moved_and_linked_to_are_copied(
    state: StateFolder, tmp_path: Path
) -> None:
    shutil.move(state.objects / "pieces", tmp_path / "larger-disk")
    (state.objects / "pieces").symlink_to(tmp_path / "larger-disk")
    made = backup.back_up(state, tmp_path / "backups", FIRST)
    assert (made / KEY).read_bytes() == KEY.encode()


def test_a_portal_without_secrets_is_not_said_to_be_saved(
    state: StateFolder, tmp_path: Path
) -> None:
    state.secrets_file.unlink()
    with pytest.raises(Impossible, match=r"secrets\.json"):
        backup.back_up(state, tmp_path / "backups", FIRST)


def test_a_folder_that_cannot_be_listed_fails_the_backup(
    state: StateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def failing(path: str) -> object:
        if str(path).endswith("objects/pieces"):
            raise OSError(errno.EIO, "Input/output error", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(OSError, match="Input/output"):
        backup.back_up(state, tmp_path / "backups", FIRST)
    assert backup.newest(tmp_path / "backups") is None


def test_a_second_backup_at_the_same_time_is_refused_and_waits_for_nobody(
    state: StateFolder, tmp_path: Path
) -> None:
    write(tmp_path / "backups/.20261125T165900Z.part/of-the-first", b"")
    with (tmp_path / "backups/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Impossible, match="une autre sauvegarde est en cours"):
            backup.back_up(state, tmp_path / "backups", FIRST)
    assert (tmp_path / "backups/.20261125T165900Z.part/of-the-first").exists()


def test_a_disk_that_is_full_before_the_end_leaves_no_backup_and_the_next_is_whole(
    state: StateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    copyfile = shutil.copyfile

    def full(source: Path, target: Path) -> None:
        if source == state.secrets_file:  # the last file
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        backup.back_up(state, folder, FIRST)
    assert backup.newest(folder) is None
    assert not list(folder.glob(".*.part"))
    monkeypatch.undo()
    made = backup.back_up(state, folder, FIRST + timedelta(hours=1))
    for part in (made, backup.secrets_of(made)):
        subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=part, check=True)


def test_what_was_erased_until_the_newest_backup_is_erased_again_by_a_restore(
    state: StateFolder, first: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Candidatures before accounts, which have none left by then."""
    for service, table in restore.ERASED.items():
        with closing(sqlite3.connect(state.database(service))) as trail:
            trail.execute(f"CREATE TABLE {table} (subject TEXT, action TEXT)")
            trail.execute(
                f"INSERT INTO {table} VALUES ('{service}-1', 'erased'), ('kept', "
                "'candidature.saved')"
            )
            trail.commit()
    backup.back_up(state, first.parent, FIRST + timedelta(days=1))
    run: list[tuple[str, str, str]] = []

    def note(_plan: object, service: str, command: str, *_words: str, typed: str = "") -> str:
        run.append((service, command, typed))
        return "0"

    monkeypatch.setattr(restore, "run_command", note)
    monkeypatch.setattr(restore, "_plan", lambda state: state)
    restore.restore(StateFolder(tmp_path / "restored"), first)
    again = [(service, typed) for service, command, typed in run if command == "erase-again"]
    assert again == [("registrations", "registrations-1"), ("accounts", "accounts-1")]
