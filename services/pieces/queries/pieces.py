"""Pieces with their candidature, current deposit and deposit period; who looks at them; locks on
them.

What waits for a control is counted for the home page of a gestionnaire, by session and
regroupement.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    TextClause,
    and_,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import within
from services.chassis.errors import found
from services.contracts.api.operation import answer_of
from services.contracts.api.staff_pieces import ControlQueue, RecentOpening, WaitingPieces
from services.contracts.piece_rules import Scan, Status
from services.objects.tables import retired_objects
from services.pieces.domain import control
from services.pieces.domain.control import Decision, MadeControl
from services.pieces.domain.period import Period
from services.pieces.domain.piece import CurrentDeposit, PieceState
from services.pieces.models import (
    TO_CONTROL,
    AuditEntry,
    Candidature,
    Control,
    Deposit,
    Piece,
    Window,
    Withdrawal,
    db,
)

Row = TypeVar("Row")
Place = TypeVar("Place")
_CATALOGUE_ORDER = (Piece.asked.desc(), Piece.position, Piece.code)
"""Those no longer asked for come last."""
# Counted: for « exists » PostgreSQL may read the controls of all pieces, of all deposits.
WAS_CONTROLLED = (
    select(func.count())
    .where(Control.piece_id == Piece.id, Control.counts)
    .correlate(Piece)
    .scalar_subquery()
    > 0
)
"""A gestionnaire has given the piece a status before, be it for another file."""
_CONTROL_COUNT = (
    select(func.count())
    .where(Control.deposit_id == Deposit.id, Control.counts)
    .correlate(Deposit)
    .scalar_subquery()
)


@dataclass(frozen=True)
class PieceContext:
    """A piece with what decides what may be done with it.

    `deposit`: its current file; `controlled`: a gestionnaire has given an opinion on that file;
    `window`: the opening's dates, where they were moved after the candidature was saved.
    """

    candidature: Candidature
    piece: Piece
    deposit: Deposit | None
    controlled: bool
    window: Window | None

    @property
    def period(self) -> Period:
        return _period_of(self.piece, self.window)

    @property
    def deposit_id(self) -> str | None:
        return self.deposit.id if self.deposit else None

    @property
    def scan(self) -> Scan | None:
        return Scan(self.deposit.scan) if self.deposit else None

    @property
    def status(self) -> Status | None:
        return Status(self.piece.status) if self.piece.status else None

    @property
    def etag(self) -> str:
        return control.etag(self.piece.id, self.piece.revision)

    @property
    def state(self) -> PieceState:
        deposit = current_deposit(self.deposit, self.controlled) if self.deposit else None
        return state_of(self.piece, self.window, deposit)

    def store(self, state: PieceState) -> None:
        """Keep what a transition has made of the piece, and of its current file."""
        self.piece.store(state)
        if self.deposit and state.deposit and state.deposit.id == self.deposit.id:
            self.deposit.version = state.deposit.version


def current_deposit(row: Deposit, controlled: bool) -> CurrentDeposit:
    return CurrentDeposit(Scan(row.scan), controlled, row.version, row.id)


def state_of(piece: Piece, window: Window | None, deposit: CurrentDeposit | None) -> PieceState:
    """Return the plain values that the rules of `domain` work on."""
    return PieceState(
        label=f"{piece.code} : {piece.label}",
        asked=piece.asked,
        required=piece.required,
        period=_period_of(piece, window),
        deposit=deposit,
        status=Status(piece.status) if piece.status else None,
        validated_at=piece.validated_at,
        resubmit_until=piece.resubmit_until,
        asked_again_for=piece.asked_again_for,
        comment=piece.status_comment,
        received_on=piece.received_on,
        revision=piece.revision,
    )


def _period_of(piece: Piece, window: Window | None) -> Period:
    """The opening's moved one, else the one saved with the piece."""
    dates = window or piece
    return Period(dates.deposit_opens, dates.deposit_closes)


def is_not_withdrawn() -> ColumnElement[bool]:
    """The candidature's version is newer than its withdrawal, if one is known; needs an outer join
    of Withdrawal."""
    return or_(Withdrawal.version.is_(None), Candidature.version > Withdrawal.version)


PIECE_IDS: Select[*tuple[Any, ...]] = (
    select(Piece.id)
    .select_from(Piece)
    .join(Candidature, Candidature.id == Piece.candidature_id)
    .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
)
"""With all that conditions on pieces need, to be counted."""
_ALL_PIECES: Select[*tuple[Any, ...]] = (
    PIECE_IDS.with_only_columns(Candidature, Piece, Deposit, _CONTROL_COUNT, Window)
    .outerjoin(Deposit, and_(Deposit.piece_id == Piece.id, Deposit.removed_at.is_(None)))
    .outerjoin(
        Window,
        and_(
            Window.exam_code == Candidature.exam_code,
            Window.session_name == Candidature.session_name,
            Window.academie_code == Candidature.academie_code,
        ),
    )
)
SHOWN_PIECES = _ALL_PIECES.where(
    is_not_withdrawn(), or_(Piece.asked, Piece.deposited, Piece.asked_again_for.is_not(None))
)
"""Of every candidature that is not withdrawn, to be narrowed; see `fetch_pieces`."""


