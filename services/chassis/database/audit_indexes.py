"""The indexes by which an audit trail is searched (audit_search.py), for models and their migrations.

Nearly all entries are of candidates and of the services themselves: those of people at work have an index of their own.
"""

from __future__ import annotations

from sqlalchemy import Index, TextClause, text

from services.chassis.database.migrations import create_index, drop_index

AT_WORK = text("actor_kind NOT IN ('candidate', 'service')")
"""Which entries are of people at work (kinds of audit.Actor): a query that says it so is answered by its index."""


def audit_indexes(table: str, actor_column: str = "actor_id") -> tuple[Index, ...]:
    """For `__table_args__`."""
    return tuple(
        Index(name, *columns, postgresql_where=where, sqlite_where=where)
        for name, (columns, where) in _columns(table, actor_column).items()
    )


def create_audit_indexes(table: str, actor_column: str = "actor_id") -> None:
    """To be called within `step_by_step`."""
    for name, (columns, where) in _columns(table, actor_column).items():
        create_index(name, table, columns, None if where is None else where.text)


def drop_audit_indexes(table: str, actor_column: str = "actor_id") -> None:
    """To be called within `step_by_step`."""
    for name in _columns(table, actor_column):
        drop_index(name)


def _columns(table: str, actor_column: str) -> dict[str, tuple[list[str], TextClause | None]]:
    """By name: the columns of the index, and which rows it has."""
    return {
        f"ix_{table}_actor": ([actor_column, "id"], None),
        f"ix_{table}_action": (["action", "id"], None),
        f"ix_{table}_at_work": (["id"], AT_WORK),
    }
