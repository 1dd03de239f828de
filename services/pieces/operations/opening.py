"""A deposited file is opened, by its depositor or by staff; each opening leaves its trace, and bytes are verified."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import structlog

from services.chassis.errors import DomainError, NotFound
from services.contracts import problem_types
from services.objects import ObjectMissing, StoreUnavailable
from services.pieces.domain import refusals
from services.pieces.domain.statuses import Scan
from services.pieces.models import Deposit, db
from services.pieces.operations.audit import Actor, record
from services.pieces.parts import Parts
from services.pieces.queries.dossiers import Dossier, dossier_within, own_dossier

log = structlog.get_logger()


@dataclass(frozen=True)
class File:
    content: bytes
    filename: str
    media_type: str
    scan: Scan


def own_file(parts: Parts, candidate_id: str, piece_id: str) -> File:
    """The current file, for its depositor, whatever the antivirus says. Raises NotFound or Unavailable."""
    with db.reading() as session:
        dossier = own_dossier(session, candidate_id, piece_id)
    return _opened(parts, dossier, Actor("candidate", candidate_id))


def file_for_staff(parts: Parts, staff_id: str, academies: frozenset[str] | None, piece_id: str) -> File:
    """The current file, for staff of its académie. Raises NotFound, NotClean or Unavailable."""
    with db.reading() as session:
        dossier = dossier_within(session, academies, piece_id)
    if dossier.scan is not None and not dossier.scan.opens_to_staff:
        detail = f"Antivirus : {dossier.scan.label}. Seul un fichier sain peut être ouvert."
        raise refusals.NotClean(detail, scan=dossier.scan.value)
    return _opened(parts, dossier, Actor("staff", staff_id))


def _opened(parts: Parts, dossier: Dossier, actor: Actor) -> File:
    row = dossier.deposit
    if row is None:
        raise NotFound("Aucun fichier n'est déposé pour cette pièce.")
    content = verified(parts, row)
    with db.operation() as session:
        record(session, actor, "deposit.opened", dossier.piece.id, after={"deposit_id": row.id})
    return File(content, row.filename, row.media_type, Scan(row.scan))


def verified(parts: Parts, row: Deposit) -> bytes:
    """The very bytes that were deposited. Raises DomainError where they are lost or changed, or Unavailable."""
    try:
        content = parts.store.read(row.object_key)
    except StoreUnavailable as error:
        raise refusals.store_not_read() from error
    except ObjectMissing as error:
        log.error("object_lost", deposit_id=row.id)
        raise _lost() from error
    if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
        log.error("object_changed", deposit_id=row.id)
        raise _lost()
    return content


def _lost() -> DomainError:
    return DomainError(
        "Le fichier enregistré est introuvable ou a été altéré. L'exploitant en est averti. Déposez-le à nouveau si la "
        "période de dépôt est ouverte, sinon contactez votre service gestionnaire.",
        problem=problem_types.FILE_LOST,
    )
