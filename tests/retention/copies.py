"""Copies of a person in the four services: every row and object that tells of them, with ids, marks
and numbers of the copies' own. What only the services themselves can write (the chain of the audit
trail) they write later."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Flask
from minio import Minio
from sqlalchemy import Engine, PrimaryKeyConstraint, Table, UniqueConstraint

from tests.retention.people import Person, Portal
from tests.support.service_worker import database_of

PAGE = 500  # copies inserted in one transaction
WITH_FILES = 10  # of so many copies one has its files in the store
NOT_COPIED = {"audit_digests", "audit_keys", "audit_roots", "alembic_version"}
_ID = re.compile("[0-9a-f]{32}")
Row = dict[str, Any]


class Copies:
    """Of one person, who has all that may be erased."""

    def __init__(self, portal: Portal, person: Person) -> None:
        self.portal = portal
        self.person = person
        self._own = {
            person.id,
            person.found["id"],
            person.mark,
            person.mark.lower(),
            person.found["number"],
        }
        self._rows = self._rows_of_person()
        words = sorted(self._own, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, words)))

    def make(self, first: int, number: int) -> list[Person]:
        """So many copies, the first of them of this index; objects alone of some."""
        indexes = range(first, first + number)
        for service, rows in self._rows.items():
            self._insert(self.portal.apps[service], rows, indexes)
        self._put_objects(indexes[::WITH_FILES])
        return [self._person(index) for index in indexes]

    def _person(self, index: int) -> Person:
        found = {name: self._of(value, index) for name, value in self.person.found.items()}
        id = self._of(self.person.id, index)
        mark = self._of(self.person.mark, index)
        return replace(self.person, id=id, mark=mark, found=found)

    def _of(self, word: str, index: int) -> str:
        """What stands for a word of the person in a copy: as long, and nobody else's."""
        session = self.person.session
        if word.upper() == self.person.mark:
            return f"{word[:-4]}{index:04}"
        if word == self.person.found["number"]:
            return f"0777{session[-1]}{index:06}"
        return f"{session}{index:04x}{word[8:]}"

    def _rows_of_person(self) -> dict[str, list[tuple[Table, Row]]]:
        """By service, in the order of references. A row is theirs that holds one of their words;
        its key is one too."""
        stored = {name: list(_all_rows(app)) for name, app in self.portal.apps.items()}
        known = 0
        while known < len(self._own):
            known = len(self._own)
            for table, row in (found for rows in stored.values() for found in rows):
                if self._is_theirs(row):
                    new = [key for key in _keys_of(table, row) if not self._holds_own(key)]
                    self._own |= {word for key in new for word in _ID.findall(key) or [key]}
        return {
            name: [found for found in rows if self._is_theirs(found[1])]
            for name, rows in stored.items()
        }

    def _is_theirs(self, row: Row) -> bool:
        return self._holds_own(" ".join(value for value in row.values() if isinstance(value, str)))

    def _holds_own(self, text: str) -> bool:
        return any(word in text for word in self._own)

    def _insert(self, app: Flask, rows: Sequence[tuple[Table, Row]], indexes: range) -> None:
        """Numbers that tell rows apart are left to the service."""
        engine = _engine(app)
        mark = "?" if engine.dialect.name == "sqlite" else "%s"
        for start in range(0, len(indexes), PAGE):
            with engine.begin() as connection:
                for table, row in rows:
                    columns = [
                        name
                        for name in row
                        if not (_tells_apart(table, name) and type(row[name]) is int)
                    ]
                    names = ", ".join(f'"{name}"' for name in columns)
                    marks = ", ".join(mark for _ in columns)
                    page = indexes[start : start + PAGE]
                    own = {
                        name
                        for name in columns
                        if isinstance(row[name], str) and self._words.search(row[name])
                    }
                    values = [
                        tuple(
                            self._copied(row[name], index) if name in own else row[name]
                            for name in columns
                        )
                        for index in page
                    ]
                    connection.exec_driver_sql(
                        f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values
                    )

    def _copied(self, text: str, index: int) -> str:
        return self._words.sub(lambda word: self._of(word[0], index), text)

    def _put_objects(self, indexes: Sequence[int]) -> None:
        bucket = self.portal.bucket
        client = Minio(
            bucket.endpoint, bucket.access_key, bucket.secret_key, secure=False, region="us-east-1"
        )
        for path in [path for path in bucket.folder.rglob("*") if path.is_file()]:
            key = path.relative_to(bucket.folder).as_posix()
            content = path.read_bytes()
            for index in indexes if self._words.search(key) else ():
                own = content.replace(
                    self.person.mark.encode(), self._of(self.person.mark, index).encode()
                )
                client.put_object(bucket.name, self._copied(key, index), BytesIO(own), len(own))


def _engine(app: Flask) -> Engine:
    with app.app_context():
        return database_of(app).engine


def _all_rows(app: Flask) -> Iterator[tuple[Table, Row]]:
    """As the database gives them to its driver, JSON as text."""
    with _engine(app).connect() as connection:
        for table in database_of(app).metadata.sorted_tables:
            if table.name not in NOT_COPIED:
                for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings():
                    yield table, {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _tells_apart(table: Table, name: str) -> bool:
    """Whether no two rows have the same value there, or none that do the same of one event."""
    unique = [
        key for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)
    ]
    indexes = [index for index in table.indexes if index.unique]
    return name == "event_id" or any(
        [each.name for each in key.columns] == [name] for key in (*unique, *indexes)
    )


def _keys_of(table: Table, row: Row) -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, str) and _tells_apart(table, name):
            yield value
