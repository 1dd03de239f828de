"""The current file of a piece for who opens it: its verified bytes, pictures of its pages, or a PDF
of these.

Staff get pictures of a file unless they ask for the original, so that nothing in it can run there.
The audit trail has each opening, and each list that is taken out.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, DomainError, NotFound, Unavailable, found
from services.chassis.web.access_tokens import Caller
from services.contracts import problem_types
from services.contracts.api.staff_lists import ListFilters
from services.contracts.piece_rules import VIEWABLE_MEDIA_TYPES, FileForm
from services.objects import ObjectMissing, StoreUnavailable
from services.pieces.dependencies import dependencies
from services.pieces.domain.piece import NO_FILE
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.models import AuditEntry, Deposit, db
from services.pieces.queries.pieces import PieceContext, own_piece, piece_within_academies
from services.pieces.queries.trail import OPENED

LOADED_AHEAD = "deposit.loaded_ahead"
log = structlog.get_logger()


def open_file(who: Caller, piece_id: str, form: FileForm) -> tuple[Deposit, bytes]:
    """The current file, and its bytes or those of its copy: for its depositor, whatever the
    antivirus says, or for staff of its académie.

    Raises NotFound, Conflict for one that is not clean, Unavailable, DomainError where there is no
    copy, or the bytes are lost or changed.
    """
    context = _piece_to_open(who, piece_id)
    deposit = found(context.deposit, NO_FILE)
    content = read_verified(deposit) if form is FileForm.ORIGINAL else _copy(who, context)
    _record(who, OPENED, piece_id, {"deposit_id": deposit.id, "form": form})
    return deposit, content


def _copy(by: Caller, context: PieceContext) -> bytes:
    """A PDF of pictures of the pages. Raises DomainError where the file has none, or too many for
    the limits."""
    deposit = _viewable_file_of(context)
    inspections = dependencies().inspections
    with _refusing_what_cannot_be_shown():
        copy = inspections.copy(
            context.candidature.candidate_id, by.id, io.BytesIO(read_verified(deposit))
        )
    if not copy:
        raise _no_preview()
    return copy


def render_preview(candidate_id: str, piece_id: str) -> bytes:
    """A small JPEG of the current file of a piece of this candidate: of a photograph, or of the
    first page of a PDF.

    Raises NotFound, DomainError for an archive, a film …, Unavailable, or TooMany: a preview counts
    among the candidate's concurrent deposits.
    """
    with db.reading() as transaction:
        deposit = _viewable_file_of(own_piece(transaction, candidate_id, piece_id))
    with _refusing_what_cannot_be_shown(), dependencies().concurrent_deposits.place(candidate_id):
        content = io.BytesIO(read_verified(deposit))
        return dependencies().inspections.convert(candidate_id, "preview", content)


def render_page_for_staff(by: Caller, piece_id: str, number: int, *, ahead: bool = False) -> bytes:
    """A JPEG of page `number`, from 1 on, of the current file; that it was opened, or loaded
    `ahead` of being looked at, is in the audit trail.

    Raises NotFound outside the académies or where there is no such page, Conflict for a file that
    is not clean, DomainError for an archive, a film …, Unavailable.
    """
    context = _piece_to_open(by, piece_id)
    deposit = _viewable_file_of(context)
    if number < 1:
        raise NotFound()
    owner = context.candidature.candidate_id
    with _refusing_what_cannot_be_shown(), dependencies().inspections.pictures.place(by.id):
        content = io.BytesIO(read_verified(deposit))
        picture = dependencies().inspections.convert(owner, "page_picture", content, number=number)
    if not picture:
        raise NotFound()
    _record(
        by, LOADED_AHEAD if ahead else OPENED, piece_id, {"deposit_id": deposit.id, "page": number}
    )
    return picture


def record_opening(by: Caller, piece_id: str, deposit_id: str, page: int) -> None:
    """This `page` of this file, which was loaded ahead, is shown now.

    Raises NotFound outside the académies, or for a file that the piece never had.
    """
    with db.reading() as transaction:
        piece_within_academies(transaction, by.academies, piece_id)
        deposit = transaction.get(Deposit, deposit_id)
    if deposit is None or deposit.piece_id != piece_id:
        raise NotFound(NO_FILE)
    _record(by, OPENED, piece_id, {"deposit_id": deposit_id, "page": page})


def record_export(staff_id: str, narrowed: ListFilters) -> None:
    """Note in the audit trail that this member of staff takes out the list of what these filters
    let pass."""
    with db.operation() as transaction:
        AuditEntry.record(
            transaction,
            Actor("staff", staff_id),
            "pieces.exported",
            "pieces",
            after=dict(narrowed.filters),
        )


def _piece_to_open(by: Caller, piece_id: str) -> PieceContext:
    """A piece whose file its candidate, or staff may open. Raises NotFound outside their académies,
    Conflict."""
    with db.reading() as transaction:
        if by.kind != "staff":
            return own_piece(transaction, by.id, piece_id)
        context = piece_within_academies(transaction, by.academies, piece_id)
    if context.scan is not None and not context.scan.staff_may_open:
        detail = f"Antivirus : {context.scan.label}. Seul un fichier sain peut être ouvert."
        raise Conflict(detail, problem=problem_types.NOT_CLEAN, scan=context.scan.value)
    return context


def _viewable_file_of(context: PieceContext) -> Deposit:
    deposit = found(context.deposit, NO_FILE)
    if deposit.media_type not in VIEWABLE_MEDIA_TYPES:
        raise _no_preview()
    return deposit


@contextmanager
def _refusing_what_cannot_be_shown() -> Iterator[None]:
    try:
        yield
    except (FileRefused, UnverifiableFile) as error:
        raise _no_preview() from error


def _no_preview() -> DomainError:
    words = "Ce fichier ne peut pas être montré en images : ouvrez le fichier d'origine."
    return DomainError(words, problem=problem_types.NO_PREVIEW)


def read_verified(row: Deposit) -> bytes:
    """The bytes of a deposit, of the size and SHA-256 of its row.

    Raises DomainError where they are lost or changed, Unavailable where the store is down.
    """
    try:
        content = dependencies().store.read(row.object_key)
        if len(content) == row.size and hashlib.sha256(content).hexdigest() == row.sha256:
            return content
        log.error("object_changed", deposit_id=row.id)
    except StoreUnavailable as error:
        words = (
            "L'espace de dépôt ne répond pas pour le moment. Recommencez dans quelques instants."
        )
        raise Unavailable(words) from error
    except ObjectMissing:
        log.error("object_lost", deposit_id=row.id)
    raise DomainError(
        "Le fichier enregistré est introuvable ou a été altéré. L'exploitant en est averti. "
        "Déposez-le à nouveau si la période de dépôt est ouverte, sinon contactez votre service "
        "gestionnaire.",
        problem=problem_types.FILE_LOST,
    )


def _record(who: Caller, action: str, piece_id: str, after: dict[str, str | int]) -> None:
    with db.operation() as transaction:
        AuditEntry.record(transaction, Actor(who.kind, who.id), action, piece_id, after=after)
