"""Pieces as the API shows them, to their candidate and to staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from services.pieces.domain.formats import accepted
from services.pieces.domain.periods import Period, shown_instant
from services.pieces.domain.standing import standing
from services.pieces.domain.statuses import Scan, Status
from services.pieces.domain.validation import WARNING, validation_refusal
from services.pieces.models import Candidature, Control, Deposit
from services.pieces.queries.dossiers import Dossier, PastDeposit


def tile(copy: Candidature) -> dict[str, Any]:
    return {
        "id": copy.id,
        "exam_label": copy.exam_label,
        "session_label": copy.session_label,
        "academie_label": copy.academie_label,
        "specialite": copy.specialite,
        "numero_inscription": copy.numero_inscription,
    }


def asked(copy: Candidature, dossiers: list[Dossier], at: datetime) -> dict[str, Any]:
    """« Mes justificatifs » of a candidature: by period, then by regroupement."""
    periods = [_period(period, found, at) for period, found in _by_period(dossiers)]
    return {**tile(copy), "periods": periods, "warning": WARNING}


def piece(dossier: Dossier, at: datetime) -> dict[str, Any]:
    """A piece for its candidate, with what he may do at `at`."""
    row, stands = dossier.piece, standing(dossier.state, at)
    return {
        "id": row.id,
        "code": row.code,
        "label": row.label,
        "asked": row.asked,
        "required": row.required and row.asked,
        "formats": [item.value for item in accepted(tuple(row.formats))],
        "form": row.form,
        "can_deposit": stands.can_deposit,
        "can_delete": stands.can_delete,
        "deposit": _own_deposit(dossier) if dossier.deposit else None,
        "status": dossier.status.label if dossier.status else None,
        "status_comment": row.status_comment,
        "received_on": row.received_on,
        "resubmit_until": row.reopened_until,
        "resubmit_sentence": stands.sentence if row.reopened_until and row.asked else None,
        "sentence": stands.sentence,
    }


def _by_period(dossiers: list[Dossier]) -> Iterator[tuple[Period, list[Dossier]]]:
    for period, found in groupby(sorted(dossiers, key=lambda one: one.period), key=lambda one: one.period):
        yield period, list(found)


def _period(period: Period, dossiers: list[Dossier], at: datetime) -> dict[str, Any]:
    groups: dict[str, list[Dossier]] = {}
    for dossier in dossiers:  # in the catalogue's order, which sorting by period kept
        groups.setdefault(dossier.piece.group_code, []).append(dossier)
    return {
        "sentence": period.sentence,
        "open": period.is_open(at),
        "groups": [_group(code, found, at) for code, found in groups.items()],
    }


def _group(code: str, dossiers: list[Dossier], at: datetime) -> dict[str, Any]:
    reason = validation_refusal([one.state for one in dossiers], at)
    return {
        "code": code,
        "label": dossiers[0].piece.group_label,
        "can_validate": reason is None,
        "validate_blocked_reason": reason,
        "pieces": [piece(one, at) for one in dossiers],
    }


def _own_deposit(dossier: Dossier) -> dict[str, Any]:
    found, validated = dossier.deposit, dossier.piece.validated_at
    assert found is not None  # noqa: S101 - the caller looked
    return {
        "id": found.id,
        "filename": found.filename,
        "size": found.size,
        "deposited_at": found.deposited_at,
        "deposited_sentence": f"Déposé le {shown_instant(found.deposited_at)}",
        "scan": Scan(found.scan).label,
        "converted": found.converted,
        "pages": found.pages,
        "look": found.look,
        "validated_at": validated,
        "validated_sentence": f"Validé le {shown_instant(validated)}" if validated else None,
    }


def staff_piece(dossier: Dossier) -> dict[str, Any]:
    """A piece for staff: an item of the list."""
    row, copy = dossier.piece, dossier.candidature
    return {
        "id": row.id,
        "etag": dossier.etag,
        "candidature": {
            **tile(copy),
            "numero_candidat": copy.numero_candidat,
            "nom": copy.nom,
            "prenoms": copy.prenoms,
            "academie": copy.academie_code,
            "session": copy.session_name,
            "exam": copy.exam_code,
        },
        "code": row.code,
        "label": row.label,
        "regroupement": {"code": row.group_code, "label": row.group_label},
        "asked": row.asked,
        "required": row.required,
        "deposit_opens": dossier.period.opens,
        "deposit_closes": dossier.period.closes,
        "status": row.status,
        "status_label": dossier.status.label if dossier.status else None,
        "comment": row.status_comment,
        "received_on": row.received_on,
        "resubmit_until": row.reopened_until,
        "validated_at": row.validated_at,
        "deposit": _staff_deposit(dossier.deposit) if dossier.deposit else None,
    }


def staff_piece_with_history(dossier: Dossier, deposits: list[PastDeposit], controls: list[Control]) -> dict[str, Any]:
    """A piece for staff, with every file it had and every opinion given on it."""
    history = {
        "deposits": [
            {**_staff_deposit(past.deposit), "removed_at": past.deposit.removed_at, "kept_until": past.kept_until}
            for past in deposits
        ],
        "controls": [_control(one) for one in controls],
    }
    return {**staff_piece(dossier), "history": history}


def _staff_deposit(found: Deposit) -> dict[str, Any]:
    return {
        "id": found.id,
        "filename": found.filename,
        "size": found.size,
        "media_type": found.media_type,
        "sha256": found.sha256,
        "deposited_at": found.deposited_at,
        "scan": found.scan,
        "scan_label": Scan(found.scan).label,
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
