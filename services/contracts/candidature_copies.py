"""What every service that keeps a copy of candidatures stores of their newest version, to list and to show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.contracts.registrations import RegistrationSaved


def copied_columns(saved: RegistrationSaved) -> dict[str, Any]:
    """Values by the names of the copies' columns; `saved_at` is an instant."""
    return {
        "candidate_id": saved.candidate_id,
        "version": saved.version,
        "exam_label": saved.exam.label,
        "session_label": saved.session.label,
        "academie_code": saved.academie.code,
        "academie_label": saved.academie.label,
        "specialite": saved.confirmation.specialite,
        "numero_candidat": saved.numero_candidat,
        "numero_inscription": saved.numero_inscription,
        "saved_at": datetime.fromisoformat(saved.saved_at),
    }
