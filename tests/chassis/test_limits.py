"""Little runs at once, a bounded number waits, nobody's requests keep another's waiting; what
`/metrics` says of it."""

from contextlib import ExitStack

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from services.chassis.errors import NotFound, Unavailable
from services.chassis.http.call import Call
from services.chassis.http.client import Client
from services.chassis.process.places import Limit
from services.chassis.web import request_log
from tests.support.limit_turns import PATIENT, Recorded, limit
from tests.support.processes import wait_until
from tests.support.silent_server import SilentServer


def shown(metric: str, pool: str = "tested") -> float:
    return REGISTRY.get_sample_value(metric, {"pool": pool}) or 0


TURNS = {
    "in the order of asking, by as many as may": (
        limit(2, 4),
        "a b c d",
        "a b",
        ((0, "c"), (1, "d")),
    ),
    "of owners in turn, however many of one wait": (
        limit(1, 7),
        "flood flood flood someone",
        "flood",
        ((0, "someone"), (3, "flood")),
    ),
    "others first where an owner has as many as it may": (
        limit(2, 4, each_running=1),
        "a a b",
        "a b",
        ((0, "a"),),
    ),
}


@pytest.mark.parametrize(("limit", "asking", "first", "then"), TURNS.values(), ids=list(TURNS))
def test_turns_are_had(
    limit: Limit, asking: str, first: str, then: tuple[tuple[int, str], ...]
) -> None:
    """`then`: whose turn ends, by the order of asking, and who has the next."""
    people = Recorded(limit)
    turns = first.split()
    with ExitStack() as stack:
        ends = [stack.enter_context(people.asked(owner)) for owner in asking.split()]
        people.has_turns(*turns)
        for over, owner in then:
            ends[over].set()
            turns.append(owner)
            people.has_turns(*turns)


def test_an_owner_that_has_had_a_turn_waits_for_none_that_came_after_it() -> None:
    people = Recorded(limit(1, 7))
    with ExitStack() as stack:
        ends = [stack.enter_context(people.asked(owner)) for owner in ("school", "school", "first")]
        ends[0].set()
        people.has_turns("school", "first")
        stack.enter_context(people.asked("later"))
        ends[2].set()
        people.has_turns("school", "first", "school")


def test_full_it_takes_whoever_has_fewer_places_and_sends_away_one_of_who_has_most() -> None:
    people = Recorded(limit(1, 3))
    with ExitStack() as stack:
        end, *_ = [stack.enter_context(people.asked("flood")) for _ in range(4)]
        with pytest.raises(Unavailable), people.limit.place("flood"):
            pass
        stack.enter_context(people.asked("someone"))
        wait_until(
            lambda: people.refused == ["flood"], PATIENT, "the last of the flood is sent away"
        )
        end.set()
        people.has_turns("flood", "someone")


def test_one_owner_alone_has_all_places() -> None:
    people = Recorded(limit(2, 4))
    with ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(people.asked("school"))
        assert (people.turns, people.limit.waiting, people.refused) == (["school"] * 2, 4, [])
    people.has_turns(*["school"] * 6)


def test_an_owner_has_as_many_places_as_it_may_have_and_is_told_why_it_has_no_more() -> None:
    people = Recorded(limit(1, 3, each=2, refusal_of_owner=NotFound))
    refused = shown("pool_refused_total")
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(people.asked("a"))
        with pytest.raises(NotFound), people.limit.place("a"):
            pass
        stack.enter_context(people.asked("b"))
        assert people.limit.waiting == 2
    assert shown("pool_refused_total") == refused, "it is no lack of places"


def test_nobody_waits_for_ever_and_who_can_do_without_is_not_counted() -> None:
    brief = limit(1, 1, seconds=0.01)
    refused = shown("pool_refused_total")
    with brief.place("a"):
        with pytest.raises(Unavailable), brief.place("b"):
            pass
        with pytest.raises(Unavailable), brief.place("b", 0.0, is_needed=False):
            pass
    assert shown("pool_refused_total") == refused + 1
    with brief.place("b"):
        assert (brief.waiting, brief.taken()) == (0, 1)


def test_calls_to_a_service_are_a_pool() -> None:
    with SilentServer() as server:
        server.answers({})
        client = Client(server.url, "tested", at_once=1, queue_seconds=0.0)
        with client.send(Call("GET", "/", stream=True)):
            assert shown("pool_in_use", "calls_to_tested") == 1
            with pytest.raises(Unavailable):
                client.send(Call("GET", "/"))
    metrics = ("pool_size", "pool_in_use", "pool_refused_total")
    assert [shown(metric, "calls_to_tested") for metric in metrics] == [1, 0, 1]


def test_requests_under_way_are_a_pool_and_give_their_threads_back_also_after_an_error() -> None:
    app = Flask("tested")
    request_log.register(app, "tested", threads=3)
    during: list[float] = []

    @app.get("/fails")
    def fails() -> str:
        during.append(shown("pool_in_use", "requests"))
        raise RuntimeError

    assert app.test_client().get("/fails").status_code == 500
    assert during == [1]
    assert [shown("pool_size", "requests"), shown("pool_in_use", "requests")] == [3, 0]
