"""Has files inspected and converted by confined processes, few at once, and does not trust their
answers."""

import io
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal, TypeVar

from services.chassis.errors import DomainError, Unavailable
from services.chassis.process.places import Limit
from services.confined.checks import Answer, ConfinedChecks, Limits, Reason, Unreadable
from services.contracts.piece_rules import ACTIVE_CONTENT_LABELS, MAX_FILE_BYTES, Format, Sign
from services.pieces.domain.refusals import FileRefused, RefusalReason, UnverifiableFile
from services.pieces.metrics import INSPECTION_SECONDS, UNVERIFIED

T = TypeVar("T")
Conversion = Literal["to_jpeg", "to_pdf", "merge", "preview", "page_picture"]
"""A function of `tasks` that makes another file."""
Inspected = tuple[Format, tuple[str, ...] | None]
"""A format, and what acts in the file; None where nobody can tell."""
TASKS = "services.pieces.inspection.tasks"
LIMITS = Limits(memory=504 * 1024 * 1024, processor=3, wall=20, made=MAX_FILE_BYTES)
"""Far more than good files of MAX_FILE_BYTES take, which is half a second at most
(docs/operations/install.md); the interpreter with its readers has 105 MB of addresses. With
START_SECONDS and waiting: less time than the gateway waits."""
FIRST_LOOK = replace(LIMITS, processor=0.04)
"""Enough for nearly every good file. The others wait for a longer look."""
MAX_COPY_BYTES = 16 * 1024 * 1024
COPY_SECONDS = 15.0
"""Of a PDF of pictures: 30 scanned pages take two seconds and give 10 to 14 MB. Beyond that there
is no copy."""
MAX_WAITING_FIRST_LOOKS = (
    24  # threads of the web process that may wait for a first look, which ends soon
)
MAX_WAITING_LONG_LOOKS = 6  # threads that may wait for a longer one
_PICTURES_AT_ONCE = (
    3  # for gestionnaires, so that candidates' files always find a place to wait for a longer look
)
_MAX_WAITING_PICTURES = 16  # threads that may wait for one of these
MAX_WAITING_PICTURES_OF_ONE = 8  # of the pictures that one gestionnaire's browser asks for at once
MAX_WAIT_SECONDS = 10
BUSY_RETRY_SECONDS = 10  # after which who finds too many waiting is asked to come back
_MAX_WAIT_LEGIBILITY_SECONDS = 0.5  # a deposit waits for this look, which only advises
_MAX_PAGES = 1_000_000


@dataclass(frozen=True)
class Look:
    """What a look at the legibility of a file found: signs warn the candidate, and never refuse the
    file. `pages`: of a PDF, else None. Also without signs where no look was possible."""

    pages: int | None = None
    signs: tuple[Sign, ...] = ()


def _limit(name: str, running: int, waiting: int, each: float = math.inf) -> Limit:
    """Of what runs at once, one of each owner."""
    return Limit(
        name, running, waiting, seconds=MAX_WAIT_SECONDS, refusal=_busy, each=each, each_running=1
    )


def _busy() -> Unavailable:
    return Unavailable(
        "Trop de fichiers sont en cours de vérification : le vôtre n'a pas été enregistré. "
        "Recommencez dans quelques instants.",
        retry_after=BUSY_RETRY_SECONDS,
    )


