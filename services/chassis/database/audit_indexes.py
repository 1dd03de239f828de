"""The indexes by which an audit trail is searched (web/audit_trail.py), for models and their migrations.

Nearly all entries are of candidates and of the services themselves: those of people at work have an index of their own.
"""

from sqlalchemy import Index, text

AT_WORK = text("actor_kind NOT IN ('candidate', 'service')")
"""Which entries are of people at work (kinds of audit.Actor): a query that says it so is answered by its index."""


def audit_indexes(table: str, actor_column: str = "actor_id") -> tuple[Index, ...]:
    """For `__table_args__`."""
    return (
        Index(f"ix_{table}_actor", actor_column, "id"),
        Index(f"ix_{table}_action", "action", "id"),
        Index(f"ix_{table}_at_work", "id", postgresql_where=AT_WORK, sqlite_where=AT_WORK),
    )
