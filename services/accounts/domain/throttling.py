"""Delays after failed log-ins, counted per account and source, never per source alone; quotas of
mails. A browser that has logged in to the account before is counted separately, so that failures of
others do not lock its owner out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.quotas import Quota

FAILURES_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class Rule:
    """`undelayed`: how many failures cause no delay. The next one is `first_delay`; each further
    one doubles it."""

    undelayed: int
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(minutes=15)


PER_SOURCE = Rule(undelayed=5)
"""The rule of one account from one source, or from one known browser; and of what is asked again of
who is logged in."""
ALL_SOURCES = Rule(undelayed=30)
"""The rule of one account from all unknown browsers together."""


@dataclass(frozen=True)
class Failures:
    """A counter of failures; `last` in system time."""

    count: int = 0
    last: datetime | None = None

    def current(self, now: datetime) -> Failures:
        """Return the counter, empty again once the last failure is FAILURES_LIFETIME ago."""
        return Failures() if self.last is None or now - self.last >= FAILURES_LIFETIME else self

    def one_more(self, now: datetime) -> Failures:
        return replace(self.current(now), count=self.current(now).count + 1, last=now)


def seconds_to_wait(failures: Failures, rule: Rule, now: datetime) -> int:
    """Return the seconds until the next try is accepted; 0: it is accepted now."""
    current = failures.current(now)
    if current.last is None or current.count < rule.undelayed:
        return 0
    doublings = min(current.count - rule.undelayed, 10)
    delay: timedelta = min(rule.first_delay * 2**doublings, rule.longest_delay)
    remaining = (current.last + delay - now).total_seconds()
    return max(0, math.ceil(remaining))


RESENDS = Quota(5, timedelta(hours=1))
CREATIONS = Quota(10, timedelta(hours=1))
RESETS = Quota(5, timedelta(hours=1))
EMAIL_CHANGES = Quota(5, timedelta(hours=1))
