"""What the four filled services share: the actions measured in each, by name, and rows of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.events import outbox, publish
from services.chassis.tasks import rows as tasks
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.tables import EventTables
from tests.support import tokens
from tests.support.database_filling import analyse, fast_filling, insert_copies, numbered

Actions = Mapping[str, Callable[[], object]]

# One surname is common; the others have syllables of their own, so that a name finds few.
SYLLABLES = "babecodufagemihojukalemonuparisotevuxizo"
_SYLLABLES = [f"substr('{SYLLABLES}', CAST(1 + 2 * (i / {20**place} % 20) AS INTEGER), 2)" for place in range(4)]
NUMERO = "'0' || CAST(3100000000 + i AS VARCHAR(10))"
FAMILY = f"CASE WHEN i % 300 = 0 THEN 'martin' ELSE {' || '.join(_SYLLABLES)} END"


def short_texts(*columns: str) -> dict[str, Any]:
    """Short texts: enough where only query plans matter."""
    return dict.fromkeys(columns, "'{}'")


@dataclass(frozen=True)
class FullService:
    """A service with one example and thousands of copies of it in its database, and the actions done in it often."""

    app: Flask
    db: Database
    reads: Actions
    writes: Actions
    registry: Handlers
    close: Callable[[], None] = lambda: None

    @property
    def jobs(self) -> Actions:
        """But those that deal with objects, which are measured by themselves: the store holds only the example's."""
        names = [name for name in self.registry.jobs if name not in ("reconcile", "erase-retired")]
        return {name: self.registry.jobs[name].run for name in names}


@dataclass(frozen=True)
class Example:
    """An event that nobody hears."""

    TYPE: ClassVar[str] = "x.example.v1"

    def to_data(self) -> dict[str, Any]:
        return {}


def fill_events(db: Database, tables: EventTables, rows: int, each: int = 2) -> None:
    """All events of the example were sent; so were `each` events of each of the others, and as many were received.

    The last to be filled: the database's planner then looks at all tables.
    """
    with fast_filling(db) as session:
        publish(session, Example(), subject="x")
        tasks.write(session, [tasks.new_row("x", "x", "x", "x", "{}")])
        session.execute(text("UPDATE outbox SET published_at = created_at"))
        session.execute(text("UPDATE tasks SET state = 'done', ended_at = created_at WHERE event_id <> 'job'"))
        others: dict[str, Any] = {
            "event_id": numbered(),
            "subject": numbered(f"i / {each}"),
            **short_texts("envelope"),
        }
        insert_copies(session, tables.Outbox.__table__, rows=rows * each, **others)
        insert_copies(session, tables.Task.__table__, rows=rows * each, example="state = 'done'", **others)
    analyse(db)


def event_actions(db: Database) -> dict[str, Callable[[], object]]:
    """What a worker asks several times a second."""
    leases = tasks.Leases(db, "a worker")
    return {
        "outbox: a batch is looked for": outbox.Relay(db, cast(Any, None), "x").is_needed,
        "outbox: what waits is counted": lambda: outbox.waiting(db),
        "tasks: one is taken": lambda: leases.take("x", ["x"]),
        "tasks: what waits is counted": lambda: tasks.waiting(db, ["x"]),
    }


def expect_answer(answer: Any, status: int = 200) -> Any:
    """The answer's JSON. Fails where the status is not the one expected."""
    assert answer.status_code == status, answer.text
    return answer.json


def journal(app: Flask, query: str) -> object:
    """A page of what everybody did."""
    token = tokens.staff_token("chief", scopes=("audit:read",), academies=None)
    return expect_answer(app.test_client().get(f"/v1/audit?everybody=true&{query}", headers=tokens.bearer(token)))
