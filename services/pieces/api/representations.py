"""Pieces and candidatures as JSON, for their candidate and for staff.

Statuses and antivirus states are given as code and as French label, under names of their own for each of the two
(`domain/statuses`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from services.pieces.domain.candidate_view import candidate_view
from services.pieces.domain.formats import accepted_formats
from services.pieces.domain.periods import Period, format_instant
from services.pieces.domain.statuses import Scan, Status
from services.pieces.domain.validation import WARNING, validation_refusal
from services.pieces.models import Candidature, Control, Deposit
from services.pieces.queries.pieces import PastDeposit, PieceContext
from services.pieces.queries.staff_list import Neighbours


def tile(candidature: Candidature) -> dict[str, Any]:
    """What a tile of « Mes justificatifs » shows."""
    return {
        "id": candidature.id,
        "exam_label": candidature.exam_label,
        "session_label": candidature.session_label,
        "academie_label": candidature.academie_label,
        "specialite": candidature.specialite,
        "numero_inscription": candidature.numero_inscription,
    }


def candidature_with_pieces(candidature: Candidature, contexts: list[PieceContext], at: datetime) -> dict[str, Any]:
    """« Mes justificatifs » of a candidature: its pieces by period, then by regroupement."""
    periods = [_period(period, of_period, at) for period, of_period in _by_period(contexts)]
    return {**tile(candidature), "periods": periods, "warning": WARNING}


def candidate_piece(context: PieceContext, at: datetime) -> dict[str, Any]:
    """A piece for its candidate, with what they may do with it at `at`."""
    row, view = context.piece, candidate_view(context.state, at)
    return {
        "id": row.id,
        "code": row.code,
        "label": row.label,
        "asked": row.asked,
        "required": row.required and row.asked,
        "formats": [format.value for format in accepted_formats(tuple(row.formats))],
        "form": row.form,
        "can_deposit": view.can_deposit,
        "can_delete": view.can_delete,
        "deposit": _candidate_deposit(context.deposit, row.validated_at) if context.deposit else None,
        "status": context.status.label if context.status else None,
        "status_code": row.status,
        "status_comment": row.status_comment,
        "received_on": row.received_on,
        "resubmit_until": row.reopened_until,
        "resubmit_sentence": view.sentence if row.reopened_until and row.asked else None,
        "sentence": view.sentence,
    }


def _by_period(contexts: list[PieceContext]) -> Iterator[tuple[Period, list[PieceContext]]]:
    by_period = attrgetter("period")
    for period, of_period in groupby(sorted(contexts, key=by_period), key=by_period):
        yield period, list(of_period)


def _period(period: Period, contexts: list[PieceContext], at: datetime) -> dict[str, Any]:
    groups: dict[str, list[PieceContext]] = {}
    for context in contexts:  # in the catalogue's order, which sorting by period kept
        groups.setdefault(context.piece.group_code, []).append(context)
    return {
        "sentence": period.sentence,
        "open": period.is_open(at),
        "groups": [_group(code, of_group, at) for code, of_group in groups.items()],
    }


def _group(code: str, contexts: list[PieceContext], at: datetime) -> dict[str, Any]:
    reason = validation_refusal([context.state for context in contexts], at)
    return {
        "code": code,
        "label": contexts[0].piece.group_label,
        "can_validate": reason is None,
        "validate_blocked_reason": reason,
        "pieces": [candidate_piece(context, at) for context in contexts],
    }


def _candidate_deposit(row: Deposit, validated_at: datetime | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "filename": row.filename,
        "size": row.size,
        "deposited_at": row.deposited_at,
        "deposited_sentence": f"Déposé le {format_instant(row.deposited_at)}",
        "scan": Scan(row.scan).label,
        "scan_code": row.scan,
        "converted": row.converted,
        "pages": row.pages,
        "look": row.look,
        "validated_at": validated_at,
        "validated_sentence": f"Validé le {format_instant(validated_at)}" if validated_at else None,
    }


def staff_candidature(candidature: Candidature) -> dict[str, Any]:
    return {
        **tile(candidature),
        "candidate_id": candidature.candidate_id,
        "numero_candidat": candidature.numero_candidat,
        "nom": candidature.nom,
        "prenoms": candidature.prenoms,
        "academie": candidature.academie_code,
        "session": candidature.session_name,
        "exam": candidature.exam_code,
    }


def staff_piece(context: PieceContext) -> dict[str, Any]:
    """A piece for staff: an item of the list."""
    row = context.piece
    return {
        "id": row.id,
        "etag": context.etag,
        "candidature": staff_candidature(context.candidature),
        "code": row.code,
        "label": row.label,
        "regroupement": {"code": row.group_code, "label": row.group_label},
        "asked": row.asked,
        "required": row.required,
        "deposit_opens": context.period.opens,
        "deposit_closes": context.period.closes,
        "status": row.status,
        "status_label": context.status.label if context.status else None,
        "comment": row.status_comment,
        "received_on": row.received_on,
        "resubmit_until": row.reopened_until,
        "validated_at": row.validated_at,
        "deposit": _staff_deposit(context.deposit) if context.deposit else None,
    }


def staff_piece_with_history(
    context: PieceContext, deposits: list[PastDeposit], controls: list[Control]
) -> dict[str, Any]:
    """A piece for staff, with every file it had and every control of it."""
    history = {
        "deposits": [
            {**_staff_deposit(past.deposit), "removed_at": past.deposit.removed_at, "kept_until": past.kept_until}
            for past in deposits
        ],
        "controls": [_control(control) for control in controls],
    }
    return {**staff_piece(context), "history": history}


def neighbours(beside: Neighbours) -> dict[str, Any]:
    return {
        "previous": staff_piece(beside.previous) if beside.previous else None,
        "following": staff_piece(beside.following) if beside.following else None,
    }


def _staff_deposit(row: Deposit) -> dict[str, Any]:
    return {
        "id": row.id,
        "filename": row.filename,
        "size": row.size,
        "media_type": row.media_type,
        "sha256": row.sha256,
        "deposited_at": row.deposited_at,
        "scan": row.scan,
        "scan_label": Scan(row.scan).label,
        "openable": Scan(row.scan).staff_may_open,
        "pages": row.pages,
    }


def _control(row: Control) -> dict[str, Any]:
    return {
        "deposit_id": row.deposit_id,
        "status": row.status,
        "status_label": Status(row.status).label,
        "comment": row.comment,
        "received_on": row.received_on,
        "resubmit_until": row.reopened_until,
        "staff_id": row.staff_id,
        "controlled_at": row.controlled_at,
    }
