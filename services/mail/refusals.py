"""Addresses for which the mail server refuses a person's mails for good: a row each, for staff to see.

Each service has its own model: a primary key of the person and the address, `code` and `refused_at`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.transactions import Database

Key = dict[str, str]  # by column name: the person and the address


def record(session: Session, model: Any, key: Key, code: int) -> None:
    """Store a refusal, or the newest code of one that is stored. The caller has locked the person's row."""
    row = session.get(model, key)
    if row is None:
        row = model(**key, refused_at=portal_now())
        session.add(row)
    row.code = code


def forget(db: Database, model: Any, key: Key) -> None:
    """Delete the refusal, if any: the server accepted a mail to this address."""
    with db.reading() as session:
        if session.get(model, key) is None:
            return
    with db.operation() as session:
        session.execute(delete(model).filter_by(**key))
