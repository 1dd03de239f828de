"""A piece with all that surrounds it, and the rules' view of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.chassis.errors import NotFound
from services.pieces.domain import control
from services.pieces.domain import piece as rules
from services.pieces.domain.periods import Period
from services.pieces.domain.statuses import Scan, Status
from services.pieces.models import Candidature, Control, Deposit, Piece, Window, Withdrawal, object_tables

_CATALOGUE_ORDER = (Piece.asked.desc(), Piece.position, Piece.code)
"""Those no longer asked for come last."""
# Counted, since for « exists » PostgreSQL may read the controls of all.
_CONTROLS = select(func.count()).where(Control.deposit_id == Deposit.id).correlate(Deposit).scalar_subquery()


@dataclass(frozen=True)
class Dossier:
    """A piece, its candidature, its current file and the period that counts."""

    candidature: Candidature
    piece: Piece
    deposit: Deposit | None
    controlled: bool
    window: Window | None

    @property
    def period(self) -> Period:
        source = self.window or self.piece
        return Period(source.deposit_opens, source.deposit_closes)

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
    def state(self) -> rules.PieceState:
        """What the rules see."""
        deposit = self.deposit
        return rules.PieceState(
            label=f"{self.piece.code} : {self.piece.label}",
            asked=self.piece.asked,
            required=self.piece.required,
            period=self.period,
            deposit=rules.Deposit(deposit.id, Scan(deposit.scan), self.controlled) if deposit else None,
            status=self.status,
            validated_at=self.piece.validated_at,
            reopened_until=self.piece.reopened_until,
        )


def shown() -> ColumnElement[bool]:
    """Not withdrawn, as far as we know; needs an outer join of Withdrawal."""
    return or_(Withdrawal.version.is_(None), Candidature.version > Withdrawal.version)


def dossiers() -> Select[*tuple[Any, ...]]:
    """Every piece of every candidature that is shown, to be narrowed."""
    return _SHOWN_DOSSIERS


_ALL_DOSSIERS: Select[*tuple[Any, ...]] = (
    select(Candidature, Piece, Deposit, _CONTROLS, Window)
    .select_from(Piece)
    .join(Candidature, Candidature.id == Piece.candidature_id)
    .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
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
_SHOWN_DOSSIERS = _ALL_DOSSIERS.where(shown(), or_(Piece.asked, Piece.deposited))


def found(session: Session, wanted: Select[*tuple[Any, ...]]) -> list[Dossier]:
    return [Dossier(row[0], row[1], row[2], bool(row[3]), row[4]) for row in session.execute(wanted)]


def own_candidature(session: Session, candidate_id: str, candidature_id: str) -> Candidature:
    """A candidature of this candidate. Raises NotFound."""
    wanted = (
        select(Candidature)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .where(Candidature.id == candidature_id, Candidature.candidate_id == candidate_id, shown())
    )
    copy = session.scalar(wanted)
    if copy is None:
        raise NotFound()
    return copy


def own_pieces(session: Session, candidate_id: str, candidature_id: str) -> tuple[Candidature, list[Dossier]]:
    """A candidature of this candidate, with its pieces in the catalogue's order. Raises NotFound."""
    wanted = dossiers().where(Candidature.id == candidature_id, Candidature.candidate_id == candidate_id)
    pieces = found(session, wanted.order_by(*_CATALOGUE_ORDER))
    copy = pieces[0].candidature if pieces else own_candidature(session, candidate_id, candidature_id)
    return copy, pieces


def candidatures_of(session: Session, candidate_id: str) -> list[Candidature]:
    """The tiles of a candidate, newest first; also those whose session has closed."""
    wanted = (
        select(Candidature)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .where(Candidature.candidate_id == candidate_id, shown())
        .order_by(Candidature.saved_at.desc(), Candidature.id)
    )
    return list(session.scalars(wanted))


def dossiers_of(session: Session, candidature_id: str) -> list[Dossier]:
    """The pieces of a candidature in the catalogue's order."""
    wanted = dossiers().where(Candidature.id == candidature_id)
    return found(session, wanted.order_by(*_CATALOGUE_ORDER))


def dossiers_of_candidate(session: Session, candidate_id: str) -> list[Dossier]:
    """The pieces of all his candidatures that are shown, in the catalogue's order."""
    wanted = dossiers().where(Candidature.candidate_id == candidate_id)
    return found(session, wanted.order_by(Piece.position, Piece.code))


def own_dossier(session: Session, candidate_id: str, piece_id: str) -> Dossier:
    """A piece of this candidate. Raises NotFound."""
    return _one(session, dossiers().where(Piece.id == piece_id, Candidature.candidate_id == candidate_id))


def dossier_within(session: Session, academies: frozenset[str] | None, piece_id: str) -> Dossier:
    """A piece within these académies (None: all). Raises NotFound."""
    wanted = dossiers().where(Piece.id == piece_id)
    return _one(session, wanted if academies is None else wanted.where(Candidature.academie_code.in_(academies)))


def any_dossier(session: Session, piece_id: str) -> Dossier:
    """A piece, also of a withdrawn candidature or no longer asked for. Raises NotFound."""
    return _one(session, _ALL_DOSSIERS.where(Piece.id == piece_id))


def lock(session: Session, piece_id: str) -> None:
    """Take one's turn to change something in that piece's candidature; others wait for the end of the transaction."""
    owner = select(Piece.candidature_id).where(Piece.id == piece_id).scalar_subquery()
    session.execute(select(Candidature.id).where(Candidature.id == owner).with_for_update())


def lock_candidature(session: Session, candidature_id: str) -> None:
    session.execute(select(Candidature.id).where(Candidature.id == candidature_id).with_for_update())


def newest_control(session: Session, piece_id: str) -> Control | None:
    return session.scalar(select(Control).filter_by(piece_id=piece_id).order_by(Control.sequence.desc()).limit(1))


@dataclass(frozen=True)
class PastDeposit:
    """A file of a piece; `kept_until` for one that was removed and whose bytes can still be restored until then."""

    deposit: Deposit
    kept_until: datetime | None


def history(session: Session, piece_id: str) -> tuple[list[PastDeposit], list[Control]]:
    """All files and opinions of a piece, oldest first."""
    retired = object_tables.RetiredObject
    deposits = (
        select(Deposit, retired.kept_until)
        .outerjoin(retired, and_(retired.key == Deposit.object_key, retired.erased_at.is_(None)))
        .where(Deposit.piece_id == piece_id)
        .order_by(Deposit.deposited_at, Deposit.id)
    )
    controls = session.scalars(select(Control).filter_by(piece_id=piece_id).order_by(Control.sequence))
    return [PastDeposit(row[0], row[1]) for row in session.execute(deposits)], list(controls)


def _one(session: Session, wanted: Select[*tuple[Any, ...]]) -> Dossier:
    dossier = next(iter(found(session, wanted)), None)
    if dossier is None:
        raise NotFound()
    return dossier
