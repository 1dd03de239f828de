"""Who waits for work on a SQLite file is woken by the commit of another, and looks by itself now and then."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.chassis.database import changes
from services.chassis.database.changes import FileChanges

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for so long."""
    monkeypatch.setattr(changes, "LONGEST_SECONDS", 10 * PATIENCE)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "file.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE work (id INTEGER)")
        yield connection


@contextmanager
def a_wait_that_ends(path: Path, stop: threading.Event) -> Iterator[None]:
    """A thread has marked and waits; the block must end that."""
    marked = threading.Event()

    def wait() -> None:
        with closing(FileChanges(str(path))) as file_changes:
            file_changes.mark()
            marked.set()
            file_changes.wait(stop)

    thread = threading.Thread(target=wait)
    thread.start()
    assert marked.wait(PATIENCE)
    yield
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_commit_of_another_ends_the_wait(file: sqlite3.Connection, tmp_path: Path) -> None:
    with a_wait_that_ends(tmp_path / "file.db", threading.Event()):
        file.execute("INSERT INTO work VALUES (1)")


@pytest.mark.usefixtures("file")
def test_a_stop_ends_the_wait(tmp_path: Path) -> None:
    stop = threading.Event()
    with a_wait_that_ends(tmp_path / "file.db", stop):
        stop.set()


def test_a_commit_between_the_mark_and_the_wait_ends_it_at_once(
    file: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    monkeypatch.setattr(never, "wait", lambda seconds: pytest.fail("it waited"))
    with closing(FileChanges(str(tmp_path / "file.db"))) as file_changes:
        file_changes.mark()
        file.execute("INSERT INTO work VALUES (1)")
        file_changes.wait(never)


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("path", ["file.db", "no/folder/file.db"], ids=["without a commit", "that cannot be read"])
def test_what_becomes_due_by_time_alone_is_looked_for(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be read is left to who looks for work, and then says why."""
    monkeypatch.setattr(changes, "LONGEST_SECONDS", 0.01)
    with a_wait_that_ends(tmp_path / path, threading.Event()):
        pass
