"""Gives a deposited file to its depositor or to staff: bytes are verified, each download is in the audit trail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import structlog

from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError, NotFound
from services.contracts import problem_types
from services.contracts.piece_rules import Scan
from services.objects import ObjectMissing, StoreUnavailable
from services.pieces.dependencies import Dependencies
from services.pieces.domain import refusals
from services.pieces.domain.piece import NO_FILE
from services.pieces.models import AuditEntry, Deposit, db
from services.pieces.queries.pieces import PieceContext, own_piece, piece_within_academies

log = structlog.get_logger()


@dataclass(frozen=True)
class OpenedFile:
    content: bytes
    filename: str
    media_type: str
    scan: Scan


def open_own_file(dependencies: Dependencies, candidate_id: str, piece_id: str) -> OpenedFile:
    """The current file, for its depositor, whatever the antivirus says.

    Raises NotFound, Unavailable, DomainError where the bytes are lost or changed.
    """
    with db.reading() as session:
        context = own_piece(session, candidate_id, piece_id)
    return _open_recorded(dependencies, context, Actor("candidate", candidate_id))


def open_file_for_staff(
    dependencies: Dependencies, staff_id: str, academies: frozenset[str] | None, piece_id: str
) -> OpenedFile:
    """The current file, for staff of its académie (None: every académie).

    Raises NotFound, FileNotClean, Unavailable, DomainError where the bytes are lost or changed.
    """
    return _open_recorded(dependencies, piece_to_open(academies, piece_id), Actor("staff", staff_id))


def piece_to_open(academies: frozenset[str] | None, piece_id: str) -> PieceContext:
    """A piece of these académies (None: all) whose file staff may open. Raises NotFound, FileNotClean."""
    with db.reading() as session:
        context = piece_within_academies(session, academies, piece_id)
    if context.scan is not None and not context.scan.staff_may_open:
        detail = f"Antivirus : {context.scan.label}. Seul un fichier sain peut être ouvert."
        raise refusals.FileNotClean(detail, scan=context.scan.value)
    return context


def _open_recorded(dependencies: Dependencies, context: PieceContext, actor: Actor) -> OpenedFile:
    row = context.deposit
    if row is None:
        raise NotFound(NO_FILE)
    content = read_verified(dependencies, row)
    with db.operation() as session:
        AuditEntry.record(session, actor, "deposit.opened", context.piece.id, after={"deposit_id": row.id})
    return OpenedFile(content, row.filename, row.media_type, Scan(row.scan))


def read_verified(dependencies: Dependencies, row: Deposit) -> bytes:
    """The bytes of a deposit, of the size and SHA-256 of its row.

    Raises DomainError where they are lost or changed, Unavailable where the store is down.
    """
    try:
        content = dependencies.store.read(row.object_key)
    except StoreUnavailable as error:
        raise refusals.store_unavailable_on_read() from error
    except ObjectMissing as error:
        log.error("object_lost", deposit_id=row.id)
        raise _file_lost() from error
    if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
        log.error("object_changed", deposit_id=row.id)
        raise _file_lost()
    return content


def _file_lost() -> DomainError:
    return DomainError(
        "Le fichier enregistré est introuvable ou a été altéré. L'exploitant en est averti. Déposez-le à nouveau si la "
        "période de dépôt est ouverte, sinon contactez votre service gestionnaire.",
        problem=problem_types.FILE_LOST,
    )
