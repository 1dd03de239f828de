"""The outbox in every service's database, by which code reads and writes it in any service."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

from services.chassis.database.columns import NAMES, UtcDateTime
from services.chassis.database.migrations import partial_index

SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
TABLES = MetaData(naming_convention=NAMES)
"""Holds the tables of tasks too (services/chassis/tasks/tables.py)."""

# Read by nothing: `leased_by`, `attempts` (written, since it may not be NULL) and
# `ix_outbox_pending_types`.
outbox = Table(
    "outbox",
    TABLES,
    Column("sequence", SEQUENCE, primary_key=True),
    Column("event_id", String(32), nullable=False, unique=True),
    Column("destination", String(10), nullable=False),
    Column("type", String(200), nullable=False),
    Column("subject", String(200), nullable=False, index=True),
    Column("envelope", Text, nullable=False),
    *(Column(name, UtcDateTime, nullable=False) for name in ("created_at", "available_at")),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String(32)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("published_at", UtcDateTime),  # when the broker confirmed
    partial_index(
        "ix_outbox_pending",
        "destination",
        "available_at",
        "sequence",
        where="published_at IS NULL",
    ),
    partial_index(
        "ix_outbox_pending_types",
        "type",
        "available_at",
        "sequence",
        where="published_at IS NULL",
    ),
    partial_index("ix_outbox_published", "published_at", where="published_at IS NOT NULL"),
)
