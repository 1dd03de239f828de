"""The rules by name. An exam's `rules:` selects some, with parameters, for a range of sessions.

A rule is a pure function of a Dossier; the catalogue may set its annotated keyword parameters. It returns all
reasons, not only the first.
"""

import inspect
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import RuleUse
from services.registrations.domain.forms import FieldError

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Any  # int, str, bool, or tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Rule:
    name: str
    check: str  # "K9", of the BTS's table of rules
    tab: str  # kind of the tab that shows its reasons
    level: str  # ERROR refuses the tab, WARNING only informs
    function: Callable[..., tuple[Any, ...]]
    parameters: tuple[Parameter, ...]


RULES: dict[str, Rule] = {}

_Errors = Callable[..., tuple[FieldError, ...]]
_Warnings = Callable[..., tuple[str, ...]]


def rule(check: str, *, tab: str) -> Callable[[_Errors], _Errors]:
    """Registers a function of errors under its own name."""

    def register(function: _Errors) -> _Errors:
        _add(function, check, tab, ERROR)
        return function

    return register


def warning(check: str, *, tab: str) -> Callable[[_Warnings], _Warnings]:
    """Registers a function of warnings under its own name."""

    def register(function: _Warnings) -> _Warnings:
        _add(function, check, tab, WARNING)
        return function

    return register


def problems(use: RuleUse) -> tuple[str, ...]:
    """What is wrong with a use of a rule, for the catalogue's check (French); nothing if all is well."""
    rule_found = RULES.get(use.name)
    if rule_found is None:
        return (f"règle inconnue « {use.name} » : choisir parmi {', '.join(sorted(RULES))}",)
    parameters = {parameter.name: parameter for parameter in rule_found.parameters}
    unknown = [f"paramètre inconnu « {name} » pour {use.name}" for name in use.parameters if name not in parameters]
    missing = [
        f"paramètre « {parameter.name} » manquant pour {use.name}"
        for parameter in rule_found.parameters
        if parameter.required and parameter.name not in use.parameters
    ]
    ill_typed = [
        f"paramètre « {name} » de {use.name} : {_expected(parameters[name].type)}"
        for name, value in use.parameters.items()
        if name in parameters and not _fits(value, parameters[name].type)
    ]
    return (*unknown, *missing, *ill_typed)


def in_force(uses: Iterable[RuleUse], session_year: int, level: str, tab: str | None = None) -> tuple[RuleUse, ...]:
    """The uses of a level (and tab) that apply in that session."""
    return tuple(
        use
        for use in uses
        if use.name in RULES
        and RULES[use.name].level == level
        and (tab is None or RULES[use.name].tab == tab)
        and (use.first or session_year) <= session_year <= (use.last or session_year)
    )


def apply(use: RuleUse, dossier: Dossier) -> tuple[Any, ...]:
    return RULES[use.name].function(dossier, **use.parameters)


def reasons(dossier: Dossier, level: str, tab: str) -> tuple[Any, ...]:
    """What the rules of a level say of a kind of tab: errors or warnings."""
    uses = in_force(dossier.exam.rules, dossier.session.year, level, tab)
    return tuple(reason for use in uses if use.name not in dossier.overridden for reason in apply(use, dossier))


def _add(function: Callable[..., tuple[Any, ...]], check: str, tab: str, level: str) -> None:
    hints = typing.get_type_hints(function)
    keywords = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    parameters = tuple(Parameter(p.name, hints[p.name], p.default is p.empty) for p in keywords)
    RULES[function.__name__] = Rule(function.__name__, check, tab, level, function, parameters)


def _fits(value: Any, expected: Any) -> bool:
    if typing.get_origin(expected) is tuple:
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return type(value) is expected


def _expected(expected: Any) -> str:
    names = {int: "un nombre entier est attendu", str: "un texte est attendu", bool: "true ou false est attendu"}
    return names.get(expected, "une liste de textes est attendue")
