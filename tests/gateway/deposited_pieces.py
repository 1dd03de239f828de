"""What happens to deposited pieces without a page: copies of them, and the verdict of the antivirus."""

from typing import Any

from sqlalchemy import inspect, select, update

from services.chassis.database.transactions import new_id
from services.contracts.piece_rules import Scan
from services.pieces.models import Deposit, Piece, db
from tests.support.in_process_four_services import InProcessFourServices


def add_pieces_to_control(running: InProcessFourServices, candidature_id: str, number: int) -> None:
    """Copies of one of the candidature's deposited pieces, under codes of their own; their files are not stored."""
    with running.pieces.app.app_context(), db.operation() as session:
        piece = session.scalars(select(Piece).where(Piece.candidature_id == candidature_id, Piece.deposited)).first()
        assert piece is not None
        deposit_row = session.scalars(select(Deposit).where(Deposit.piece_id == piece.id)).first()
        assert deposit_row is not None
        for index in range(number):
            copy = _copied(piece, code=f"COPIE{index:03}", id=new_id())
            session.add(copy)
            session.flush()
            session.add(_copied(deposit_row, id=new_id(), piece_id=copy.id, object_key=f"copies/{copy.id}"))


def _copied(row: Any, **changed: Any) -> Any:
    columns = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return type(row)(**{**columns, **changed})


def change_deposit(running: InProcessFourServices, piece_id: str, **values: Any) -> None:
    with running.pieces.app.app_context(), db.operation() as session:
        session.execute(update(Deposit).where(Deposit.piece_id == piece_id).values(values))


def set_scan(running: InProcessFourServices, filename: str, scan: Scan) -> None:
    with running.pieces.app.app_context(), db.operation() as session:
        session.query(Deposit).filter_by(filename=filename).one().scan = scan
