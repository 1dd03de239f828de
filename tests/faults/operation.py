"""A row of the table of failure points: an operation, and the questions that its state answers."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from services.contracts.base import Contract
from tests.faults.running_service import RunningService

State = dict[str, Any]
Service = TypeVar("Service", bound=RunningService)

DONE_BEFORE = -1
# Commits that many operations have.
COUNTED = "the try is counted"
CODE_SPENT = "the code is spent"
TAKEN = "the task is taken"
NOTED = "the note that it is done"


class Operation(ABC, Generic[Service]):
    """`state()` answers the questions: each key is one, and its value must be as before or as `done`, all together."""

    name: ClassVar[str]
    service: ClassVar[type[RunningService]]
    commits: ClassVar[tuple[str, ...]] = ("it",)
    """What each of its transactions commits, in their order."""
    decided_by: ClassVar[int] = 0
    """Index of the commit after which the worker completes the rest; DONE_BEFORE where an earlier operation decided."""
    acknowledged: ClassVar[tuple[int, ...]] = (200, 201, 202, 204)
    repeated: ClassVar[tuple[int, ...]] = acknowledged
    """What pressing again may answer when it was done already."""
    objects: ClassVar[int] = 0
    """How many objects it writes: no more than these may be left without a row where a commit's outcome is unknown."""
    done: ClassVar[State]

    def __init__(self, running: Service) -> None:
        self.running = running

    @abstractmethod
    def prepare(self) -> None:
        """Bring the service where the operation can be done; what is kept in `self` is not changed afterwards."""

    @abstractmethod
    def do(self) -> int | None:
        """Do it: the status of the answer; None where nobody waits for one."""

    def retry(self) -> int | None:
        """What a person does after an error."""
        return self.do()

    @abstractmethod
    def state(self) -> State:
        """What people see of it, by question."""


class Heard(Operation[Any]):
    """What an event of another service brings; told again by the broker it changes nothing."""

    commits: ClassVar[tuple[str, ...]] = ("the task is written", TAKEN, "the effect, and that it is done")
    heard: ClassVar[Contract]

    def event(self) -> Contract:
        return self.heard

    def do(self) -> None:
        self.running.receive_event(self.event())


class DoneByTheWorker(Operation[Any]):
    """What the other class of an operation asks the worker for."""

    decided_by = DONE_BEFORE

    def prepare(self) -> None:
        super().prepare()  # type: ignore[safe-super]
        assert super().do() in (None, 202, 204)  # type: ignore[safe-super]

    def do(self) -> Any:
        self.running.work_once()


class DoneByAJob(Operation[Any]):
    """What a job does, which runs again where it failed."""

    job: ClassVar[str]

    def do(self) -> Any:
        self.running.run_job(self.job)
