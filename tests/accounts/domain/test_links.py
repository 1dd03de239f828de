"""In which state a mailed link is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.domain.links import Link, Purpose, State, refusal, sentence, state_of

END = datetime(2021, 10, 6, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "state"), [(END - SECOND, State.USABLE), (END, State.EXPIRED), (END + SECOND, State.EXPIRED)]
)
def test_a_link_ends_at_its_instant(now: datetime, state: State) -> None:
    assert state_of(Link(END, used=False, closed=False), now) is state


def test_a_used_link_says_so_even_when_it_has_expired() -> None:
    assert state_of(Link(END, used=True, closed=True), END + SECOND) is State.USED


def test_a_replaced_link_is_dead_before_its_time() -> None:
    assert state_of(Link(END, used=False, closed=True), END - SECOND) is State.EXPIRED


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize(
    ("state", "type"),
    [(State.EXPIRED, "lien-expire"), (State.USED, "lien-utilise"), (State.UNKNOWN, "lien-inconnu")],
)
def test_every_dead_link_says_what_to_do(purpose: Purpose, state: State, type: str) -> None:
    error = refusal(purpose, state)
    assert (error.http_status, error.slug) == (410, type)
    assert error.detail == sentence(purpose, state)
    assert sentence(purpose, State.USABLE) is None
