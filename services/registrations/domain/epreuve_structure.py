"""The structure of épreuves (K11): which bear a unit of their own, which follow their parent or
their children.

Source: D643-15 and the rule of session 2023 that a « maîtresse » épreuve, whose children bear the
units, is no unit.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.registrations.domain.exam_definition import Epreuve, Exam, Session, Specialite

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
        return self._by_code.get(code)

    def children(self, code: str) -> tuple[Epreuve, ...]:
        return self._by_parent.get(code, ())

    def role(self, epreuve: Epreuve) -> Role:
        return self._roles[epreuve.code]

    def is_keepable(self, epreuve: Epreuve) -> bool:
        """Whether it is a unit that a bénéfice, a report or a dispense may bear on."""
        return (
            bool(epreuve.unit) and epreuve.kind != FACULTATIVE and self.role(epreuve) is Role.LEAF
        )

    def keepable(self) -> tuple[Epreuve, ...]:
        return tuple(epreuve for epreuve in self.epreuves if self.is_keepable(epreuve))

    @cached_property
    def _by_code(self) -> dict[str, Epreuve]:
        return {epreuve.code: epreuve for epreuve in self.epreuves}

    @cached_property
    def _by_parent(self) -> dict[str, tuple[Epreuve, ...]]:
        parents = {epreuve.parent for epreuve in self.epreuves if epreuve.parent}
        return {
            code: tuple(epreuve for epreuve in self.epreuves if epreuve.parent == code)
            for code in parents
        }

    @cached_property
    def _roles(self) -> dict[str, Role]:
        return {epreuve.code: self._role(epreuve) for epreuve in self.epreuves}

    def _role(self, epreuve: Epreuve) -> Role:
        if any(child.unit for child in self.children(epreuve.code)):
            return Role.MAITRESSE
        if epreuve.unit or epreuve.parent is None:
            return Role.LEAF
        parent = self.epreuve(epreuve.parent)
        return (
            Role.LEAF if parent is None or self._role(parent) is Role.MAITRESSE else Role.FOLLOWER
        )


def structure_of(specialite: Specialite | None, year: int) -> Structure:
    """The épreuves that a spécialité has in the session of that year; none where it is unknown."""
    version = specialite.version_for(year) if specialite else None
    epreuves = version.epreuves if version else ()
    return Structure(
        tuple(e for e in epreuves if (e.first_session or year) <= year <= (e.last_session or year))
    )


def only_specialite(exam: Exam, transaction: Session) -> Specialite | None:
    """The spécialité of an exam that leaves no choice of one."""
    return (
        exam.specialite(transaction.specialites[0]) if len(transaction.specialites) == 1 else None
    )
