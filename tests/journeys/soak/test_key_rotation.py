"""Every key of a portal at work is turned while people go on: nobody is logged out, nothing that
was said is lost.

Between the steps lies what the operations page asks for: everybody answered again, and the longest
life of a token before an old signing key is dropped.
"""

import contextlib
import time
from functools import partial

import requests
from playwright.sync_api import Browser

from services.accounts.signing import TOKEN_SECONDS
from services.chassis.web.access_tokens import LEEWAY_SECONDS
from tests.journeys.background_load import PeopleAtWork, RetryingBrowser
from tests.journeys.justificatifs_page import register_candidate
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until

GOES_ON_SECONDS = 90.0
NAMES = (
    "signing-key",
    "sealing-key",
    "seal-key",
    "gateway-client-secret",
    "documents-client-secret",
)
"""Of the clients those that ask for a token while people go on."""
ACTIVATION = "Activer mon compte"
TAKEN_UP = "Secrets relus : chaque processus a les siens."


def test_keys_are_turned_while_people_go_on(alone: LaunchedPortal, browser: Browser) -> None:
    people = PeopleAtWork(alone, [register_candidate(alone, browser)])
    logged_out: list[str] = []
    refused: list[int] = []
    with people.load(
        partial(_stays_logged_in, logged_out), partial(_asks_as_a_tool, alone.staff, refused)
    ):
        _go_on(people, "nothing")
        for name in NAMES:
            for step in ((), ("--promote",), ("--drop-old",)):
                if step == ("--drop-old",):
                    _last_for_what_the_old_one_made(alone, name)
                _turn(alone, name, *step)
                _go_on(people, " ".join((name, *step)))
    print(f"\n{people.ledger.summary}")
    assert people.ledger.faults == []
    assert logged_out == []
    assert refused == []
    listed = alone.command("command", "accounts", "list-staff").stdout
    assert '"second_factor": true' in listed
    assert '"second_factor": false' not in listed
    _what_was_said_is_there(alone, people)


def _turn(portal: LaunchedPortal, name: str, *step: str) -> None:
    """A step, once each process concerned has been started again."""
    before = portal.times_in_log(TAKEN_UP)
    done = portal.command("rotate_secret", name, *step)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: portal.times_in_log(TAKEN_UP) > before, 300, f"{name} {step} taken up")


def _last_for_what_the_old_one_made(portal: LaunchedPortal, name: str) -> None:
    if name in ("signing-key", "sealing-key"):
        done = portal.command("command", "accounts", "reseal-secrets")
        assert done.returncode == 0, done.stdout + done.stderr
    if name == "signing-key":
        until = time.monotonic() + TOKEN_SECONDS + LEEWAY_SECONDS
        wait_until(
            lambda: time.monotonic() > until,
            2 * TOKEN_SECONDS,
            "the longest life of a token",
            pause=1,
        )


def _stays_logged_in(logged_out: list[str], retrying_browser: RetryingBrowser) -> None:
    while not retrying_browser.stop.is_set():
        answer = retrying_browser.get("/inscriptions")
        if answer.status_code != 200:
            logged_out.append(f"{answer.status_code} {answer.headers.get('Location')}")
        retrying_browser.stop.wait(0.3)


def _asks_as_a_tool(
    headers: dict[str, str], refused: list[int], retrying_browser: RetryingBrowser
) -> None:
    """A service that is being started again does not answer, or with 503: that is no refusal."""
    address = f"{retrying_browser.url}/api/pieces/v1/pieces?academie=03&limit=1"
    while not retrying_browser.stop.is_set():
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(address, headers=headers, timeout=(5, 45))
            if answer.status_code not in (200, 503):
                refused.append(answer.status_code)
        retrying_browser.stop.wait(0.3)


def _go_on(people: PeopleAtWork, after: str) -> None:
    people.wait_until_answered(after, GOES_ON_SECONDS)
    assert people.ledger.faults == []


def _what_was_said_is_there(portal: LaunchedPortal, people: PeopleAtWork) -> None:
    [someone] = people.candidates
    accounts = people.ledger.accounts
    page = people.visit(someone.cookies).get("/inscriptions").text
    saves = people.ledger.saves[someone.candidature]
    assert any(
        f"Version {number:02}" in page for number in range(saves.acknowledged, saves.attempts + 1)
    ), page
    people.replaced_files_open()
    wait_until(
        lambda: set(accounts) <= set(portal.mailed(ACTIVATION)),
        GOES_ON_SECONDS,
        "everybody's mail",
        pause=2,
    )
    mailed = portal.mailed(ACTIVATION)
    assert {
        email: mailed[email] for email, tries in accounts.items() if mailed[email] > tries
    } == {}
