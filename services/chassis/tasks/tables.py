"""The tables for tasks in every service's database, by which the code of this package reads and
writes in any service. Copies of them, and of the outbox, are declared on the service's own
metadata, for its migrations.
"""

from typing import Any

from sqlalchemy import (
    Column,
    Float,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from services.chassis.database.columns import UtcDateTime
from services.chassis.database.migrations import partial_index
from services.chassis.database.transactions import Database
from services.chassis.events.tables import SEQUENCE, TABLES

WAITING = "waiting"
DONE = "done"
PARKED = "parked"
SET_ASIDE = "set aside"
REASON_LENGTH = 300
JOB = "job"  # in the place of an event's id

# `event_id`: that of the event or follow-up, or JOB. `handler`: whose function runs it; renamed, it
# would run again. `leased_by`: the start id of the worker that has it in hand until `leased_until`,
# since `started_at`. `ended_at`: when it was done, parked or set aside, or when a job last
# succeeded. `reason`: of the last failure or end.
tasks = Table(
    "tasks",
    TABLES,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("event_id", String(64), nullable=False),
    Column("handler", String(200), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("subject", String(200), nullable=False, index=True),
    Column("envelope", Text, nullable=False),
    Column("state", String(10), nullable=False),
    *(Column(name, UtcDateTime, nullable=False) for name in ("created_at", "available_at")),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_by", String(32)),
    *(Column(name, UtcDateTime) for name in ("leased_until", "started_at", "ended_at")),
    Column("reason", String(REASON_LENGTH)),
    UniqueConstraint("event_id", "handler"),
    partial_index(
        "ix_tasks_waiting", "channel", "available_at", "sequence", where=f"state = '{WAITING}'"
    ),
    partial_index("ix_tasks_parked", "ended_at", where=f"state = '{PARKED}'"),
    partial_index("ix_tasks_ended", "ended_at", where=f"state IN ('{DONE}', '{SET_ASIDE}')"),
)

# As partial indexes say it.
IS_WAITING = tasks.c.state == literal_column(f"'{WAITING}'")
IS_PARKED = tasks.c.state == literal_column(f"'{PARKED}'")

# The last value of a job's gauge, shown by every worker. `labels`: a JSON list of the values of its
# labels.
job_figures = Table(
    "job_figures",
    TABLES,
    Column("name", String(100), primary_key=True),
    Column("labels", String(300), primary_key=True),
    Column("value", Float, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)


class EventTables:
    """Declares the tables on `db`'s metadata; the models are attributes, for tests."""

    def __init__(self, db: Database) -> None:
        own = {name: table.to_metadata(db.metadata) for name, table in TABLES.tables.items()}

        def model(name: str, table: str) -> Any:
            return type(name, (db.Model,), {"__table__": own[table]})

        self.Outbox = model("Outbox", "outbox")
        self.Task = model("Task", "tasks")
        self.JobFigure = model("JobFigure", "job_figures")
