"""How failures slow the next tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.accounts.domain.throttling import (
    ALL_SOURCES,
    FAILURES_LIFETIME,
    PER_SOURCE,
    RESENDS,
    Failures,
    count_in_window,
    seconds_to_wait,
    starts_to_slow,
)

NOW = datetime(2021, 10, 4, 12, tzinfo=UTC)


def failed(times: int) -> Failures:
    failures = Failures()
    for _ in range(times):
        failures = failures.one_more(NOW)
    return failures


def test_some_failures_cost_nothing() -> None:
    assert seconds_to_wait(failed(PER_SOURCE.undelayed - 1), PER_SOURCE, NOW) == 0


def test_each_further_failure_doubles_the_wait_up_to_the_longest() -> None:
    first, *more = (seconds_to_wait(failed(PER_SOURCE.undelayed + count), PER_SOURCE, NOW) for count in range(12))
    longest = PER_SOURCE.longest_delay.total_seconds()
    assert first == PER_SOURCE.first_delay.total_seconds()
    assert more == [min(2 * earlier, longest) for earlier in (first, *more[:-1])]
    assert more[-1] == longest


def test_the_wait_ends() -> None:
    failures = failed(PER_SOURCE.undelayed)
    assert seconds_to_wait(failures, PER_SOURCE, NOW + PER_SOURCE.first_delay - timedelta(seconds=0.5)) == 1
    assert seconds_to_wait(failures, PER_SOURCE, NOW + PER_SOURCE.first_delay) == 0


def test_a_time_without_failure_forgets_them() -> None:
    later = NOW + FAILURES_LIFETIME
    assert seconds_to_wait(failed(ALL_SOURCES.undelayed), PER_SOURCE, later) == 0
    assert failed(ALL_SOURCES.undelayed).one_more(later).count == 1


def test_many_sources_together_have_more_tries_than_one() -> None:
    assert seconds_to_wait(failed(PER_SOURCE.undelayed), ALL_SOURCES, NOW) == 0
    assert seconds_to_wait(failed(ALL_SOURCES.undelayed), ALL_SOURCES, NOW) == ALL_SOURCES.first_delay.total_seconds()


def test_the_owner_is_told_once() -> None:
    moments = [
        count
        for count in range(1, 2 * PER_SOURCE.undelayed)
        if starts_to_slow(failed(count - 1), failed(count), PER_SOURCE)
    ]
    assert moments == [PER_SOURCE.undelayed]


def test_mails_asked_for_are_counted_within_a_window() -> None:
    count, since = 0, None
    for _ in range(RESENDS.max_count):
        count, since, wait = count_in_window(count, since, RESENDS, NOW)
        assert wait == 0
    assert count_in_window(count, since, RESENDS, NOW + RESENDS.window - timedelta(seconds=60))[2] == 60
    assert count_in_window(count, since, RESENDS, NOW + RESENDS.window) == (1, NOW + RESENDS.window, 0)
