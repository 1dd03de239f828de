"""How épreuves hang together (K11): which bear a unit of their own, which only show their parent's or their children's.

Source: D643-15 and the rule of session 2023 that a « maîtresse » épreuve, whose children bear the units, is no unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.registrations.domain.definition import Epreuve, Exam, Session, Specialite

FACULTATIVE = "facultative"


class Role(StrEnum):
    LEAF = "leaf"  # sat, kept or left out on its own: E1, E4-A, E2 of Banque
    MAITRESSE = "maitresse"  # its children bear the units: E4; inscrit iff one of them is
    FOLLOWER = "follower"  # bears no unit and follows its parent: E2-A


@dataclass(frozen=True)
class Structure:
    """The épreuves of a spécialité in a session, in the order of the catalogue."""

    epreuves: tuple[Epreuve, ...]

    def epreuve(self, code: str) -> Epreuve | None:
        return next((epreuve for epreuve in self.epreuves if epreuve.code == code), None)

    def children(self, code: str) -> tuple[Epreuve, ...]:
        return tuple(epreuve for epreuve in self.epreuves if epreuve.parent == code)

    def role(self, epreuve: Epreuve) -> Role:
        if any(child.unit for child in self.children(epreuve.code)):
            return Role.MAITRESSE
        if epreuve.unit or epreuve.parent is None:
            return Role.LEAF
        parent = self.epreuve(epreuve.parent)
        return Role.LEAF if parent is None or self.role(parent) is Role.MAITRESSE else Role.FOLLOWER

    def leaves(self) -> tuple[Epreuve, ...]:
        return tuple(epreuve for epreuve in self.epreuves if self.role(epreuve) is Role.LEAF)

    def mandatory_leaves(self) -> tuple[Epreuve, ...]:
        return tuple(epreuve for epreuve in self.leaves() if epreuve.kind != FACULTATIVE)

    def facultatives(self) -> tuple[Epreuve, ...]:
        return tuple(epreuve for epreuve in self.leaves() if epreuve.kind == FACULTATIVE)

    def keepable(self) -> tuple[Epreuve, ...]:
        """Units that a bénéfice, a report or a dispense may bear on."""
        return tuple(epreuve for epreuve in self.mandatory_leaves() if epreuve.unit)


def structure_of(specialite: Specialite | None, year: int) -> Structure:
    """The épreuves that a spécialité has in the session of that year; none where it is unknown."""
    version = specialite.version_for(year) if specialite else None
    if version is None:
        return Structure(())
    return Structure(tuple(epreuve for epreuve in version.epreuves if _exists(epreuve, year)))


def all_codes(exam: Exam) -> frozenset[str]:
    """Of every épreuve that any spécialité of the exam has or had."""
    versions = (version for specialite in exam.specialites for version in specialite.versions)
    return frozenset(epreuve.code for version in versions for epreuve in version.epreuves)


def only_specialite(exam: Exam, session: Session) -> Specialite | None:
    """The spécialité of an exam that leaves no choice of one."""
    return exam.specialite(session.specialites[0]) if len(session.specialites) == 1 else None


def _exists(epreuve: Epreuve, year: int) -> bool:
    return (epreuve.first_session or year) <= year <= (epreuve.last_session or year)
