"""What a service does later: reactions to events of others, its own follow-ups, timed jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from services.chassis.events.envelope import Envelope
from services.contracts.base import Contract

Event = TypeVar("Event", bound=Contract)
EventHandler = Callable[[Session, Event, Envelope], None]
FollowUp = Callable[[dict[str, Any], Envelope], None]
"""Is given the data that was asked for with it, and their envelope."""
AnyFollowUp = TypeVar("AnyFollowUp", bound=FollowUp)
AnyJob = TypeVar("AnyJob", bound=Callable[[], object])
HANDLERS = "portail.handlers"  # the key of an application's Handlers in its extensions


@dataclass(frozen=True)
class Channel:
    """Tasks that each worker runs in a separate thread, so that they do not wait for others. Rows
    hold its name.

    A task that takes longer than `seconds` counts as hung: its worker fails its probe.
    """

    name: str
    seconds: float = 120.0


EVENTS = Channel("events")
OTHERS = Channel("follow-ups")  # those that name no channel of their own
JOBS = Channel("jobs")  # the duration of a job has no limit: each has a thread of its own
RELAY = Channel("relay", seconds=600.0)  # a whole batch, with a broker that is slow to confirm


class ChannelUnavailable(Exception):
    """A server that every task of the channel needs does not answer: the channel pauses without
    counting attempts.

    `delay`: seconds by which this task, perhaps the cause, is postponed behind others (None: it
    keeps its place).
    """

    def __init__(self, reason: str, delay: float | None = None) -> None:
        super().__init__(reason)
        self.delay = delay


@dataclass(frozen=True)
class Reaction(Generic[Event]):
    """What is done when an event comes. `name` is stored with the task: a renamed handler would
    react again to events that it has handled."""

    name: str
    contract: type[Event]
    run: EventHandler[Event]


AnyReaction = Reaction[Any]
"""To an event of whatever class."""


@dataclass(frozen=True)
class Job:
    """Runs once per period, in an application context, and must be idempotent."""

    name: str
    period: timedelta
    run: Callable[[], object]


class Handlers:
    """Holds the reactions, follow-ups and timed jobs of service `service`, which is also the name
    of its queue."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.follow_ups: dict[str, FollowUp] = {}
        self.jobs: dict[str, Job] = {}
        self.channels: dict[Channel, list[str]] = {}  # of reactions and follow-ups
        self._reactions: dict[str, list[AnyReaction]] = {}

    def on(self, contract: type[Event]) -> Callable[[EventHandler[Event]], EventHandler[Event]]:
        """Have a function called for each event of a class, in a transaction that it writes with
        and never commits."""

        def register(run: EventHandler[Event]) -> EventHandler[Event]:
            self._add(Reaction(run.__name__, contract, run))
            return run

        return register

    def calls(
        self, contract: type[Event], name: str, operation: Callable[[Session, Event], None]
    ) -> None:
        """Bind an event to an operation that needs nothing of its envelope. `name`: of the
        reaction."""

        def run(transaction: Session, event: Event, _: Envelope) -> None:
            operation(transaction, event)

        self._add(Reaction(name, contract, run))

    def _add(self, reaction: AnyReaction) -> None:
        self._reactions.setdefault(reaction.contract.TYPE, []).append(reaction)
        self.channels.setdefault(EVENTS, []).append(reaction.name)

    def follow_up(
        self, name: str, channel: Channel = OTHERS
    ) -> Callable[[AnyFollowUp], AnyFollowUp]:
        """Have a function called for each such follow-up, outside any transaction, and again after
        a crash: it must be idempotent."""

        def register(run: AnyFollowUp) -> AnyFollowUp:
            if name in self.follow_ups:
                raise ValueError(f"two follow-ups are named {name}")
            self.follow_ups[name] = run
            self.channels.setdefault(channel, []).append(name)
            return run

        return register

    def every(
        self, *, name: str, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Callable[[AnyJob], AnyJob]:
        """Run the function once per period, first when a worker starts."""
        period = timedelta(hours=hours, minutes=minutes, seconds=seconds)

        def register(run: AnyJob) -> AnyJob:
            self.jobs[name] = Job(name, period, run)
            return run

        return register

    def reactions(self, type: str) -> list[AnyReaction]:
        return self._reactions.get(type, [])

    def channel_of(self, follow_up: str) -> str:
        """Return the name of the channel of a follow-up. Raises LookupError for one that nothing
        here has."""
        for channel, names in self.channels.items():
            if channel is not EVENTS and follow_up in names:
                return channel.name
        raise LookupError(f"no follow-up is named {follow_up}")
