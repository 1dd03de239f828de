"""Backups of one machine between folders in which something rotted, or was put by somebody else."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local import backup, manifest, restore
from deploy.local.backup import Impossible
from deploy.local.manifest import Damaged
from deploy.local.state_folder import StateFolder

FIRST = datetime(2026, 11, 25, 17, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)
KEY = "objects/pieces/owner/file"
OTHER = "objects/pieces/owner/other"
LINKED = {"file": "/etc/hostname", "folder": "/etc", "nothing": "/nowhere"}


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A portal's folder: databases of no tables but their revision's, two objects, a mail, secrets."""
    state = StateFolder(tmp_path / "var")
    state.root.mkdir()
    for service in manifest.CONSUMERS_FIRST:
        with closing(sqlite3.connect(state.database(service))) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")
            connection.commit()
    for path in (KEY, OTHER, "mail/1.eml"):
        write(state.root / path, path.encode())
    write(state.root / manifest.REQUIRED_SECRETS, b"{}")
    return state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups are."""
    return tmp_path / "backups"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def rot(path: Path) -> None:
    """Another first byte, at the same size and time of change."""
    times = path.stat()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def backup_output(
    state: StateFolder, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What an operator's `make backup` prints."""
    monkeypatch.setenv("VAR_DIR", str(state.root))
    monkeypatch.setattr("sys.argv", ["backup", str(folder)])
    monkeypatch.setattr(backup, "system_now", lambda: SECOND)
    umask = os.umask(0o077)
    try:
        backup.main()
    finally:
        os.umask(umask)
    return capsys.readouterr().out


def test_a_file_that_rotted_in_an_earlier_backup_is_copied_anew_and_named(
    state: StateFolder, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.back_up(state, folder, FIRST)
    first, second = folder / backup.name_of(FIRST), folder / backup.name_of(SECOND)
    rot(first / KEY)
    last_line = backup_output(state, folder, monkeypatch, capsys).splitlines()[-1]
    assert last_line.startswith(f"Absents ou altérés dans {first}, recopiés")
    assert last_line.endswith(f": {KEY}")
    assert (second / KEY).read_bytes() == KEY.encode()
    assert (second / OTHER).samefile(first / OTHER)
    assert manifest.damaged(second, manifest.read(second).files) == []


def test_nothing_is_linked_from_an_earlier_backup_that_holds_a_link(state: StateFolder, folder: Path) -> None:
    backup.back_up(state, folder, FIRST)
    first, second = folder / backup.name_of(FIRST), folder / backup.name_of(SECOND)
    (first / "more").symlink_to(state.root)
    made = backup.back_up(state, folder, SECOND)
    assert "lien symbolique" in made.previous_damage
    assert not (second / KEY).samefile(first / KEY)


def test_what_is_no_file_is_neither_followed_nor_waited_for_but_named(
    state: StateFolder, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = [f"{kept}/strange-{kind}" for kept in ("mail", "objects/pieces") for kind in ("pipe", *LINKED)]
    for path in strange:
        target = LINKED.get(path.rpartition("-")[2])
        (state.root / path).symlink_to(target) if target else os.mkfifo(state.root / path)
    last_line = backup_output(state, folder, monkeypatch, capsys).splitlines()[-1]
    assert last_line.startswith("Non copiés")
    assert set(last_line.partition(" : ")[2].split(", ")) == set(strange)
    made = folder / backup.name_of(SECOND)
    assert [path for path in strange if os.path.lexists(made / path)] == []
    assert set(manifest.read(made).files) >= {KEY, OTHER, "mail/1.eml"}


@pytest.mark.parametrize("name", ["secrets", ".20260101T000000Z.part"])
@pytest.mark.parametrize("linked", [True, False])
def test_what_stands_in_the_place_of_a_folder_of_ours_is_refused(
    state: StateFolder, folder: Path, tmp_path: Path, name: str, linked: bool
) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere / "theirs", b"")
    folder.mkdir()
    if linked:
        (folder / name).symlink_to(elsewhere)
    else:
        write(folder / name, b"")
    with pytest.raises(Impossible, match="n'est pas un dossier"):
        backup.back_up(state, folder, FIRST)
    assert [path.name for path in elsewhere.iterdir()] == ["theirs"]
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_portal_without_secrets_is_not_said_to_be_saved(state: StateFolder, folder: Path) -> None:
    (state.root / manifest.REQUIRED_SECRETS).unlink()
    with pytest.raises(Impossible, match=manifest.REQUIRED_SECRETS):
        backup.back_up(state, folder, FIRST)


@pytest.mark.parametrize("path", ["databases/pieces.db", "databases/accounts.db"])
def test_no_restore_goes_on_without_a_database(state: StateFolder, folder: Path, tmp_path: Path, path: str) -> None:
    backup.back_up(state, folder, FIRST)
    for altered in (path, KEY):
        rot(folder / backup.name_of(FIRST) / altered)
    with pytest.raises(Damaged, match=path) as refused:
        restore.restore(StateFolder(tmp_path / "restored"), folder, without_damaged=True)
    assert restore.WITHOUT_DAMAGED not in str(refused.value)
    assert not (tmp_path / "restored").exists()


def test_no_restore_goes_on_without_a_damaged_secret(state: StateFolder, folder: Path, tmp_path: Path) -> None:
    backup.back_up(state, folder, FIRST)
    rot(folder / "secrets" / backup.name_of(FIRST) / manifest.REQUIRED_SECRETS)
    with pytest.raises(Damaged, match=manifest.REQUIRED_SECRETS):
        restore.restore(StateFolder(tmp_path / "restored"), folder, without_damaged=True)
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("linked", ["secrets", "secrets/20261125T170000Z", "secrets/20261125T170000Z/secrets.json"])
def test_secrets_behind_a_link_are_refused(state: StateFolder, folder: Path, tmp_path: Path, linked: str) -> None:
    backup.back_up(state, folder, FIRST)
    (folder / linked).rename(tmp_path / "elsewhere")
    (folder / linked).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Damaged, match="lien symbolique"):
        restore.restore(StateFolder(tmp_path / "restored"), folder)
    assert not (tmp_path / "restored").exists()


def test_a_folder_that_cannot_be_listed_fails_the_backup(
    state: StateFolder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def failing(path: str) -> object:
        if str(path).endswith("objects/pieces"):
            raise OSError(errno.EIO, "Input/output error", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(OSError, match="Input/output"):
        backup.back_up(state, folder, datetime(2026, 11, 25, tzinfo=UTC))
    assert backup.newest(folder) is None
