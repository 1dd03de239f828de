"""Registry of the functions that react to events of other services, and to follow-ups of this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from services.chassis.events.envelope import Envelope

EventHandler = Callable[[Session, Any, Envelope], None]
FollowUp = Callable[[dict[str, Any], Envelope], None]
AnyEventHandler = TypeVar("AnyEventHandler", bound=EventHandler)
AnyFollowUp = TypeVar("AnyFollowUp", bound=FollowUp)


@dataclass(frozen=True)
class Channel:
    """Follow-ups that each worker runs in a separate thread, so that they do not wait for others.

    A follow-up that takes longer than `seconds` counts as hung: its worker fails its probe.
    """

    name: str
    seconds: float = 120.0


OTHERS = Channel("follow-ups")


class ChannelUnavailable(Exception):
    """A server that every follow-up of the channel needs does not answer: the channel pauses without counting attempts.

    `delay`: seconds by which this follow-up, perhaps the cause, is postponed behind others (None: it keeps its place).
    """

    def __init__(self, reason: str, delay: float | None = None) -> None:
        super().__init__(reason)
        self.delay = delay


@dataclass(frozen=True)
class Reaction:
    """`name` is stored in the inbox: a renamed handler would react again to events that it has handled."""

    name: str
    contract: Any
    run: EventHandler


class Handlers:
    """The reactions of service `service`, which is also the name of its queue."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._reactions: dict[str, list[Reaction]] = {}
        self._follow_ups: dict[str, FollowUp] = {}
        self.channels: dict[Channel, list[str]] = {}

    def on(self, contract: type[Any]) -> Callable[[AnyEventHandler], AnyEventHandler]:
        """`contract` is an event's class (`TYPE`, `from_data`, which raises ValueError for data of another shape).

        The function is called in a transaction, with its session; it writes with it and never commits.
        """

        def register(run: AnyEventHandler) -> AnyEventHandler:
            name = getattr(run, "__name__", "handler")
            self._reactions.setdefault(str(contract.TYPE), []).append(Reaction(name, contract, run))
            return run

        return register

    def follow_up(self, name: str, channel: Channel = OTHERS) -> Callable[[AnyFollowUp], AnyFollowUp]:
        """The function is called outside any transaction, and again after a crash: it must be idempotent."""

        def register(run: AnyFollowUp) -> AnyFollowUp:
            if name in self._follow_ups:
                raise ValueError(f"two follow-ups are named {name}")
            self._follow_ups[name] = run
            self.channels.setdefault(channel, []).append(name)
            return run

        return register

    @property
    def has_reactions(self) -> bool:
        return bool(self._reactions)

    def reactions(self, type: str) -> list[Reaction]:
        return self._reactions.get(type, [])

    def named_follow_up(self, name: str) -> FollowUp | None:
        return self._follow_ups.get(name)
