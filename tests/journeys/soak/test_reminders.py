"""The ladder of reminders on a portal whose clock is moved from rung to rung: each once, also where the mail server is
away for a day."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.piece_stories import deposit_every_piece, registers_and_is_asked_for_pieces
from tests.support.chromium import french_profile
from tests.support.launched_portal import LaunchedPortal
from tests.support.ports import free_port
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SEVEN_DAYS_BEFORE, TWO_DAYS_BEFORE, A_DAY_LATER, LAST_DAY, CLOSED = (
    f"2021-{day}T09:30" for day in ("10-24", "10-29", "10-30", "10-31", "11-01")
)
"""In Paris, whose clocks go back on the last day. Deposits end on 31 October at midnight, registrations on 25 October;
both ladders are 7, 2 and 0 days."""
PIECES, DRAFT = "Relance de pièces justificatives", "Brouillon non transmis"
JOBS = {"pieces": "remind", "registrations": "remind-drafts"}
SECONDS = 240


class MovedPortal:
    """A portal of one folder, started anew on another day."""

    def __init__(self) -> None:
        self.first = LaunchedPortal("reminders")

    @contextmanager
    def on(self, day: str, **environment: str) -> Iterator[None]:
        """The day with its reminders looked for, and each mail handed over, unless the mail server is away."""
        settings = {"VAR_DIR": str(self.first.var), "PORTAIL_NOW": day, **environment}
        portal = LaunchedPortal(f"reminders-{day[5:10]}", settings)
        try:
            for service, job in JOBS.items():
                wait_until(partial(self._ran, portal, service, job), SECONDS, f"{job} on {day}", pause=0.2)
            if "MAIL_URL" not in environment:
                wait_until(lambda: not self.waiting(), SECONDS, f"nothing waits on {day}", pause=0.2)
            yield
        finally:
            portal.stop()

    def mails(self, candidate: BrowserCandidate, subject: str) -> int:
        return len(self.first.mails(candidate.email, subject))

    def waiting(self) -> int:
        """Events and mails that pieces and registrations have still to hand over."""
        return sum(self._waiting_of(service) for service in JOBS)

    def _waiting_of(self, service: str) -> int:
        with closing(sqlite3.connect(self.first.var / f"{service}.db")) as database:
            unsent = "(SELECT count(*) FROM outbox WHERE published_at IS NULL)"
            undone = "(SELECT count(*) FROM tasks WHERE state = 'waiting' AND event_id <> 'job')"
            return int(database.execute(f"SELECT {unsent} + {undone}").fetchone()[0])

    def _ran(self, portal: LaunchedPortal, service: str, job: str) -> bool:
        """False while a worker of its own runs the job."""
        return portal.command("command", service, "run-job", job).returncode == 0


@pytest.fixture
def moved() -> Iterator[MovedPortal]:
    portal = MovedPortal()
    yield portal
    portal.first.stop()


def test_each_rung_is_sent_once_and_to_nobody_who_owes_nothing(browser: Browser, moved: MovedPortal) -> None:
    owing, drafting, complete = (
        BrowserCandidate(french_profile(browser), moved.first).creates_account_and_logs_in() for _ in range(3)
    )
    owing.registers()
    drafting.opens_draft()
    deposit_every_piece(complete, registers_and_is_asked_for_pieces(complete))
    moved.first.stop()

    with moved.on(SEVEN_DAYS_BEFORE):
        assert (moved.mails(owing, PIECES), moved.mails(drafting, DRAFT)) == (1, 1)
    with moved.on(SEVEN_DAYS_BEFORE):
        assert (moved.mails(owing, PIECES), moved.mails(drafting, DRAFT)) == (1, 1), "not again on the same day"
    with moved.on(TWO_DAYS_BEFORE, MAIL_URL=f"smtp://127.0.0.1:{free_port()}"):
        assert moved.waiting(), "the mail waits for its server"
        assert moved.mails(owing, PIECES) == 1
    with moved.on(A_DAY_LATER):
        assert moved.mails(owing, PIECES) == 2
    with moved.on(LAST_DAY):
        assert moved.mails(owing, PIECES) == 3
    with moved.on(CLOSED):
        assert (moved.mails(owing, PIECES), moved.mails(drafting, DRAFT)) == (3, 1)
    nobody = [(complete, PIECES), (complete, DRAFT), (drafting, PIECES), (owing, DRAFT)]
    assert [moved.mails(candidate, subject) for candidate, subject in nobody] == [0, 0, 0, 0]
