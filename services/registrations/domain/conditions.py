"""Conditions as data: `all`, `any`, `not` over single tests, at most three levels deep.

An unanswered fact makes its test false: evaluating a condition always ends and never raises.
"""

from collections.abc import Callable
from dataclasses import dataclass

Lookup = Callable[[str], object]
"""Takes a subject ("fact:categorie", "question:titre", "epreuve:engagement") and returns its answer
or a collection of answers; None where it is unanswered."""
Expected = str | int | bool | tuple[str | int, ...] | None
"""What a test compares an answer with: several values for `in`, a boolean for `present`."""


class Condition:
    """One of those below."""


@dataclass(frozen=True)
class Test(Condition):
    """`operator` is one of is, in, at_least, at_most, present."""

    __test__ = False  # not a test class for pytest

    subject: str
    operator: str
    value: Expected

    @property
    def values(self) -> tuple[str | int | None, ...]:
        """Return the values to compare with, however many the operator takes."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


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
        case Test(subject):
            return _passes(condition, lookup(subject))
    raise TypeError(condition)


def decide(condition: Condition, lookup: Lookup, is_known: Callable[[str], bool]) -> bool | None:
    """Whether the condition holds whatever the unknown subjects are; None if that depends on
    them."""
    match condition:
        case Not(part):
            answer = decide(part, lookup, is_known)
            return None if answer is None else not answer
        case Test(subject):
            return _passes(condition, lookup(subject)) if is_known(subject) else None
        case All(parts) | AnyOf(parts):
            answers = {decide(part, lookup, is_known) for part in parts}
            decisive = isinstance(
                condition, AnyOf
            )  # the answer of one part that decides the whole condition
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
    raise TypeError(condition)


def _passes(test: Test, actual: object) -> bool:
    answers = actual if isinstance(actual, (tuple, list, set, frozenset)) else (actual,)
    answered = [answer for answer in answers if answer is not None and answer != ""]
    match test.operator:
        case "present":
            return bool(answered) is bool(test.value)
        case "is" | "in":
            return any(answer in test.values for answer in answered)
        case "at_least" | "at_most" if isinstance(test.value, int):
            numbers = [answer for answer in answered if isinstance(answer, (int, float))]
            if test.operator == "at_least":
                return any(number >= test.value for number in numbers)
            return any(number <= test.value for number in numbers)
    return False
