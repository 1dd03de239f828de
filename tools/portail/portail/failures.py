"""What can go wrong, as French sentences, and the exit code that scripts see. `docs/outils.md`
lists the codes."""

from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    NOTHING_THERE = 4
    REFUSED = 5
    UNAVAILABLE = 6
    PARTLY = 7
    INTERRUPTED = 130


class Failure(Exception):
    """Ends the command. `detail` is shown to the user; `problem` is the portal's own answer, where
    it gave one."""

    def __init__(self, detail: str, code: ExitCode, problem: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.problem = problem or {}

    @property
    def status(self) -> int | None:
        """The HTTP status of the portal's answer."""
        return self.problem.get("status")


_CODES = {
    401: ExitCode.NOT_ALLOWED,
    403: ExitCode.NOT_ALLOWED,
    404: ExitCode.NOTHING_THERE,
    429: ExitCode.UNAVAILABLE,  # for the moment
}


def failure_of(status: int, problem: dict[str, Any]) -> Failure:
    """The failure that an answer of the API (RFC 9457) amounts to."""
    lines = [
        str(problem.get("detail") or problem.get("title") or f"Le portail a répondu {status}.")
    ]
    lines += [
        f"  {error.get('pointer', '')} : {error.get('detail', '')}"
        for error in problem.get("errors", [])
    ]
    code = _CODES.get(status, ExitCode.REFUSED if status < 500 else ExitCode.UNAVAILABLE)
    return Failure("\n".join(lines), code, {**problem, "status": status})
