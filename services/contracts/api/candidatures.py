"""What services answer alike of a candidature."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CandidatureLabels:
    """A candidature by what people read of it."""

    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_inscription: str
