"""Bounded pools of a process, which `/metrics` shows: who finds no place in time is turned away."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import prometheus_client

from services.chassis.errors import Unavailable

REFUSAL = "Le portail ne peut pas répondre pour le moment."
RETRY_AFTER = 5  # seconds
QUEUE_SECONDS = 2.0
POOL_SIZE = prometheus_client.Gauge(
    "pool_size", "Places of a bounded pool of this process", ("pool",)
)
POOL_IN_USE = prometheus_client.Gauge("pool_in_use", "Places of it that are taken now", ("pool",))
REFUSED = prometheus_client.Counter(
    "pool_refused_total", "Requests turned away since a pool had no place in time", ("pool",)
)


@dataclass(eq=False)
class _Request:
    owner: str
    turns_before: int  # begun when it began to wait
    is_evicted: bool = False


class Limit:
    """Limits concurrent work: `running` at once, while as many as `waiting` wait for `seconds`.
    Others are refused at once.

    Owners (a candidate, an address) take turns: next is who has the fewest running, then whose last
    turn is the longest ago. Who has had none counts from its arrival: otherwise a stream of new
    ones would delay a school (one address, many candidates). When all places are taken, the owner
    with the most that wait loses one to an owner with fewer; one owner alone may have them all, up
    to `each`, and `each_running` of them run.
    """

    def __init__(
        self,
        name: str,
        running: int,
        waiting: float = 0,
        *,
        seconds: float | None = None,
        refusal: str | Callable[[], Exception] = REFUSAL,
        each: float = math.inf,
        each_running: float = math.inf,
        refusal_of_owner: Callable[[], Exception] | None = None,
    ) -> None:
        """`name`: in metrics. `seconds`: QUEUE_SECONDS by default. `refusal`: a French sentence, or
        creates the error; `refusal_of_owner` that of an owner beyond `each`, which is no lack of
        places and not counted."""
        self.running = running
        self._size = running + waiting
        self._seconds = seconds
        self._each = each
        self._each_running = each_running
        self._name = name
        self._refusal = refusal
        self._refusal_of_owner = refusal_of_owner
        self._changed = threading.Condition()
        self._waiting: list[_Request] = []
        self._running: Counter[str] = Counter()
        self._turns_begun = 0
        self._last_turn: dict[str, int] = {}
        POOL_SIZE.labels(name).set(running if math.isinf(waiting) else running + waiting)
        POOL_IN_USE.labels(name).set_function(self.taken)
        REFUSED.labels(name)  # shown from the start, as 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def taken(self) -> int:
        return self._running.total() + len(self._waiting)

    @contextmanager
    def place(
        self, owner: str = "", seconds: float | None = None, *, is_needed: bool = True
    ) -> Iterator[None]:
        """Hold a place during the block, after at most `seconds`. Raises the refusal if there is
        none; one who can do without (`is_needed`) is not counted as refused."""
        if seconds is None:
            seconds = QUEUE_SECONDS if self._seconds is None else self._seconds
        with self._changed:
            if self._places_of(owner) >= self._each and self._refusal_of_owner:
                raise self._refusal_of_owner()
            if not self._take(_Request(owner, self._turns_begun), seconds):
                if is_needed:
                    REFUSED.labels(self._name).inc()
                if isinstance(self._refusal, str):
                    raise Unavailable(self._refusal, retry_after=RETRY_AFTER)
                raise self._refusal()
        try:
            yield
        finally:
            with self._changed:
                self._running[owner] -= 1
                self._running += Counter()  # drops who has none
                present = {*self._running, *(request.owner for request in self._waiting)}
                self._last_turn = {
                    each: turn for each, turn in self._last_turn.items() if each in present
                }
                self._changed.notify_all()

    def _places_of(self, owner: str) -> int:
        return self._running[owner] + sum(request.owner == owner for request in self._waiting)

    def _take(self, request: _Request, seconds: float) -> bool:
        if self._places_of(request.owner) >= self._each:
            return False
        if self.taken() >= self._size and not self._evict_for(request):
            return False
        self._waiting.append(request)
        try:
            self._changed.wait_for(lambda: request.is_evicted or self._next() is request, seconds)
            if self._next() is not request:
                return False
            self._turns_begun += 1
            self._last_turn[request.owner] = self._turns_begun
            self._running[request.owner] += 1
            return True
        finally:
            if not request.is_evicted:
                self._waiting.remove(request)
            self._changed.notify_all()

    def _next(self) -> _Request | None:
        if self._running.total() >= self.running:
            return None

        def rank(request: _Request) -> tuple[int, int, bool]:
            owner = request.owner
            turn = self._last_turn.get(owner, request.turns_before)
            return self._running[owner], turn, owner in self._last_turn

        may_run = (
            request
            for request in self._waiting
            if self._running[request.owner] < self._each_running
        )
        return min(may_run, key=rank, default=None)

    def _evict_for(self, request: _Request) -> bool:
        """Send away the newest of the owner with most that wait, unless the request's own would
        then have as many."""
        waiting = Counter(other.owner for other in self._waiting)
        [(largest, most)] = waiting.most_common(1) or [("", 0)]
        if most <= waiting[request.owner] + 1:
            return False
        evicted = next(other for other in reversed(self._waiting) if other.owner == largest)
        evicted.is_evicted = True
        self._waiting.remove(evicted)
        self._changed.notify_all()
        return True
