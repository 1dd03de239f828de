"""What was written to SQLite files between two moments, whoever did it, and which write transactions were begun."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Look:
    """Of each database its count of commits by others, of each `database.table` its rows by their rowid."""

    commits: dict[str, int]
    tables: dict[str, Rows]


class Databases:
    """`files` by the name that their tables are called by."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._connections = {name: sqlite3.connect(file, isolation_level=None) for name, file in files.items()}
        for connection in self._connections.values():
            connection.row_factory = sqlite3.Row
        self._last = Look({}, {})

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def look(self) -> Look:
        """Rows are read again where somebody has committed since the last look."""
        commits = {
            name: connection.execute("PRAGMA data_version").fetchone()[0]
            for name, connection in self._connections.items()
        }
        changed = [name for name in commits if commits[name] != self._last.commits.get(name)]
        read = {table: rows for name in changed for table, rows in self._tables(name)}
        self._last = Look(commits, {**self._last.tables, **read})
        return self._last

    def written_since(self, before: Look) -> set[str]:
        """`database.table` of added and removed rows, `database.table.column` of changed ones.

        A commit that changes no row is written too: `database`.
        """
        after = self.look()
        written: set[str] = set()
        for name in self._connections:
            if after.commits[name] != before.commits[name]:
                tables = [table for table in after.tables if table.startswith(f"{name}.")]
                changes = {change for table in tables for change in _changes(table, before, after)}
                written |= changes or {name}
        return written

    def _tables(self, name: str) -> list[tuple[str, Rows]]:
        connection = self._connections[name]
        listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return [(f"{name}.{table}", _rows(connection, table)) for (table,) in listed.fetchall()]


@contextmanager
def write_transactions(engines: Mapping[str, Engine]) -> Iterator[list[str]]:
    """The database of each write transaction begun within the block, even of one that changed nothing."""
    begun: list[str] = []
    with ExitStack() as stack:
        for name, engine in engines.items():
            stack.enter_context(_heard(engine, name, begun))
        yield begun


@contextmanager
def _heard(engine: Engine, name: str, begun: list[str]) -> Iterator[None]:
    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement == "BEGIN IMMEDIATE":
            begun.append(name)

    event.listen(engine, "before_cursor_execute", note)
    yield
    event.remove(engine, "before_cursor_execute", note)


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    read = connection.execute(f'SELECT rowid AS "the rowid", * FROM "{table}"')
    return {row["the rowid"]: dict(row) for row in read}


def _changes(table: str, before: Look, after: Look) -> set[str]:
    old, new = before.tables[table], after.tables[table]
    changed = {
        f"{table}.{column}"
        for key in old.keys() & new.keys()
        for column in new[key]
        if old[key][column] != new[key][column]
    }
    return changed | ({table} if old.keys() != new.keys() else set())