def fetch_pieces(transaction: Session, query: Select[*tuple[Any, ...]]) -> list[PieceContext]:
    """What a query made from SHOWN_PIECES gives."""
    return pieces_of_rows(transaction.execute(query))


def pieces_of_rows(rows: Iterable[Any]) -> list[PieceContext]:
    """Of the rows that such a query gives."""
    return [PieceContext(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def pages(
    read: Callable[[Session, Place], Sequence[Row]], first: Place, place_of: Callable[[Row], Place]
) -> Iterator[Sequence[Row]]:
    """What `read` gives after a place, in a transaction of its own, then after the place of its
    last row, and so on."""
    place = first
    while True:
        with db.reading() as transaction:
            page = read(transaction, place)
        if not page:
            return
        yield page
        place = place_of(page[-1])


def own_candidature_with_pieces(
    transaction: Session, candidate_id: str, candidature_id: str
) -> tuple[Candidature, list[PieceContext]]:
    """A candidature of this candidate, with its pieces in the catalogue's order. Raises
    NotFound."""
    query = SHOWN_PIECES.where(
        Candidature.id == candidature_id, Candidature.candidate_id == candidate_id
    )
    contexts = fetch_pieces(transaction, query.order_by(*_CATALOGUE_ORDER))
    if contexts:
        return contexts[0].candidature, contexts
    candidature = found(
        transaction.scalar(_candidatures_of(candidate_id).where(Candidature.id == candidature_id))
    )
    return candidature, []


def candidatures_of(transaction: Session, candidate_id: str) -> list[Candidature]:
    """The candidate's candidatures, newest first; also those whose session has closed."""
    query = _candidatures_of(candidate_id).order_by(Candidature.saved_at.desc(), Candidature.id)
    return list(transaction.scalars(query))


def _candidatures_of(candidate_id: str) -> Select[Candidature]:
    joined = select(Candidature).outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
    return joined.where(Candidature.candidate_id == candidate_id, is_not_withdrawn())


def pieces_of_candidate(transaction: Session, candidate_id: str) -> list[PieceContext]:
    """The pieces of all the candidate's candidatures that are shown, in the catalogue's order."""
    query = SHOWN_PIECES.where(Candidature.candidate_id == candidate_id)
    return fetch_pieces(transaction, query.order_by(Piece.position, Piece.code))


def own_piece(transaction: Session, candidate_id: str, piece_id: str) -> PieceContext:
    """A piece of this candidate. Raises NotFound."""
    return _fetch_piece(
        transaction,
        SHOWN_PIECES.where(Piece.id == piece_id, Candidature.candidate_id == candidate_id),
    )


def piece_within_academies(
    transaction: Session, academies: frozenset[str] | None, piece_id: str
) -> PieceContext:
    """A piece within these académies (None: all). Raises NotFound."""
    return found(pieces_within_academies(transaction, academies, [piece_id]).get(piece_id))


def pieces_within_academies(
    transaction: Session, academies: frozenset[str] | None, piece_ids: Collection[str]
) -> dict[str, PieceContext]:
    """By id; those outside these académies (None: all) are missing."""
    query = SHOWN_PIECES.where(
        Piece.id.in_(piece_ids), within(academies, Candidature.academie_code)
    )
    return (
        {context.piece.id: context for context in fetch_pieces(transaction, query)}
        if piece_ids
        else {}
    )


def any_piece(transaction: Session, piece_id: str) -> PieceContext:
    """A piece, also of a withdrawn candidature or no longer asked for. Raises NotFound."""
    return _fetch_piece(transaction, _ALL_PIECES.where(Piece.id == piece_id))


def retired_bytes(transaction: Session, candidate_id: str) -> int:
    """Of the files of this candidate that were replaced or deleted and are kept for some time."""
    query = (
        select(func.sum(Deposit.size))
        .join(Piece, Piece.id == Deposit.piece_id)
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .join(retired_objects, retired_objects.c.key == Deposit.object_key)
        .where(Candidature.candidate_id == candidate_id, retired_objects.c.erased_at.is_(None))
    )
    return transaction.scalar(query) or 0


def lock_candidature_of_piece(transaction: Session, piece_id: str) -> None:
    """Until the end of the transaction no other changes anything in that piece's candidature."""
    candidature_id = select(Piece.candidature_id).where(Piece.id == piece_id).scalar_subquery()
    transaction.execute(
        select(Candidature.id).where(Candidature.id == candidature_id).with_for_update()
    )


def lock_candidatures(transaction: Session, candidature_ids: Collection[str]) -> Sequence[str]:
    """Until the end of the transaction no other changes anything in these candidatures, or reminds
    of them. Returns those that there are."""
    query = (
        select(Candidature.id).where(Candidature.id.in_(candidature_ids)).order_by(Candidature.id)
    )
    return transaction.scalars(query.with_for_update()).all()


def latest_control(transaction: Session, piece_id: str) -> Control | None:
    """Of those that count."""
    return newest_control(transaction, piece_id, counts=True)


def newest_control(transaction: Session, piece_id: str, **among: Any) -> Control | None:
    query = select(Control).filter_by(piece_id=piece_id, **among)
    return transaction.scalar(query.order_by(Control.sequence.desc()).limit(1))


def decision_of(row: Control) -> Decision:
    """Return what was decided in a control."""
    return Decision(
        deposit_id=row.deposit_id,
        status=Status(row.status),
        comment=row.comment,
        received_on=row.received_on,
        resubmit_until=row.resubmit_until,
    )


def made_control(row: Control) -> MadeControl:
    """Return a control as the rules know it."""
    return MadeControl(decision_of(row), row.staff_id, row.controlled_at, row.before)


def _fetch_piece(transaction: Session, query: Select[*tuple[Any, ...]]) -> PieceContext:
    """The one piece that the query finds. Raises NotFound."""
    return found(next(iter(fetch_pieces(transaction, query)), None))


_BY = (
    Candidature.exam_code.label("exam"),
    Candidature.session_name.label("session"),
    Candidature.session_label,
    Piece.group_code.label("regroupement"),
    Piece.group_label.label("regroupement_label"),
)


def waiting_pieces(transaction: Session, academies: frozenset[str] | None) -> ControlQueue:
    """What nobody has controlled within these académies (None: all), the longest waiting first."""
    waiting = _waiting(academies, text(TO_CONTROL), and_(Piece.deposited))
    received = _waiting(academies, Piece.status == Status.RECEIVED)
    rows = union_all(waiting, received).subquery().c  # each is read by its own index
    by = [rows[column.name] for column in _BY]
    oldest = func.min(rows.since)
    is_new = rows.status.is_(None)
    query = select(
        *by,
        func.count().filter(is_new).label("number"),
        func.count(rows.validated_at).filter(is_new).label("validated"),
        func.count().filter(rows.sent_again).label("sent_again"),
        func.count(rows.status).label("received"),
        oldest.label("oldest"),
    )
    ordered = query.group_by(*by).order_by(oldest, *by)
    return ControlQueue(
        items=tuple(answer_of(WaitingPieces, row) for row in transaction.execute(ordered))
    )


def _waiting(
    academies: frozenset[str] | None, *conditions: ColumnElement[bool] | TextClause
) -> Select[*tuple[Any, ...]]:
    received_at = select(func.max(Control.controlled_at)).where(
        Control.piece_id == Piece.id, Control.counts
    )
    return (
        select(
            *_BY,
            Piece.status,
            Piece.validated_at,
            and_(Piece.status.is_(None), WAS_CONTROLLED).label("sent_again"),
            func.coalesce(
                Deposit.deposited_at, received_at.correlate(Piece).scalar_subquery()
            ).label("since"),
        )
        .select_from(Piece)
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .outerjoin(Deposit, and_(Deposit.piece_id == Piece.id, Deposit.removed_at.is_(None)))
        .where(*conditions, is_not_withdrawn())
        # Said of both tables, so that each is read by its index.
        .where(within(academies, Piece.academie_code), within(academies, Candidature.academie_code))
    )


RECENT = timedelta(minutes=5)
"""A control takes less; who has looked longer ago has left the piece undecided."""


def recent_openings_by_others(
    transaction: Session, piece_id: str, staff_id: str, now: datetime
) -> list[RecentOpening]:
    """The last opening of each gestionnaire but `staff_id`, the newest first. `now`: system time,
    as the trail has."""
    last = func.max(AuditEntry.at)
    query = (
        select(AuditEntry.actor_id, last)
        .where(
            AuditEntry.subject == piece_id,
            AuditEntry.action == "deposit.opened",
            AuditEntry.actor_kind == "staff",
            AuditEntry.actor_id != staff_id,
            AuditEntry.at >= now - RECENT,
        )
        .group_by(AuditEntry.actor_id)
        .order_by(last.desc())
    )
    return [RecentOpening(staff_id=row[0], at=row[1]) for row in transaction.execute(query)]


def numeros_candidat() -> Subquery:
    """(id, N° candidat, label) of candidatures and pieces."""
    own = select(Candidature.id, Candidature.numero_candidat, literal("").label("label"))
    of_pieces = select(Piece.id, Candidature.numero_candidat, Piece.code + " – " + Piece.label)
    of_pieces = of_pieces.join(Candidature, Candidature.id == Piece.candidature_id)
    return own.union_all(of_pieces).subquery()
