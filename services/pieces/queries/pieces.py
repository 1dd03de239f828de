"""Pieces with their candidature, their current file and their deposit period."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import within
from services.chassis.errors import found
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain import control
from services.pieces.domain.period import Period
from services.pieces.domain.piece import CurrentDeposit, PieceState
from services.pieces.models import Candidature, Control, Deposit, Piece, Window, Withdrawal

PiecesQuery = Select[Candidature, Piece, Deposit, int, Window]
"""A query made from SHOWN_PIECES: a candidature, one of its pieces, the current file of that one,
how many controls of that file count, the opening's dates. File and dates may be None."""
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
    """Return the opening's moved period, or else the one that was saved with the piece."""
    dates = window or piece
    return Period(dates.deposit_opens, dates.deposit_closes)


def is_not_withdrawn() -> ColumnElement[bool]:
    """Return the condition that a candidature's version is newer than its withdrawal, if one is
    known. It needs an outer join of Withdrawal."""
    return or_(Withdrawal.version.is_(None), Candidature.version > Withdrawal.version)


PIECE_IDS = (
    select(Piece.id)
    .select_from(Piece)
    .join(Candidature, Candidature.id == Piece.candidature_id)
    .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
)
"""With all that conditions on pieces need, to be counted."""
_ALL_PIECES: PiecesQuery = (
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


def fetch_pieces(transaction: Session, query: PiecesQuery) -> list[PieceContext]:
    """Read the pieces that a query made from SHOWN_PIECES finds."""
    return pieces_of_rows(transaction.execute(query))


def pieces_of_rows(
    rows: Iterable[Row[Candidature, Piece, Deposit, int, Window]],
) -> list[PieceContext]:
    """Return the pieces that the rows of such a query hold."""
    return [
        PieceContext(candidature, piece, deposit, controls > 0, window)
        for candidature, piece, deposit, controls, window in rows
    ]


def own_candidature_with_pieces(
    transaction: Session, candidate_id: str, candidature_id: str
) -> tuple[Candidature, list[PieceContext]]:
    """Return a candidature of this candidate, with its pieces in the catalogue's order.

    Raises NotFound.
    """
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
    """Return the candidate's candidatures, newest first; also those whose session has closed."""
    query = _candidatures_of(candidate_id).order_by(Candidature.saved_at.desc(), Candidature.id)
    return list(transaction.scalars(query))


def _candidatures_of(candidate_id: str) -> Select[Candidature]:
    joined = select(Candidature).outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
    return joined.where(Candidature.candidate_id == candidate_id, is_not_withdrawn())


def pieces_of_candidate(transaction: Session, candidate_id: str) -> list[PieceContext]:
    """Return the pieces of all the candidate's candidatures, in the catalogue's order."""
    query = SHOWN_PIECES.where(Candidature.candidate_id == candidate_id)
    return fetch_pieces(transaction, query.order_by(Piece.position, Piece.code))


def own_piece(transaction: Session, candidate_id: str, piece_id: str) -> PieceContext:
    """Return a piece of this candidate. Raises NotFound."""
    return _fetch_piece(
        transaction,
        SHOWN_PIECES.where(Piece.id == piece_id, Candidature.candidate_id == candidate_id),
    )


def piece_within_academies(
    transaction: Session, academies: frozenset[str] | None, piece_id: str
) -> PieceContext:
    """Return a piece within these académies (None: all). Raises NotFound."""
    return found(pieces_within_academies(transaction, academies, [piece_id]).get(piece_id))


def pieces_within_academies(
    transaction: Session, academies: frozenset[str] | None, piece_ids: Collection[str]
) -> dict[str, PieceContext]:
    """Return these pieces by id, without those outside the académies (None: all)."""
    if not piece_ids:
        return {}
    query = SHOWN_PIECES.where(
        Piece.id.in_(piece_ids), within(academies, Candidature.academie_code)
    )
    return {context.piece.id: context for context in fetch_pieces(transaction, query)}


def any_piece(transaction: Session, piece_id: str) -> PieceContext:
    """Return a piece, also of a withdrawn candidature or no longer asked for. Raises NotFound."""
    return _fetch_piece(transaction, _ALL_PIECES.where(Piece.id == piece_id))


def _fetch_piece(transaction: Session, query: PiecesQuery) -> PieceContext:
    """Return the one piece that the query finds. Raises NotFound."""
    contexts = fetch_pieces(transaction, query)
    return found(contexts[0] if contexts else None)
