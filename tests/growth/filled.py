"""What the four filled services share: how each is filled as after years of use, in seconds, and
the actions measured in it, by name.

One example row that the service wrote is copied by SQL. A copy's number is `i`: what tells rows
apart is an expression of it, the same wherever one row refers to another.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.tasks.registry import Handlers
from tests.support import tokens

# Each i gives another; neighbours lie apart, as random ids do.
ID = "rpad(lpad(to_hex(i * 2654435761 % 4294967296), 8, '0'), 32, '0')"
"""32 digits, as scattered as those of `new_id`."""
NUMBERED = f"'{'x' * 20}-' || i"
# One surname is common; the others have syllables of their own, so that a name finds few.
_SYLLABLES = "babecodufagemihojukalemonuparisotevuxizo"
_NAME = [
    f"substr('{_SYLLABLES}', CAST(1 + 2 * (i / {20**place} % 20) AS INTEGER), 2)"
    for place in range(4)
]
FAMILY = f"CASE WHEN i % 300 = 0 THEN 'martin' ELSE {' || '.join(_NAME)} END"
NUMERO = "'0' || CAST(3100000000 + i AS VARCHAR(10))"
SHORT = "'{}'"
"""Of a text or JSON: enough where only query plans matter."""

# Foreign keys come last: they need the unique indexes of what they refer to.
_DROPPED = (
    (
        "SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass), "
        "format('ALTER TABLE %s ENABLE TRIGGER USER', tgrelid::regclass) FROM pg_trigger WHERE "
        "NOT tgisinternal"
    ),
    (
        "SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes WHERE schemaname = "
        "'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ),
    (
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), "
        "format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, "
        "pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype = 'f' AND connamespace = "
        "'public'::regnamespace"
    ),
)
Actions = Mapping[str, Callable[[], object]]


@contextmanager
def filling(db: Database) -> Iterator[tuple[Session, Callable[..., None]]]:
    """A transaction without time limits, and `_insert_copies` in it.

    Indexes and foreign keys are dropped while it lasts and created again at its end, as when a dump
    is loaded: a million rows take minutes instead of hours. No trigger runs: what triggers keep has
    to be given.
    """
    options = {"options": "-c timezone=UTC -c maintenance_work_mem=256MB"}
    engine = create_engine(db.engine.url, poolclass=NullPool, connect_args=options)
    with Session(engine) as transaction, transaction.begin():
        dropped = [row for query in _DROPPED for row in transaction.execute(text(query))]
        for drop, _ in reversed(dropped):
            transaction.connection().exec_driver_sql(drop)
        yield transaction, partial(_insert_copies, transaction)
        for _, create in dropped:
            transaction.connection().exec_driver_sql(create)


def _insert_copies(
    transaction: Session,
    model: Any,
    rows: int,
    first: int = 1,
    /,
    *,
    example: str = "",
    **given: str,
) -> None:
    """`rows` copies of a row of that table, the one of which the condition `example` is true if it
    is given.

    The columns `given` have these expressions of `i`, from `first` on. A serial key is left to the
    database where it is not given.
    """
    table = model.__table__
    serial = table.autoincrement_column
    columns = [
        column.name for column in table.columns if column.name in given or column is not serial
    ]
    values = [given.get(name, f"example.{name}") for name in columns]
    example_row = f"SELECT * FROM {table.name} {f'WHERE {example}' if example else ''} LIMIT 1"
    transaction.execute(
        text(
            f"WITH RECURSIVE numbers (i) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 "
            f"FROM numbers WHERE i < {first + rows - 1}) INSERT INTO {table.name} "
            f"({', '.join(columns)}) SELECT {', '.join(values)} FROM numbers CROSS JOIN "
            f"({example_row}) AS example"
        )
    )


@dataclass(frozen=True)
class FullService:
    """A service with one example and thousands of copies of it in its database, and the actions
    done in it often."""

    app: Flask
    db: Database
    reads: Actions
    writes: Actions
    registry: Handlers
    close: Callable[[], None] = lambda: None

    @property
    def jobs(self) -> Actions:
        """But those that deal with objects, which are measured by themselves: the store holds only
        the example's."""
        names = [name for name in self.registry.jobs if name not in ("reconcile", "erase-retired")]
        return {name: self.registry.jobs[name].run for name in names}


def answered(answer: Any, status: int = 200) -> Any:
    """The answer's JSON. Fails where the status is not the one expected."""
    assert answer.status_code == status, answer.text
    return answer.json


def journal(app: Flask, query: str) -> object:
    token = tokens.staff_token("chief", scopes=("audit:read",), academies=None)
    return answered(app.test_client().get(f"/v1/audit{query}", headers=tokens.bearer(token)))
