"""Conditions as data: `all`, `any`, `not` over single tests, at most three levels deep.

An unanswered fact makes its test false: evaluating a condition always ends and never raises.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Takes a subject ("fact:categorie", "question:titre", "epreuve:engagement"), returns its value;
# None: unanswered.
Lookup = Callable[[str], Any]


class Condition:
    """One of those below."""


@dataclass(frozen=True)
class Test(Condition):
    """`operator` is one of is, in, at_least, at_most, present."""

    __test__ = False  # not a test class for pytest

    subject: str
    operator: str
    value: Any


@dataclass(frozen=True)
class All(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf(Condition):
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not(Condition):
    part: Condition


ALWAYS: Condition = All(())


def holds(condition: Condition, lookup: Lookup) -> bool:
    match condition:
        case All(parts):
            return all(holds(part, lookup) for part in parts)
        case AnyOf(parts):
            return any(holds(part, lookup) for part in parts)
        case Not(part):
            return not holds(part, lookup)
        case Test(subject, operator, value):
            return _test(operator, lookup(subject), value)
    raise TypeError(condition)


def decide(condition: Condition, lookup: Lookup, is_known: Callable[[str], bool]) -> bool | None:
    """Whether the condition holds whatever the unknown subjects are; None if that depends on
    them."""
    match condition:
        case Not(part):
            answer = decide(part, lookup, is_known)
            return None if answer is None else not answer
        case Test(subject, operator, value):
            return _test(operator, lookup(subject), value) if is_known(subject) else None
        case All(parts) | AnyOf(parts):
            answers = {decide(part, lookup, is_known) for part in parts}
            decisive = isinstance(
                condition, AnyOf
            )  # the answer of one part that decides the whole condition
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
    raise TypeError(condition)


def _test(operator: str, actual: Any, value: Any) -> bool:
    values = actual if isinstance(actual, (tuple, list, set, frozenset)) else (actual,)
    answered = [item for item in values if item is not None and item != ""]
    match operator:
        case "present":
            return bool(answered) is bool(value)
        case "is":
            return value in answered
        case "in":
            return any(item in value for item in answered)
        case "at_least" | "at_most" if isinstance(value, (int, float)):
            numbers = [item for item in answered if isinstance(item, (int, float))]
            return any(
                item >= value if operator == "at_least" else item <= value for item in numbers
            )
    return False
