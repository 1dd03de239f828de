"""A dossier: everything that showing, checking or saving a form needs. Plain values, no database and no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from services.contracts.accounts import Identity
from services.registrations.domain import declaration
from services.registrations.domain.answered_form import AnsweredForm, Answers
from services.registrations.domain.declaration import Declaration
from services.registrations.domain.exam_definition import Opening


@dataclass(frozen=True)
class PreviousCandidature:
    """An earlier candidature of the same candidate, here. `answers` are those of its last version."""

    candidature_id: str
    exam_code: str
    session_name: str
    session_year: int
    session_label: str
    academie: str
    academie_label: str
    numero_inscription: str
    specialite_code: str | None
    specialite_label: str | None
    exclusivity_key: str | None
    active: bool
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dossier(AnsweredForm):
    opening: Opening
    identity: Identity
    numero_candidat: str
    today: date  # in Paris
    previous: tuple[PreviousCandidature, ...] = ()
    modifies: str | None = None  # id of the candidature that is being modified

    @cached_property
    def declaration(self) -> Declaration:
        """The meaning of the answers. These never change in a dossier, so they are read once."""
        return declaration.read(self)
