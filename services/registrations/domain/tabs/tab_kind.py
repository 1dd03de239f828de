"""The interface of a kind of tab: its content, its errors, its lines in the récapitulatif, its searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.contracts.registrations import Section as RecapSection
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import FieldError, Option, Section
from services.registrations.domain.tab_views import EpreuveField


@dataclass(frozen=True)
class TabContent:
    sections: tuple[Section, ...] = ()
    paragraphs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    epreuves: tuple[EpreuveField, ...] | None = None
    shows_recap: bool = False


def _no_errors(_: Dossier, __: Tab) -> tuple[FieldError, ...]:
    return ()


def _no_lines(_: Dossier, __: Tab) -> tuple[RecapSection, ...]:
    return ()


def _no_options(_: Dossier, __: Tab, ___: str, ____: str, _____: int) -> tuple[Option, ...]:
    return ()


def _no_advice(_: Dossier, __: Tab, ___: str, ____: str) -> str | None:
    return None


def _no_names(_: Dossier, __: Tab) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class TabKind:
    """`more_names`: names of fields that it may have in another state of the dossier;
    `advise`: the text beside the proposals for a field (dossier, tab, field, words)."""

    describe: Callable[[Dossier, Tab], TabContent]
    check: Callable[[Dossier, Tab], tuple[FieldError, ...]] = _no_errors
    recap: Callable[[Dossier, Tab], tuple[RecapSection, ...]] = _no_lines
    search: Callable[[Dossier, Tab, str, str, int], tuple[Option, ...]] = _no_options
    more_names: Callable[[Dossier, Tab], Iterable[str]] = _no_names
    advise: Callable[[Dossier, Tab, str, str], str | None] = _no_advice
