"""The indexes by which an audit trail is searched (audit_search.py), for models and their migrations.

Nearly all entries are candidates' own: what is not is found without reading those.
"""

from __future__ import annotations

from sqlalchemy import Index, text

from services.chassis.database.migrations import create_index, drop_index

_NOT_OF_CANDIDATES = "actor_kind <> 'candidate'"


def audit_indexes(table: str, actor_column: str = "actor_id") -> tuple[Index, ...]:
    """For `__table_args__`."""
    return tuple(
        Index(
            name, *columns, postgresql_where=text(where) if where else None, sqlite_where=text(where) if where else None
        )
        for name, (columns, where) in _columns(table, actor_column).items()
    )


def create_audit_indexes(table: str, actor_column: str = "actor_id") -> None:
    """To be called within `step_by_step`."""
    for name, (columns, where) in _columns(table, actor_column).items():
        create_index(name, table, columns, where)


def drop_audit_indexes(table: str, actor_column: str = "actor_id") -> None:
    """To be called within `step_by_step`."""
    for name in _columns(table, actor_column):
        drop_index(name)


def _columns(table: str, actor_column: str) -> dict[str, tuple[list[str], str | None]]:
    """By name: the columns of the index, and which rows it has."""
    return {
        f"ix_{table}_actor_not_candidate": ([actor_column, "id"], _NOT_OF_CANDIDATES),
        f"ix_{table}_not_candidate": (["id"], _NOT_OF_CANDIDATES),
        f"ix_{table}_journal_at": (["at", "id"], None),
    }
