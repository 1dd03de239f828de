"""Data lost without warning while people register, then restored as docs/operations.md says: what was acknowledged
before the instant is there and opens, and every service knows the same. `make restore-drill`.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from deploy.service_names import OBJECT_SERVICES
from tests.composed.pending_work import wait_until_work_done
from tests.composed.soak import restore_checks
from tests.journeys.acknowledged_work import AcknowledgedWork
from tests.journeys.background_load import (
    RetryingBrowser,
    create_accounts,
    deposit_once,
    deposit_repeatedly,
    running_in_threads,
    save_repeatedly,
)
from tests.journeys.registered_candidate import RegisteredCandidate, register_candidate
from tests.support.composed_portal import ComposedPortal
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONGEST_LOSS_SECONDS = 60.0
BACKED_UP_SECONDS = 300.0
AT_WORK_SECONDS = 300.0
OBJECT_PROCESSES = ("documents", "documents-worker", "pieces", "pieces-worker")
REBUILD = ("python", "-m", "services.pieces", "rebuild-from-objects", "--write", "--minutes", "0")
ARCHIVED = "SELECT archived_count FROM pg_stat_archiver"


class Drill:
    """People at work, and what they were told."""

    def __init__(self, composed: ComposedPortal, browser: Browser) -> None:
        self.composed = composed
        self.ledger = AcknowledgedWork()
        self.candidates = [register_candidate(composed, browser) for _ in range(2)]
        for candidate in self.candidates:
            deposit_once(self.visit(candidate.cookies), candidate.candidature, candidate.unreplaced_piece)

    def visit(self, cookies: dict[str, str]) -> RetryingBrowser:
        return RetryingBrowser(self.composed.url, self.ledger, cookies, threading.Event())

    @contextmanager
    def at_work(self) -> Iterator[threading.Event]:
        """Load, till the block ends; set the event given when the portal is lost."""
        stop, lost = threading.Event(), threading.Event()

        def visit(cookies: dict[str, str]) -> RetryingBrowser:
            return RetryingBrowser(self.composed.url, self.ledger, cookies, stop, lost)

        actions = [partial(create_accounts, visit({}))]
        for candidate in self.candidates:
            actions.append(partial(save_repeatedly, visit(candidate.cookies), candidate.candidature))
            actions.append(
                partial(deposit_repeatedly, visit(candidate.cookies), candidate.candidature, candidate.replaced_piece)
            )
        with running_in_threads(*actions, stop=stop, work=self.ledger):
            yield lost

    def wait_for_more(self) -> None:
        """Each kind was acknowledged again three times."""
        before = self._counts()
        wait_until(
            lambda: all(now - then > 2 for now, then in zip(self._counts(), before, strict=True)),
            AT_WORK_SECONDS,
            "everybody answered",
        )

    def wait_for_an_archived_segment(self) -> None:
        before = self.composed.query_database("postgres", ARCHIVED)
        wait_until(
            lambda: self.composed.query_database("postgres", ARCHIVED) != before, AT_WORK_SECONDS, "WAL archived", 1
        )

    def wait_for_a_copy_of_the_objects(self) -> None:
        """One that began from now on."""
        asked = time.time()
        wait_until(
            lambda: time.time() - asked > self.composed.backup_age("backup_objects_age_seconds"),
            BACKED_UP_SECONDS,
            "copied",
            1,
        )

    def digest_of(self, candidate: RegisteredCandidate, piece: str) -> str:
        content = self.visit(candidate.cookies).get(f"/justificatifs/fichier/{piece}").content
        return hashlib.sha256(content).hexdigest()

    def files_for_good_open(self) -> None:
        for candidate in self.candidates:
            assert (
                self.digest_of(candidate, candidate.unreplaced_piece)
                == self.ledger.unreplaced_files[candidate.candidature, candidate.unreplaced_piece]
            )

    def newest_files_open(self) -> None:
        for candidate in self.candidates:
            assert self.ledger.deposits[candidate.candidature, candidate.replaced_piece].may_hold(
                self.digest_of(candidate, candidate.replaced_piece)
            )

    def documents_open(self) -> None:
        for candidate in self.candidates:
            visit = self.visit(candidate.cookies)
            page = visit.get(f"/documents/{candidate.candidature}").text
            links = set(re.findall(r"/documents/fichier/[0-9a-f]{32}", page))
            assert links
            assert {visit.get(link).content[:5] for link in links} == {b"%PDF-"}

    def _counts(self) -> list[int]:
        kinds = [act.kind for act in list(self.ledger.acknowledged)]
        return [kinds.count(kind) for kind in ("account", "version", "deposit")]


@pytest.fixture
def drill(composed: ComposedPortal, browser: Browser) -> Drill:
    """Two people registered on a portal that has a full backup and a copy of its objects."""
    there = Drill(composed, browser)
    wait_until(lambda: composed.backup_age("backup_full_there") == 1, BACKED_UP_SECONDS, "a full backup", 1)
    return there


@pytest.mark.parametrize("which", ["latest", "named"])
def test_what_was_acknowledged_before_the_instant_is_there(composed: ComposedPortal, drill: Drill, which: str) -> None:
    until = ""
    with drill.at_work() as lost:
        drill.wait_for_more()
        if which == "named":
            until = datetime.now(UTC).isoformat()
        drill.wait_for_an_archived_segment()
        drill.wait_for_more()
        composed.engine("kill", "--signal", "KILL", composed.containers("postgres")[0].id)
        killed = time.time()
        lost.set()
    done = restore_checks.restore_databases(composed, until)
    wait_until_work_done(composed)
    compared = restore_checks.compare_with_ledger(composed, drill.ledger)
    instant = datetime.fromisoformat(until).timestamp() if until else done.instant
    oldest = max((killed - act.at for act in compared.missing), default=0.0)
    print(
        f"\n{which}: {len(drill.ledger.acknowledged)} told, {compared.there} there, {len(compared.missing)} later"
        f"\nlast commit {killed - done.instant:.1f} s before the loss, first one missing {oldest:.1f} s before it"
        f"\nrestored in {done.took:.0f} s"
    )
    assert drill.ledger.faults == []
    assert compared.before(instant) == []
    assert compared.there > 0
    for service in OBJECT_SERVICES:
        assert " 0 perdu(s)" in restore_checks.run_reconcile(composed, service)
    if not until:
        assert killed - done.instant < LONGEST_LOSS_SECONDS + 15
    restore_checks.assert_services_agree(composed)
    drill.files_for_good_open()
    drill.documents_open()


def test_a_database_alone_that_is_older_learns_what_the_others_know(composed: ComposedPortal, drill: Drill) -> None:
    with drill.at_work():
        drill.wait_for_more()
        before = time.time()
        inside = composed.containers("postgres")[0]
        composed.run_in(inside, "sh", "-c", "pg_dump -U postgres -Fc pieces >/tmp/pieces.dump")
        drill.wait_for_more()
    composed.compose("stop", "pieces", "pieces-worker")
    options = "--clean --if-exists --single-transaction --exit-on-error"
    composed.run_in(inside, "sh", "-c", f"pg_restore -U postgres {options} -d pieces /tmp/pieces.dump")
    restore_checks.publish_again(composed, "registrations")
    composed.compose("up", "-d", "--no-deps", "pieces", "pieces-worker")
    composed.wait_healthy(["pieces", "pieces-worker"])
    wait_until_work_done(composed)
    compared = restore_checks.compare_with_ledger(composed, drill.ledger)
    print(f"\npieces alone older: {compared.there} there, {len(compared.missing)} deposits later than its copy")
    assert compared.before(before) == []
    assert {act.kind for act in compared.missing} == {"deposit"}
    restore_checks.assert_services_agree(composed)
    composed.run_in(composed.containers("pieces")[0], *REBUILD)
    drill.files_for_good_open()
    drill.newest_files_open()


def test_a_store_that_is_older_says_which_files_are_lost_and_documents_are_made_anew(
    composed: ComposedPortal, drill: Drill
) -> None:
    with drill.at_work():
        drill.wait_for_more()
        drill.wait_for_a_copy_of_the_objects()
        composed.compose("stop", "backup")
        drill.wait_for_more()
    wait_until_work_done(composed)
    composed.compose("stop", *OBJECT_PROCESSES, seconds=300)
    composed.destroy("objects", volumes=["objects", "unwritten"])
    composed.compose("up", "-d", "--no-deps", "objects")
    composed.wait_healthy(["objects"])
    began = time.monotonic()
    composed.run_once("restore", "objects")
    took = time.monotonic() - began
    composed.compose("up", "-d", seconds=600)
    composed.wait_healthy([*OBJECT_PROCESSES, "backup"], 600)
    output = restore_checks.run_reconcile(composed, "pieces")
    print(f"\nstore older: copied back in {took:.0f} s; pieces: {output.splitlines()[0]}")
    for candidate in drill.candidates:
        newest = f"select id from deposits where piece_id = '{candidate.replaced_piece}' and removed_at is null"
        ((deposit_id,),) = composed.query_database("pieces", newest)
        assert deposit_id in output
    restore_checks.run_job(composed, "documents", "reconcile")
    assert " 0 perdu(s)" in restore_checks.run_reconcile(composed, "documents")
    drill.files_for_good_open()
    drill.documents_open()
