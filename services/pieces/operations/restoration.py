"""A file that was replaced or deleted comes back as its piece's current one, at the request of its
exam office; which rows name objects of the store."""

import re

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Invalid, found
from services.clock import portal_now, system_now
from services.objects.reconciliation import KeyColumn, Reconciliation
from services.objects.tables import retired_objects
from services.pieces.dependencies import dependencies
from services.pieces.domain.control import as_decided
from services.pieces.models import AuditEntry, Deposit, db
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.deposits import make_current
from services.pieces.queries.controls import decision_of, latest_control_of_file
from services.pieces.queries.locks import lock_candidature_of_piece
from services.pieces.queries.pieces import current_deposit, piece_within_academies


def reconciliation() -> Reconciliation:
    """The comparison for this service and the running process's store; needs an application
    context."""
    column = KeyColumn(Deposit.object_key, Deposit.id, needed=Deposit.erased_at.is_(None))
    return Reconciliation("pieces", db, dependencies().store, (column,))


def restore_deposit(deposit_id: str, academie: str, actor: Actor, reason: str) -> None:
    """Make a removed file its piece's current one again, and the piece what it was when that file
    was removed: its status, until when it may be deposited again, and for which version. The
    candidate's validation stays.

    Raises Invalid without a member of staff's id and a reason, NotFound outside the académie,
    Conflict for the current file or one whose bytes are erased, StoreUnavailable.
    """
    _refuse_anonymous(actor, reason)
    with db.reading() as transaction:
        row = _removed_deposit(transaction, deposit_id)
    if not dependencies().store.exists(row.object_key):
        raise Conflict("Les octets de ce fichier ne sont plus dans l'espace de stockage.")
    with db.operation() as transaction:
        lock_candidature_of_piece(transaction, row.piece_id)
        context = piece_within_academies(transaction, frozenset({academie}), row.piece_id)
        row = _removed_deposit(transaction, deposit_id)
        _keep_bytes(transaction, row)
        control = latest_control_of_file(transaction, row)
        left = row.piece_as_left or as_decided(decision_of(control) if control else None)
        file = current_deposit(row, controlled=control is not None)
        changed = context.state.restore_file(file, left, context.candidature.version)
        before = make_current(transaction, context, row, changed, portal_now())
        after = {"deposit_id": row.id, "reason": reason}
        AuditEntry.record(
            transaction, actor, "deposit.restored", row.piece_id, before=before, after=after
        )
        tell_state(transaction, context.candidature.id)


def _refuse_anonymous(actor: Actor, reason: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{32}", actor.id):
        raise Invalid(
            "L'agent est désigné par son identifiant (32 chiffres hexadécimaux), que donne "
            "create-staff."
        )
    if not reason.strip():
        raise Invalid("Un motif est attendu.")


def _removed_deposit(transaction: Session, deposit_id: str) -> Deposit:
    """Raises NotFound, Conflict."""
    row = found(transaction.get(Deposit, deposit_id), "Aucun dépôt ne porte cet identifiant.")
    if row.removed_at is None:
        raise Conflict("Ce fichier est déjà celui de la pièce.")
    return row


def _keep_bytes(transaction: Session, row: Deposit) -> None:
    """The object is no longer to be erased. One that was never retired is that of a controlled
    file, which stays.

    Raises Conflict once KEPT_DAYS are over.
    """
    retired = transaction.execute(
        select(retired_objects).where(retired_objects.c.key == row.object_key)
    ).first()
    if retired is not None and (
        retired.erased_at is not None or retired.kept_until <= system_now()
    ):
        raise Conflict("Le délai de conservation de ce fichier est passé.")
    transaction.execute(delete(retired_objects).where(retired_objects.c.key == row.object_key))
