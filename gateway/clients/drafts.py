"""A draft and its tabs as registrations describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clients.form_values import Form
from services.contracts.registrations import Contact, Recap


@dataclass(frozen=True)
class TabHeading:
    number: int
    kind: str
    name: str
    title: str
    state: str


@dataclass(frozen=True)
class ModifiedCandidature:
    numero_inscription: str
    version_label: str
    saved_at: str


@dataclass(frozen=True)
class Obstacle:
    reason: str
    detail: str
    candidature_id: str | None


@dataclass(frozen=True)
class Draft:
    """`obstacles` are the reasons why it cannot be transmitted now; `closes_at` and `updated_at` are ISO 8601."""

    id: str
    revision: int
    numero_candidat: str
    exam_label: str
    session_label: str
    academie_label: str
    closes_at: str
    candidature_id: str | None
    tabs: tuple[TabHeading, ...]
    current: int
    updated_at: str
    saved_candidature_id: str | None
    modified: ModifiedCandidature | None = None
    obstacles: tuple[Obstacle, ...] = ()
    contact: Contact | None = None

    @property
    def is_over(self) -> bool:
        """Whether it can never be transmitted: waiting does not help."""
        return any(obstacle.reason != "not_yet" for obstacle in self.obstacles)

    @property
    def recap_number(self) -> int:
        """The number of the tab « Récapitulatif »."""
        return next((tab.number for tab in self.tabs if tab.kind == "recap"), self.current)


@dataclass(frozen=True)
class EpreuveField:
    code: str
    title: str
    group: str
    parent: str | None
    position: dict[str, Any] | None
    position_label: str
    option: dict[str, Any] | None
    mode_label: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Tab:
    number: int
    kind: str
    title: str
    revision: int
    form: Form | None
    recap: Recap | None
    notices: tuple[str, ...]
    paragraphs: tuple[str, ...]
    epreuves: tuple[EpreuveField, ...] | None
    draft: Draft
    errors: tuple[dict[str, str], ...] = ()

    @property
    def fields(self) -> tuple[dict[str, Any], ...]:
        """Of all sections of its form, in their order."""
        sections = self.form["sections"] if self.form else ()
        return tuple(field for section in sections for field in section["fields"])


@dataclass(frozen=True)
class WrittenTab:
    """The draft's new revision, and the number of the tab to show next."""

    revision: int
    goto: int
