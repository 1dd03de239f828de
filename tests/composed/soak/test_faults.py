"""Every process killed and every server restarted while people register and deposit: nothing that was acknowledged is
lost, nothing is there twice, and pages answer or say what does not work. Three times in a row.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.composed.settled import settled
from tests.journeys.ledger import Ledger
from tests.journeys.load import (
    Visit,
    deposits_again_and_again,
    deposits_for_good,
    going_on,
    makes_accounts,
    reads,
    saves_again_and_again,
)
from tests.journeys.registered import Registered, registered
from tests.support.composed import OURS, SERVICES, ComposedPortal
from tests.support.processes import ServiceFailed, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVERS = ("rabbitmq", "postgres", "objects")
GOES_ON_SECONDS = 60.0
SETTLED_SECONDS = 600.0  # the longest delay before a new attempt, and then some
ACTIVATION = "Activer mon compte"
MODIFICATION = "Modification d'inscription"


@pytest.mark.parametrize("time", [1, 2, 3])
def test_faults_lose_and_double_nothing(composed: ComposedPortal, browser: Browser, time: int) -> None:
    ledger = Ledger()
    them = [registered(composed, browser) for _ in SERVERS]
    with _load(composed, ledger, them):
        _goes_on(ledger, "nothing")
        for name in OURS:
            composed.kill_and_wait(name)
            _goes_on(ledger, f"{name} killed")
        for name, one in zip(SERVERS, them, strict=True):
            deposits_for_good(_visit(composed, ledger, one), one.candidature, one.kept)
            composed.restart(name)
            _goes_on(ledger, f"{name} restarted")
    print(f"\n{ledger.summary}")
    wait_until(lambda: settled(composed), SETTLED_SECONDS, "no event, mail or document under way", pause=2.0)
    assert ledger.broken == []
    for one in them:
        _every_version_is_there_once(composed, ledger, one)
        _the_files_acknowledged_are_there(composed, ledger, one)
    _everybody_got_the_mail(composed, ledger)
    _the_stores_hold_what_the_rows_say(composed)


def _visit(composed: ComposedPortal, ledger: Ledger, one: Registered) -> Visit:
    return Visit(composed.url, ledger, one.cookies, threading.Event())


@contextmanager
def _load(composed: ComposedPortal, ledger: Ledger, them: list[Registered]) -> Iterator[None]:
    stop = threading.Event()

    def visit(cookies: dict[str, str]) -> Visit:
        return Visit(composed.url, ledger, cookies, stop)

    saving = [partial(saves_again_and_again, visit(one.cookies), one.candidature) for one in them]
    depositing = [partial(deposits_again_and_again, visit(one.cookies), one.candidature, one.piece) for one in them]
    others = [partial(makes_accounts, visit({})), partial(reads, visit({}))]
    with going_on(*saving, *depositing, *others, stop=stop, ledger=ledger):
        yield


def _goes_on(ledger: Ledger, after: str) -> None:
    """Everybody is answered again: a version more of each candidature, a file more, a page more."""
    saves = {one: saves.acknowledged for one, saves in ledger.saves.items()}
    files = {one: deposits.acknowledged for one, deposits in ledger.deposits.items()}
    read, made = ledger.reads, len(ledger.accounts)

    def answered() -> bool:
        return (
            all(ledger.saves[one].acknowledged > number for one, number in saves.items())
            and all(ledger.deposits[one].acknowledged != digest for one, digest in files.items())
            and ledger.reads > read
            and len(ledger.accounts) > made
        )

    began = monotonic()
    try:
        wait_until(answered, GOES_ON_SECONDS, f"everybody answered again after {after}")
    except ServiceFailed as failure:
        raise ServiceFailed(f"{failure}; {ledger.summary}; {ledger.broken}") from None
    print(f"\n{after}: everybody answered again within {monotonic() - began:.1f} s", end="", flush=True)


def _every_version_is_there_once(composed: ComposedPortal, ledger: Ledger, one: Registered) -> None:
    where = f"where candidature_id = '{one.candidature}'"
    saves = ledger.saves[one.candidature]
    versions = _numbers(composed, "registrations", f"select version from candidature_versions {where}")
    assert versions == list(range(1, len(versions) + 1))
    assert saves.acknowledged <= len(versions) <= saves.tried
    for kind in ("confirmation", "demande_pieces"):
        made = _numbers(composed, "documents", f"select version from documents {where} and type = '{kind}'")
        assert made == versions, kind
    known = _numbers(composed, "pieces", f"select version from candidatures where id = '{one.candidature}'")
    assert known == [len(versions)]
    mails = {str(mail.message["Message-ID"]) for mail in composed.mails(one.email, MODIFICATION)}
    assert len(mails) == len(versions) - 1


def _numbers(composed: ComposedPortal, service: str, query: str) -> list[int]:
    return sorted(int(row[0]) for row in composed.asked_of_database(service, query))


def _the_files_acknowledged_are_there(composed: ComposedPortal, ledger: Ledger, one: Registered) -> None:
    def digest_of(piece: str) -> str:
        content = _visit(composed, ledger, one).get(f"/justificatifs/fichier/{piece}").content
        return hashlib.sha256(content).hexdigest()

    assert ledger.deposits[one.candidature, one.piece].may_hold(digest_of(one.piece))
    assert ledger.kept[one.candidature, one.kept] == digest_of(one.kept)


def _everybody_got_the_mail(composed: ComposedPortal, ledger: Ledger) -> None:
    for email, tries in ledger.accounts.items():
        mails = {str(mail.message["Message-ID"]) for mail in composed.mails(email, ACTIVATION)}
        assert 1 <= len(mails) <= tries, email


def _the_stores_hold_what_the_rows_say(composed: ComposedPortal) -> None:
    """And nothing was given up on the way."""
    for service in ("documents", "pieces"):
        container = composed.containers(service)[0]
        assert " 0 perdu(s)" in composed.run_in(container, "python", "-m", f"services.{service}", "reconcile")
    for service in SERVICES:
        assert composed.asked_of_database(service, "select count(*) from parked where settled_at is null") == [["0"]]
