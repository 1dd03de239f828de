"""Events published by documents: what an exam office did with documents of candidatures.

Instants are ISO 8601 with offset, in UTC. Labels are ready to be shown (French).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.contracts.base import Contract

PUBLISHED, REPLACED, WITHDRAWN = "published", "replaced", "withdrawn"


@dataclass(frozen=True)
class DocumentsAnnounced(Contract):
    """One document of each of these candidatures was published, replaced by a new one, or withdrawn (`act`).

    registrations mails each candidate, where the session wants it. `reason`: one that is meant for them.
    """

    TYPE: ClassVar[str] = "documents.documents_announced.v1"
    CONSUMERS: ClassVar[tuple[str, ...]] = ("registrations",)

    act: str
    at: str
    label: str
    reason: str | None
    candidatures: tuple[str, ...]
