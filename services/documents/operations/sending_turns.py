"""Sendings of PDFs wait for their check: of each sender one at a time has its turn, a task of the worker. Tasks run in
the order in which they were asked for, so that senders take turns."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from services.chassis.tasks.rows import follow_up
from services.documents.models import Sending
from services.documents.queries.imports import IS_WAITING, is_under_check
from services.objects import retire
from services.uploads.uploads import lock_owner

CHECK_SENDING = "check_sending"


def give_turn(session: Session, owner_id: str) -> None:
    """Have the oldest sending of this owner checked, unless one has its turn; after each change of what waits."""
    lock_owner(session, owner_id)  # of two who change it at once, the second sees what the first left
    own = select(Sending).where(Sending.owner_id == owner_id, IS_WAITING)
    following = session.scalar(own.order_by(Sending.has_turn.desc(), Sending.given_at, Sending.id).limit(1))
    if following and not following.has_turn:
        following.has_turn = True
        follow_up(session, CHECK_SENDING, {"sending_id": following.id}, subject=following.import_id)


def end_sendings(session: Session, import_id: str, *which: ColumnElement[bool]) -> None:
    """Of an import, whose row the caller has locked: those that wait no more. Their objects are retired, the next of
    each sender has its turn."""
    ended = session.scalars(select(Sending).where(Sending.import_id == import_id, IS_WAITING, *which)).all()
    retire(session, *(sending.object_key for sending in ended if sending.object_key))
    for sending in ended:
        sending.object_key, sending.has_turn, sending.files_checked = None, False, sending.files
    session.flush()
    if not is_under_check(session, import_id):
        session.execute(delete(Sending).where(Sending.import_id == import_id))
    for owner_id in sorted({sending.owner_id for sending in ended}):  # each is locked: in one order
        give_turn(session, owner_id)
