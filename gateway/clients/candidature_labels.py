"""What registrations, documents and pieces answer alike of a candidature."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CandidatureLabels:
    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_inscription: str
