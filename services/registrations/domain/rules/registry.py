"""The rules by name. An exam's `rules:` selects some, with parameters, for a range of sessions.

A rule is a pure function of a Dossier; the catalogue may set its annotated keyword parameters. It
yields all reasons, not only the first.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import RuleUse
from services.registrations.domain.forms import FieldError

ERROR = "error"
WARNING = "warning"
_Errors = Callable[..., Iterator[FieldError]]
_Warnings = Callable[..., Iterator[str]]
Function = typing.TypeVar("Function", _Errors, _Warnings)


_EXPECTED: dict[Any, str] = {
    int: "un nombre entier est attendu",
    str: "un texte est attendu",
    bool: "true ou false est attendu",
    tuple[str, ...]: "une liste de textes est attendue",
}
"""Types of parameters, and what is said of a value of another one."""


@dataclass(frozen=True)
class Rule:
    tab: str  # kind of the tab that shows its reasons
    level: str  # ERROR refuses the tab, WARNING only informs
    function: Callable[..., Iterator[Any]]
    parameters: dict[str, inspect.Parameter]


RULES: dict[str, Rule] = {}


def rule(check: str, *, tab: str, level: str = ERROR) -> Callable[[Function], Function]:
    """Registers a function of errors, or of warnings, under its own name. `check`: « K9 », of the
    BTS's table of rules."""

    def register(function: Function) -> Function:
        all_parameters = inspect.signature(function, eval_str=True).parameters
        keywords = {
            name: each for name, each in all_parameters.items() if each.kind is each.KEYWORD_ONLY
        }
        RULES[function.__name__] = Rule(tab, level, function, keywords)
        return function

    return register


def problems(use: RuleUse) -> Iterator[str]:
    """What is wrong with a use of a known rule, for the catalogue's check (French)."""
    parameters = RULES[use.name].parameters
    for name, value in use.parameters.items():
        if name not in parameters:
            yield f"paramètre inconnu « {name} » pour {use.name}"
        elif not _fits(value, parameters[name].annotation):
            yield f"paramètre « {name} » de {use.name} : {_EXPECTED[parameters[name].annotation]}"
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in use.parameters:
            yield f"paramètre « {name} » manquant pour {use.name}"


def in_force(
    uses: Iterable[RuleUse], session_year: int, level: str, tab: str | None = None
) -> tuple[RuleUse, ...]:
    """The uses of a level (and tab) that apply in that session."""
    return tuple(
        use
        for use in uses
        if use.name in RULES
        and RULES[use.name].level == level
        and (tab is None or RULES[use.name].tab == tab)
        and (use.first or session_year) <= session_year <= (use.last or session_year)
    )


def apply(use: RuleUse, dossier: Dossier) -> Iterator[Any]:
    return RULES[use.name].function(dossier, **use.parameters)


def reasons(dossier: Dossier, level: str, tab: str) -> tuple[Any, ...]:
    """What the rules of a level say of a kind of tab: errors or warnings."""
    uses = in_force(dossier.exam.rules, dossier.session.year, level, tab)
    return tuple(
        reason
        for use in uses
        if use.name not in dossier.overridden
        for reason in apply(use, dossier)
    )


def _fits(value: Any, expected: Any) -> bool:
    if typing.get_origin(expected) is tuple:
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return type(value) is expected
