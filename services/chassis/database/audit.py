"""The audit trail of a service: who did what to what, added in the transaction of the act itself.

Each service declares its own table from AuditColumns; triggers of its migrations refuse changes and
deletions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g
from sqlalchemy import JSON, Index, Integer, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.chassis.database.columns import UtcDateTime
from services.clock import iso_utc, system_now

STAFF = "staff"
LONGEST_ADDRESS = 45  # characters, of an IPv6 address that holds one of IPv4
AT_WORK = text("actor_kind NOT IN ('candidate', 'service')")
"""Which entries are of people at work, while nearly all are of candidates and of the services
themselves: a query that says it so (web/audit_trail.py) is answered by an index of their own."""


@dataclass(frozen=True)
class Actor:
    """Somebody who acts. `kind`: "candidate", "staff", "service", or "operator", who types a
    command ("command" in old entries).

    `id`: of the candidate or member of staff, a service's name, or that of the machine's user.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class AuditColumns:
    """The columns of an audit table, for a model of the service's database."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    address: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    """From where a member of staff acted: the IP address of the browser or tool."""

    @classmethod
    def record(
        cls,
        transaction: Session,
        actor: Actor,
        action: str,
        subject: str,
        *,
        at: datetime | None = None,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> None:
        """Add an entry. `action`: « deposit.made » …; `subject`: an id; `at`: by default now, in
        system time.

        `before` and `after` hold what changed. Neither secrets, hashes, civil status nor typed
        answers belong in them, nor names of files and comments: the rows that hold these are named
        by id. The reason that staff give for their own act does.
        """
        entry = cls()
        entry.at = at or system_now()
        entry.actor_kind = actor.kind
        entry.actor_id = actor.id
        entry.action = action
        entry.subject = subject
        entry.before = _storable(before)
        entry.after = _storable(after)
        entry.address = g.get("acting_address") if actor.kind == STAFF else None
        transaction.add(entry)


def audit_indexes(table: str, actor_column: str = "actor_id") -> tuple[Index, ...]:
    """Return the indexes by which the trail is searched, for `__table_args__` and for its
    migration."""
    return (
        Index(f"ix_{table}_actor", actor_column, "id"),
        Index(f"ix_{table}_action", "action", "id"),
        Index(f"ix_{table}_at_work", "id", postgresql_where=AT_WORK, sqlite_where=AT_WORK),
    )


def _storable(values: Mapping[str, object] | None) -> dict[str, object] | None:
    """Return the values with days and instants as the JSON of the table has them."""
    if values is None:
        return None
    return {name: _text_of_time(value) for name, value in values.items()}


def _text_of_time(value: object) -> object:
    if isinstance(value, datetime):
        return iso_utc(value)
    return value.isoformat() if isinstance(value, date) else value
