"""How tabs are shown: headings, one tab with its form, the récapitulatif, errors by tab."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from services.chassis.errors import DomainError
from services.contracts import problem_types
from services.contracts.registrations import Recap
from services.registrations.domain.forms import Field, FieldError, Form


@dataclass(frozen=True)
class TabHeading:
    number: int
    kind: str
    name: str
    title: str  # "Identification", without its number
    visited: bool  # something was posted there
    complete: bool  # and nothing is wrong with it


@dataclass(frozen=True)
class EpreuveField:
    """One épreuve of the tab « Epreuves », a disclosure: fixed where `position` is None."""

    code: str
    title: str  # "EF1 : Langue vivante 2 : Allemand : Inscrit"
    group: str  # "obligatoires" | "facultatives"
    parent: str | None
    position: Field | None  # named "position-EF1"
    position_label: str
    option: Field | None  # named "option-EF1"
    mode_label: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TabView:
    number: int
    kind: str
    name: str
    title: str
    form: Form | None = None
    recap: Recap | None = None
    epreuves: tuple[EpreuveField, ...] | None = None
    paragraphs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TabErrors:
    number: int
    title: str
    errors: tuple[FieldError, ...]


class Incomplete(DomainError):
    """The dossier cannot be saved. `errors` are all errors, `extra["tabs"]` has them by tab:
    [{"number", "title", "errors": [{"pointer", "detail"}]}]."""

    problem = problem_types.INCOMPLETE

    def __init__(self, tabs: tuple[TabErrors, ...]) -> None:
        self.tabs = tabs
        super().__init__(
            "Des informations manquent ou doivent être corrigées dans votre dossier.",
            errors=tuple(error for tab in tabs for error in tab.errors),
            tabs=[_tab_data(tab) for tab in tabs],
        )


def _tab_data(tab: TabErrors) -> dict[str, Any]:
    return {
        "number": tab.number,
        "title": tab.title,
        "errors": [dataclasses.asdict(error) for error in tab.errors],
    }
