"""A candidate deposits a file for a piece, or deletes it; validates a regroupement (« J'ai fourni
toutes mes pièces »).

A piece has one current file; a new one replaces it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.chassis.errors import DomainError, NotFound, Unavailable
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import problem_types
from services.contracts.piece_rules import Scan
from services.objects import BytesChanged, StoreUnavailable, operation_naming, put_verified, retire
from services.pieces.dependencies import dependencies
from services.pieces.domain.files import deposit_key
from services.pieces.domain.group_validation import is_complete, validation_refusal
from services.pieces.domain.piece import PieceState, deposit_refusal
from services.pieces.domain.refusals import DepositClosed
from services.pieces.metrics import DEPOSITS
from services.pieces.models import AuditEntry, Deposit, Validation, db
from services.pieces.operations.antivirus_scans import SCAN
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.file_acceptance import AcceptedFile
from services.pieces.queries import pieces
from services.pieces.queries.controls import decision_of, latest_control
from services.pieces.queries.locks import lock_candidature_of_piece, lock_candidatures
from services.pieces.queries.pieces import PieceContext

log = structlog.get_logger()

STORE_RETRY_SECONDS = 30
"""After which who deposits is asked to come back, where the object store does not answer."""
SECOND_THOUGHT = timedelta(days=1)
KEPT_SECOND_THOUGHT = timedelta(days=2)


@contextmanager
def counting_refusals() -> Iterator[None]:
    """Errors raised in the block are counted by reason in the metric of deposits."""
    try:
        yield
    except DomainError as error:
        DEPOSITS.labels(str(error.extra.get("reason") or error.slug)).inc()
        raise


def store_deposit(
    context: PieceContext, accepted: AcceptedFile, at: datetime, take: Callable[..., None]
) -> PieceContext:
    """Store the accepted file and make it the piece's current one; `at`: the instant that counts
    for the period.

    `take` is called with the session that adds the new deposit's row, and its id (`became_id`).
    Raises NotFound, DepositClosed, Unavailable, and what `take` raises; then nothing is stored.
    """
    candidate_id = context.candidature.candidate_id
    piece_id = context.piece.id
    row = _new_deposit(context, accepted)
    _store_file(row.object_key, accepted)
    with operation_naming(db, dependencies().store, row.object_key) as transaction:
        lock_candidature_of_piece(transaction, piece_id)
        context = pieces.own_piece(transaction, candidate_id, piece_id)
        # The group may have been validated in another window meanwhile.
        changed = context.state.put_file(pieces.current_deposit(row, controlled=False), at)
        before = make_current(transaction, context, row, changed, portal_now(), by_candidate=True)
        actor = Actor("candidate", candidate_id)
        after = {"deposit_id": row.id, "size": row.size, "sha256": row.sha256}
        AuditEntry.record(transaction, actor, "deposit.made", piece_id, before=before, after=after)
        take(transaction, became_id=row.id)
        tell_state(transaction, context.candidature.id)
        context = pieces.own_piece(transaction, candidate_id, piece_id)
    DEPOSITS.labels("kept").inc()
    return context


def delete_deposit(candidate_id: str, piece_id: str, at: datetime) -> None:
    """Remove the current file from its piece; its bytes stay for some time. Raises NotFound or
    DepositClosed."""
    with db.operation() as transaction:
        lock_candidature_of_piece(transaction, piece_id)
        context = pieces.own_piece(transaction, candidate_id, piece_id)
        last = latest_control(transaction, piece_id)
        changed = context.state.take_file_back(at, decision_of(last) if last else None)
        _remove_current(transaction, context, portal_now(), by_candidate=True)
        context.store(changed)
        AuditEntry.record(
            transaction,
            Actor("candidate", candidate_id),
            "deposit.deleted",
            piece_id,
            before={"deposit_id": context.deposit_id},
        )
        tell_state(transaction, context.candidature.id)


def validate_group(candidate_id: str, candidature_id: str, group_code: str, at: datetime) -> None:
    """Freeze the pieces of the regroupement that are open at `at`; repeating it changes nothing.

    Raises NotFound, or DepositClosed saying what is missing or that it is too late.
    """
    with db.operation() as transaction:
        lock_candidatures(transaction, [candidature_id])
        _, contexts = pieces.own_candidature_with_pieces(transaction, candidate_id, candidature_id)
        group = [context for context in contexts if context.piece.group_code == group_code]
        if not group:
            raise NotFound()
        states = [context.state for context in group]
        if is_complete(states):
            return
        if reason := validation_refusal(states, at):
            raise DepositClosed(reason, problem=problem_types.VALIDATION_CLOSED)
        now = portal_now()
        actor = Actor("candidate", candidate_id)
        for context in (each for each in group if each.state.is_open(at)):
            piece_id = context.piece.id
            deposit_id = context.deposit_id
            context.store(context.state.validate(at, now))
            transaction.add(Validation(piece_id=piece_id, deposit_id=deposit_id, validated_at=now))
            AuditEntry.record(
                transaction, actor, "piece.validated", piece_id, after={"deposit_id": deposit_id}
            )
        tell_state(transaction, candidature_id)


def refuse_closed_deposit(context: PieceContext, at: datetime) -> None:
    """Raises DepositClosed."""
    if reason := deposit_refusal(context.state, at):
        raise DepositClosed(reason)


def _store_file(key: str, accepted: AcceptedFile) -> None:
    """Write the file and compare it with what is read back.

    Raises Unavailable, with no object left behind, where the store is down or gives back other
    bytes.
    """
    file = accepted.file
    media_type = accepted.format.media_type
    try:
        put_verified(dependencies().store, key, file.content, file.stored, media_type)
    except (StoreUnavailable, BytesChanged) as error:
        if isinstance(error, BytesChanged):
            log.error("store_changed_bytes", key=key)
        else:
            log.warning("store_unavailable", reason=str(error))
        raise Unavailable(
            "L'espace de dépôt ne répond pas pour le moment : votre fichier n'a pas été "
            "enregistré. Recommencez dans quelques instants.",
            retry_after=STORE_RETRY_SECONDS,
        ) from error


def _new_deposit(context: PieceContext, accepted: AcceptedFile) -> Deposit:
    """The row, not added yet."""
    of = context.candidature
    id = new_id()
    at = portal_now()
    stored = accepted.file.stored
    return Deposit(
        id=id,
        piece_id=context.piece.id,
        object_key=deposit_key(of.candidate_id, of.id, context.piece.code, at, id, stored.sha256),
        size=stored.size,
        sha256=stored.sha256,
        media_type=accepted.format.media_type,
        filename=accepted.filename,
        deposited_at=at,
        scan=Scan.PENDING if dependencies().antivirus.configured else Scan.NOT_SCANNED,
        converted=accepted.converted,
        pages=accepted.look.pages,
        look=list(accepted.look.signs),
        active_contents=None if accepted.active is None else list(accepted.active),
    )


def make_current(
    transaction: Session,
    context: PieceContext,
    row: Deposit,
    changed: PieceState,
    at: datetime,
    *,
    by_candidate: bool = False,
) -> dict[str, str] | None:
    """Replace the piece's current file, until `at`, by `row`, and store the piece as `changed` by
    that. Return what was replaced, for the audit trail.

    The caller holds the lock of the candidature.
    """
    before = {"deposit_id": context.deposit.id} if context.deposit else None
    _remove_current(transaction, context, at, by_candidate=by_candidate)
    transaction.flush()  # first, since the database allows one current file at any time
    row.removed_at = None
    row.version = changed.deposit.version if changed.deposit else None
    transaction.add(row)
    context.store(changed)
    if dependencies().antivirus.configured:
        candidature_id = context.candidature.id
        follow_up(transaction, SCAN, {"deposit_id": row.id}, subject=candidature_id)
    transaction.flush()
    return before


def _remove_current(
    transaction: Session, context: PieceContext, at: datetime, *, by_candidate: bool
) -> None:
    """The bytes of a file that a gestionnaire has controlled stay, as proof; others stay KEPT_DAYS,
    those of a file that its candidate takes away on the day of its deposit a shorter time."""
    if context.deposit is None:
        return
    context.deposit.removed_at = at
    context.deposit.piece_as_left = context.state.standing
    if not context.controlled:
        is_young = (
            at - context.deposit.deposited_at < SECOND_THOUGHT and context.deposit.version is None
        )
        is_second_thought = by_candidate and is_young
        retire(
            transaction,
            context.deposit.object_key,
            kept=KEPT_SECOND_THOUGHT if is_second_thought else None,
        )
