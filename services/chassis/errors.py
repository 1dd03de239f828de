"""Why something cannot be done, as data: a problem type, a French detail, errors tied to fields.
`web/problems.py` shows them as RFC 9457 problem details, pages beside their fields."""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

from services.contracts import problem_types
from services.contracts.problem_types import ProblemType

Value = TypeVar("Value")


@dataclass(frozen=True)
class FieldError:
    """A mistake in one field. `pointer` is a JSON pointer into the body sent: "#/nom_famille"."""

    pointer: str
    detail: str


RESERVED_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "errors"})
"""Members of problem details that `extra` may not contain."""


class DomainError(Exception):
    """Something that cannot be done, and why. `extra` are further members of the problem details.
    Raises TypeError for a reserved one: type, status and title are those of the `problem`."""

    problem: ProblemType = problem_types.BAD_REQUEST

    def __init__(
        self,
        detail: str = "",
        *,
        problem: ProblemType | None = None,
        errors: tuple[FieldError, ...] = (),
        **extra: object,
    ) -> None:
        if misplaced := RESERVED_MEMBERS & extra.keys():
            raise TypeError(f"{sorted(misplaced)} are not extra members of a problem")
        self.problem = problem or self.problem
        self.detail = detail or self.problem.title
        self.errors = errors
        self.extra: dict[str, Any] = extra
        super().__init__(self.detail)

    @property
    def slug(self) -> str:
        return self.problem.slug

    @property
    def http_status(self) -> int:
        return self.problem.status


class NotFound(DomainError):
    """Unknown or someone else's: the answer is the same."""

    problem = problem_types.NOT_FOUND


def found(value: Value | None, detail: str = "") -> Value:
    """Return what was looked up. Raises NotFound where there is none."""
    if value is None:
        raise NotFound(detail)
    return value


class Conflict(DomainError):
    problem = problem_types.CONFLICT


class Invalid(DomainError):
    problem = problem_types.INVALID

    @classmethod
    def in_field(cls, name: str, detail: str) -> Self:
        """Return the refusal of what is wrong in one field alone, whose mistake it repeats."""
        return cls(detail, errors=(FieldError(f"#/{name}", detail),))


class Unauthenticated(DomainError):
    problem = problem_types.UNAUTHENTICATED


class Forbidden(DomainError):
    problem = problem_types.FORBIDDEN


class Gone(DomainError):
    problem = problem_types.GONE


class TooLarge(DomainError):
    problem = problem_types.TOO_LARGE


class PreconditionFailed(DomainError):
    problem = problem_types.PRECONDITION_FAILED


class PreconditionRequired(DomainError):
    problem = problem_types.PRECONDITION_REQUIRED


class TooMany(DomainError):
    """Slowed down. `retry_after` (seconds) is sent as a header as well."""

    problem = problem_types.TOO_MANY_TRIES

    def __init__(
        self, detail: str = "", *, retry_after: int, problem: ProblemType | None = None
    ) -> None:
        super().__init__(detail, problem=problem, retry_after=retry_after)


class Unavailable(DomainError):
    """A server or service that we need does not answer; the page keeps what was typed.
    `nothing_done`: what was asked for was refused before any of it was done, so that asking again
    cannot do it twice. `retry_after`: in seconds."""

    problem = problem_types.UNAVAILABLE

    def __init__(
        self, detail: str = "", *, retry_after: int = 10, nothing_done: bool = False
    ) -> None:
        super().__init__(detail, retry_after=retry_after)
        if nothing_done:
            self.extra["nothing_done"] = True
