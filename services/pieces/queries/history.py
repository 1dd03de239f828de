"""« Historique » of a candidature: files deposited, replaced and taken back, pieces handed over,
decisions on them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from services.chassis.database.columns import UtcDateTime
from services.contracts.api.history import Event, History, newest_first
from services.pieces.models import (
    FOUND_INFECTED_ACT,
    AuditEntry,
    Candidature,
    Control,
    Deposit,
    Piece,
    Validation,
)

_DEPOSITED = "deposit.made"
_VALIDATED = "piece.validated"
_CONTROLLED = "piece.controlled"
_NOTHING = cast(null(), String)
_NEVER = cast(null(), UtcDateTime)


def _of(
    table: Any,
    act: str,
    at: Any,
    *,
    piece_id: Any = None,
    until: Any = _NEVER,
    text: Any = _NOTHING,
    state: Any = _NOTHING,
) -> Select[Any]:
    """Select what happened to the pieces of one candidature, from a table whose rows name their
    piece in `piece_id`, or in a column of that name."""
    title = (Piece.code + " : " + Piece.label).label("title")
    happened = (at.label("at"), until.label("until"), text.label("text"), state.label("state"))
    return (
        select(literal(act).label("act"), Piece.id.label("piece_id"), title, *happened)
        .select_from(table)
        .join(Piece, Piece.id == (table.piece_id if piece_id is None else piece_id))
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .where(
            Candidature.id == bindparam("candidature_id"),
            Candidature.candidate_id == bindparam("candidate_id"),
        )
    )


_HISTORY = union_all(
    _of(Deposit, _DEPOSITED, Deposit.deposited_at, until=Deposit.removed_at, text=Deposit.filename),
    _of(Validation, _VALIDATED, Validation.validated_at),
    # A decision that was taken back was a mistake, of which its candidate was not told.
    _of(
        Control, _CONTROLLED, Control.controlled_at, text=Control.comment, state=Control.status
    ).where(Control.counts),
    _of(AuditEntry, FOUND_INFECTED_ACT, AuditEntry.at, piece_id=AuditEntry.subject).where(
        AuditEntry.action == FOUND_INFECTED_ACT
    ),
)
_AUTHORS = {_VALIDATED: "candidate", _CONTROLLED: "staff", FOUND_INFECTED_ACT: "service"}


def history(transaction: Session, candidate_id: str, candidature_id: str) -> History:
    """Of a candidature in any state; nothing of one that has not been heard of, or is someone
    else's."""
    rows = transaction.execute(
        _HISTORY, {"candidate_id": candidate_id, "candidature_id": candidature_id}
    ).all()
    deposits = sorted(
        (row for row in rows if row.act == _DEPOSITED), key=attrgetter("piece_id", "at")
    )
    of_files = [
        event
        for _, own in groupby(deposits, attrgetter("piece_id"))
        for event in _of_files(list(own))
    ]
    others = [_event(row, row.act, _AUTHORS[row.act]) for row in rows if row.act != _DEPOSITED]
    return History(events=newest_first([*of_files, *others]))


def _of_files(deposits: Sequence[Any]) -> Iterator[Event]:
    """Of one piece, oldest first. A file that is removed once the next has come is replaced by it;
    one that is removed while an older one is current gave way to it."""
    for place, row in enumerate(deposits):
        before = deposits[:place]
        after = deposits[place + 1 :]
        is_replacing = bool(before and before[-1].until and before[-1].until >= row.at)
        yield _event(row, "deposit.replaced" if is_replacing else _DEPOSITED, "candidate")
        if row.until and not (after and after[0].at <= row.until):
            is_restored = any(earlier.until is None for earlier in before)
            act, author = (
                ("deposit.restored", "staff") if is_restored else ("deposit.deleted", "candidate")
            )
            yield _event(row, act, author, at=row.until)


def _event(row: Any, act: str, author: str, **others: Any) -> Event:
    happened = {"at": row.at, "text": row.text, "state": row.state} | others
    return Event(act=act, author=author, title=row.title, **happened)
