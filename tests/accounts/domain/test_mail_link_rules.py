"""In which state a mailed link is, and what each state says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.domain.mail_link_rules import (
    End,
    Link,
    Purpose,
    State,
    state_of,
    unusable_link_error,
    unusable_link_message,
)

END = datetime(2021, 10, 6, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "state"), [(END - SECOND, State.USABLE), (END, State.EXPIRED), (END + SECOND, State.EXPIRED)]
)
def test_a_link_ends_at_its_instant(now: datetime, state: State) -> None:
    assert state_of(Link(END, used=False), now) is state


def test_a_used_link_says_so_even_when_it_has_expired_and_an_invented_one_is_unknown() -> None:
    assert state_of(Link(END, used=True, end=End.REPLACED), END + SECOND) is State.USED
    assert state_of(None, END) is State.UNKNOWN


@pytest.mark.parametrize(("end", "state"), [(End.REPLACED, State.REPLACED), (End.OVER, State.ENDED)])
def test_a_link_that_dies_before_its_time_says_how(end: End, state: State) -> None:
    assert state_of(Link(END, used=False, end=end), END - SECOND) is state
    assert state_of(Link(END, used=False, end=end), END) is State.EXPIRED


TYPES = {
    State.EXPIRED: "lien-expire",
    State.REPLACED: "lien-remplace",
    State.ENDED: "lien-sans-objet",
    State.USED: "lien-utilise",
    State.UNKNOWN: "lien-inconnu",
}


def test_every_dead_link_says_what_to_do() -> None:
    for purpose, (state, type) in itertools.product(Purpose, TYPES.items()):
        error = unusable_link_error(purpose, state)
        assert (error.http_status, error.slug, error.detail) == (410, type, unusable_link_message(purpose, state))


def test_no_two_states_of_a_link_say_the_same() -> None:
    for purpose in Purpose:
        messages = {state: unusable_link_message(purpose, state) for state in State}
        assert len(set(messages.values())) == len(State), purpose
        assert messages[State.USABLE] is None
        assert "remplac" not in (messages[State.EXPIRED] or ""), purpose