class Inspections:
    """What the service calls to inspect and convert files. Used by many threads.

    Each file has a first look, one file after the other, that ends after FIRST_LOOK. Those that
    take longer, hostile or not, wait for a longer look in a queue of their own, and keep no
    ordinary file waiting.
    """

    def __init__(self, at_once: int) -> None:
        """`at_once`: how many processes may inspect files at the same time, two at least."""
        self.checks = ConfinedChecks(TASKS)
        self.first_looks = _limit("first_looks", 1, MAX_WAITING_FIRST_LOOKS)
        self.long_looks = _limit("long_looks", at_once - 1, MAX_WAITING_LONG_LOOKS)
        self.copies = _limit(
            "copies", 1, _MAX_WAITING_PICTURES, each=1 + MAX_WAITING_PICTURES_OF_ONE
        )
        self.pictures = _limit(
            "pictures",
            _PICTURES_AT_ONCE,
            _MAX_WAITING_PICTURES,
            each=1 + MAX_WAITING_PICTURES_OF_ONE,
        )

    def inspect(
        self, owner: str, content: BinaryIO, filename: str, accepted: tuple[Format, ...]
    ) -> Inspected:
        """What `tasks.inspect` says of the content. `owner`: the candidate's id; of each, one file
        at a time is inspected.

        Raises what `inspect_file` raises; UnverifiableFile where the limits do not suffice;
        Unavailable where too many files wait.
        """
        arguments: dict[str, Any] = {"filename": filename, "accepted": accepted}
        with _counting_unverifiable():
            try:
                with self.first_looks.place(owner):
                    return self._run("inspect", content, read_inspected, FIRST_LOOK, **arguments)
            except Unreadable as error:
                if error.reason is not Reason.PROCESSOR:
                    raise
            with self.long_looks.place(owner):
                return self._run("inspect", content, read_inspected, **arguments)

    def convert(
        self, owner: str, conversion: Conversion, content: BinaryIO, **arguments: Any
    ) -> bytes:
        """The file that is made of the content, by a longer look. Raises as `inspect` does."""
        limits = replace(LIMITS, made=arguments.get("max_bytes", LIMITS.made))
        with _counting_unverifiable(), self.long_looks.place(owner):
            return self._run(conversion, content, lambda answer: answer.made, limits, **arguments)

    def copy(self, owner: str, by: str, content: BinaryIO) -> bytes:
        """A PDF of pictures of all pages, for a member of staff (`by`); empty beyond MAX_COPY_BYTES
        or COPY_SECONDS. Each page waits for a longer look of its own, so that candidates' files
        have their turn in between.

        Raises as `inspect` does.
        """
        pages = list[bytes]()
        size = 0
        until = time.monotonic() + COPY_SECONDS
        with self.copies.place(by):
            while page := self.convert(owner, "to_pdf", content, number=len(pages) + 1):
                pages = [*pages, page]
                size = size + len(page)
                if size > MAX_COPY_BYTES or time.monotonic() > until:
                    return b""
            whole = io.BytesIO(b"".join(pages))
            lengths = list(map(len, pages))
            return (
                self.convert(owner, "merge", whole, lengths=lengths, max_bytes=MAX_COPY_BYTES)
                if pages
                else b""
            )

    def look(self, owner: str, content: BinaryIO) -> Look:
        """Signs that a sound file may be hard to read; an empty Look where there is no time or way
        to look."""
        try:
            seconds = _MAX_WAIT_LEGIBILITY_SECONDS
            with _counting_unverifiable(), self.long_looks.place(owner, seconds, is_needed=False):
                return self._run("look_at", content, read_look)
        except DomainError:
            return Look()

    def _run(
        self,
        function: str,
        content: BinaryIO,
        read: Callable[[Answer], T],
        limits: Limits = LIMITS,
        **arguments: Any,
    ) -> T:
        """What is read from the answer. Raises Unreadable and FileRefused."""
        answer = self.checks.run(function, content, limits, **arguments)
        INSPECTION_SECONDS.observe(answer.cpu_seconds)
        return believed(answer, read)


@contextmanager
def _counting_unverifiable() -> Iterator[None]:
    """Unreadable becomes UnverifiableFile, which is counted."""
    try:
        yield
    except Unreadable as error:
        INSPECTION_SECONDS.observe(error.cpu_seconds)
        UNVERIFIED.labels(error.reason.value).inc()
        raise UnverifiableFile(error.reason) from error


def believed(answer: Answer, read: Callable[[Answer], T]) -> T:
    """What is read from the answer; a refusal is raised, and Unreadable for an answer that no check
    gives."""
    facts = answer.facts
    try:
        if "refused" in facts:
            raise FileRefused(RefusalReason(facts["refused"]), str(facts["detail"]))
        return read(answer)
    except (ValueError, LookupError, TypeError) as error:
        raise Unreadable(Reason.ERROR) from error


def read_inspected(answer: Answer) -> Inspected:
    format = Format(answer.facts["format"])
    active = answer.facts["active"]
    return format, None if active is None else tuple(
        code for code in ACTIVE_CONTENT_LABELS if code in active
    )


def read_look(answer: Answer) -> Look:
    pages = answer.facts["pages"]
    signs = set(answer.facts["signs"])
    return Look(
        None if pages is None else min(int(pages), _MAX_PAGES),
        tuple(sign for sign in Sign if sign in signs),
    )
