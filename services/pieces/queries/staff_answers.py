"""Pieces as the API answers them to staff and their tools."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.api import staff_pieces as api
from services.pieces.models import Candidature, Deposit
from services.pieces.queries.pieces import PieceContext


@dataclass(frozen=True)
class Neighbours:
    """The pieces just before and just after one in a list. `left`: how many follow that one; None:
    more than are counted."""

    previous: PieceContext | None
    following: PieceContext | None
    left: int | None


def staff_candidature(row: Candidature) -> api.StaffCandidature:
    return api.StaffCandidature(
        id=row.id,
        exam_label=row.exam_label,
        session_label=row.session_label,
        academie_label=row.academie_label,
        specialite=row.specialite,
        numero_inscription=row.numero_inscription,
        candidate_id=row.candidate_id,
        numero_candidat=row.numero_candidat,
        nom=row.nom,
        prenoms=row.prenoms,
        birth_date=row.birth_date,
        academie=row.academie_code,
        session=row.session_name,
        exam=row.exam_code,
    )


def staff_piece(context: PieceContext) -> api.StaffPiece:
    """Answer a piece as an item of a list."""
    row = context.piece
    return api.StaffPiece(
        id=row.id,
        etag=context.etag,
        candidature=staff_candidature(context.candidature),
        code=row.code,
        label=row.label,
        regroupement=api.Regroupement(code=row.group_code, label=row.group_label),
        asked=row.asked,
        required=row.required,
        deposit_opens=context.period.opens,
        deposit_closes=context.period.closes,
        status=row.status,
        status_label=context.status.label if context.status else None,
        comment=row.status_comment,
        received_on=row.received_on,
        resubmit_until=row.resubmit_until,
        validated_at=row.validated_at,
        deposit=staff_deposit(context.deposit) if context.deposit else None,
        asked_again_for=row.asked_again_for,
    )


def staff_piece_detail(
    context: PieceContext,
    *,
    history: api.History,
    recent_openings: tuple[api.RecentOpening, ...],
    neighbours: Neighbours | None,
    own_controls: api.OwnControls | None,
) -> api.StaffPieceDetail:
    """Answer a piece with what has happened to it, and where it stands in a list."""
    piece = staff_piece(context)
    return api.StaffPieceDetail(
        id=piece.id,
        etag=piece.etag,
        candidature=piece.candidature,
        code=piece.code,
        label=piece.label,
        regroupement=piece.regroupement,
        asked=piece.asked,
        required=piece.required,
        deposit_opens=piece.deposit_opens,
        deposit_closes=piece.deposit_closes,
        status=piece.status,
        status_label=piece.status_label,
        comment=piece.comment,
        received_on=piece.received_on,
        resubmit_until=piece.resubmit_until,
        validated_at=piece.validated_at,
        deposit=piece.deposit,
        asked_again_for=piece.asked_again_for,
        history=history,
        recent_openings=recent_openings,
        neighbours=_neighbours(neighbours) if neighbours else None,
        own_controls=own_controls,
    )


def _neighbours(beside: Neighbours) -> api.Neighbours:
    return api.Neighbours(
        previous=staff_piece(beside.previous) if beside.previous else None,
        following=staff_piece(beside.following) if beside.following else None,
        left=beside.left,
    )


def staff_deposit(row: Deposit) -> api.StaffDeposit:
    return api.StaffDeposit(
        id=row.id,
        filename=row.filename,
        size=row.size,
        media_type=row.media_type,
        sha256=row.sha256,
        deposited_at=row.deposited_at,
        scan=row.scan,
        scan_label=row.scan_label,
        openable=row.openable,
        pages=row.pages,
        active_contents=None if row.active_contents is None else tuple(row.active_contents),
        active_contents_label=row.active_contents_label,
        version=row.version,
    )


def past_deposit(row: Deposit, kept_until: datetime | None) -> api.PastDeposit:
    """Answer a file that its piece has or had. `kept_until`: when its bytes may be erased."""
    deposit = staff_deposit(row)
    return api.PastDeposit(
        id=deposit.id,
        filename=deposit.filename,
        size=deposit.size,
        media_type=deposit.media_type,
        sha256=deposit.sha256,
        deposited_at=deposit.deposited_at,
        scan=deposit.scan,
        scan_label=deposit.scan_label,
        openable=deposit.openable,
        pages=deposit.pages,
        active_contents=deposit.active_contents,
        active_contents_label=deposit.active_contents_label,
        version=deposit.version,
        removed_at=row.removed_at,
        kept_until=kept_until,
    )
