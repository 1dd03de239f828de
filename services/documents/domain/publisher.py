"""Who publishes: a member of staff, within their académies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Publisher:
    """`academies`: codes; None means all."""

    id: str
    academies: frozenset[str] | None

    def may_publish_in(self, academie: str) -> bool:
        return self.academies is None or academie in self.academies
