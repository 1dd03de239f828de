"""From processor seconds of a journey to replicas and connections, by the document's own numbers."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from services.chassis.database import transactions
from tests.bench.capacity import (
    BACCALAUREAT,
    BTS,
    CONNECTIONS_OF_A_PROCESS,
    MOST_BUSY,
    Opening,
    connections,
    needs,
    processors,
)

ONE_A_SECOND = Opening("petit", 3600, last_day=1, worst_hour=1, safety=1)


def test_the_worst_hour_of_the_last_day_is_six_times_what_is_expected() -> None:
    assert BTS.in_the_worst_hour == pytest.approx(180_900 * 0.2 * 0.15 * 6)
    assert BTS.a_second == pytest.approx(9.045)
    assert BACCALAUREAT.a_second == pytest.approx(36.23, abs=0.01)


def test_a_process_gets_as_many_replicas_as_keep_each_below_the_limit() -> None:
    (need,) = needs({"registrations": 4 * MOST_BUSY}, ONE_A_SECOND)
    assert (need.replicas, need.processors) == (4, 4 * MOST_BUSY)
    (need,) = needs({"registrations": 4 * MOST_BUSY + 0.01}, ONE_A_SECOND)
    assert need.replicas == 5


def test_the_least_is_two_of_each_so_that_one_can_be_replaced() -> None:
    (need,) = needs({"accounts": 0.001}, ONE_A_SECOND)
    assert need.replicas == 2


def test_connections_are_those_of_all_replicas_that_have_a_database() -> None:
    processes = needs({"registrations": 0.1, "documents-worker": 0.1, "gateway": 0.1, "PostgreSQL": 0.3}, ONE_A_SECOND)
    assert connections(processes) == 2 * 2 * CONNECTIONS_OF_A_PROCESS


def test_a_process_opens_no_more_connections_than_counted() -> None:
    pool = transactions._engine_options(make_url("postgresql+psycopg://localhost/x"))
    assert pool["pool_size"] + pool["max_overflow"] == CONNECTIONS_OF_A_PROCESS


def test_servers_are_given_processors_and_no_replicas() -> None:
    processes = needs({"PostgreSQL": 1.2, "gateway": 0.6}, ONE_A_SECOND)
    assert [(need.process, need.replicas) for need in processes] == [("PostgreSQL", None), ("gateway", 2)]
    assert processors(processes) == 3
