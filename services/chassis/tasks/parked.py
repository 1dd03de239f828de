"""Parked tasks: what operators are shown of them, and how they settle one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.orm import Session

from services.chassis.tasks.tables import IS_PARKED, REASON_LENGTH, SET_ASIDE, tasks
from services.clock import system_now


def parked_tasks(transaction: Session) -> Sequence[Row[int, str, str, str, datetime]]:
    """Return the sequence, event_id, handler, reason and ended_at of the parked tasks, oldest
    first, without what they say of people."""
    shown = select(
        tasks.c.sequence, tasks.c.event_id, tasks.c.handler, tasks.c.reason, tasks.c.ended_at
    )
    return transaction.execute(shown.where(IS_PARKED).order_by(tasks.c.ended_at)).all()


def parked_count(transaction: Session) -> int:
    return transaction.scalar(select(func.count()).where(IS_PARKED)) or 0


def is_parked(sequence: int) -> ColumnElement[bool]:
    return IS_PARKED & (tasks.c.sequence == sequence)


def set_aside(transaction: Session, sequence: int, reason: str) -> bool:
    """Give up a parked task for good. Returns False if it is not parked."""
    values = {"state": SET_ASIDE, "reason": reason[:REASON_LENGTH], "ended_at": system_now()}
    changed = update(tasks).where(is_parked(sequence)).values(values).returning(tasks.c.sequence)
    return transaction.scalar(changed) is not None
