"""Data lost without warning while people register, then restored as docs/operations/recover.md
says: what was acknowledged before the instant is there and opens, and every service knows the same.
`make restore-drill`.
"""

import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from deploy.service_names import BACKED_UP_BUCKETS, SERVICES
from services.chassis.tasks.retention import RETENTION
from tests.composed.soak.portal_under_load import wait_until_work_done
from tests.journeys.background_load import AcknowledgedWork, Acknowledgement, PeopleAtWork
from tests.journeys.justificatifs_page import register_candidate
from tests.support.composed_portal import OURS, ComposedPortal
from tests.support.processes import wait_until

JOB_SECONDS = 300.0
REPLAYED = "SELECT extract(epoch FROM pg_last_xact_replay_timestamp())"


def restore_databases(composed: ComposedPortal, until: str = "") -> float:
    """After PostgreSQL was lost: all databases as at the instant `until`, or at the latest. The
    broker starts empty, since it may hold what the databases have never heard of.

    The instant of the last commit that is there, in seconds.
    """
    composed.compose("stop", *OURS, seconds=300)
    composed.destroy("postgres", "backup", "rabbitmq", volumes=["postgres", "rabbitmq"])
    composed.run_once("restore", "databases", *([until] if until else []))
    composed.compose("up", "-d", "--no-deps", "postgres", "rabbitmq")
    composed.wait_healthy(["postgres", "rabbitmq"], 600)
    publish_again(composed, *SERVICES)
    composed.compose("up", "-d", seconds=600)
    composed.wait_healthy(OURS, 600)
    return float(composed.query_database("postgres", REPLAYED)[0][0])


def publish_again(composed: ComposedPortal, *services: str) -> None:
    for service in services:
        composed.run_once(service, "publish-again", "--days", str(RETENTION.days))


def missing_of(ledger: AcknowledgedWork, composed: ComposedPortal) -> list[Acknowledgement]:
    """What was acknowledged and is in no row of the service that it belongs to."""
    accounts = {row[0] for row in composed.query_database("accounts", "select email from accounts")}
    counted = "select candidature_id, count(*) from candidature_versions group by 1"
    versions = {row[0]: int(row[1]) for row in composed.query_database("registrations", counted)}
    deposits = {
        tuple(row)
        for row in composed.query_database("pieces", "select piece_id, sha256 from deposits")
    }
    is_there = {
        "account": lambda entry: entry.subject in accounts,
        "version": lambda entry: versions.get(entry.subject, 0) > int(entry.value),
        "deposit": lambda entry: (entry.subject, entry.value) in deposits,
    }
    return [entry for entry in ledger.acknowledged if not is_there[entry.kind](entry)]


def assert_services_agree(composed: ComposedPortal) -> None:
    """registrations knows accounts' people; documents and pieces know registrations' versions, all
    and no others; a number is there once."""
    people = rows(composed, "registrations", "select distinct candidate_id from candidatures")
    assert people <= rows(composed, "accounts", "select id from accounts")
    versions = rows(
        composed, "registrations", "select candidature_id, version from candidature_versions"
    )
    for kind in ("confirmation", "demande_pieces"):
        made = f"select candidature_id, version from documents where type = '{kind}'"
        assert rows(composed, "documents", made) == versions, kind
    newest = "select candidature_id, max(version) from candidature_versions group by 1"
    known = rows(composed, "pieces", "select id, version from candidatures")
    assert known == rows(composed, "registrations", newest)
    twice = (
        "select numero_candidat from candidates where numero_candidat is not null group by 1 "
        "having count(*) > 1"
    )
    assert rows(composed, "registrations", twice) == set()


def run_reconcile(composed: ComposedPortal, service: str) -> str:
    """What `reconcile` says; it ends with 1 where files are lost, or where more objects are unknown
    than mistakes explain, as after a restore to an earlier instant."""
    words = f"python -m services.{service} reconcile 2>&1 | grep -v '^{{'; true"
    return composed.run_in(composed.containers(service)[0], "sh", "-c", words)


def run_job(composed: ComposedPortal, service: str, name: str) -> None:
    """At once; once more after a worker that has it in hand, since it may have begun before what is
    to be mended."""
    words = f"python -m services.{service} run-job {name} 2>&1; true"
    container = composed.containers(service)[0]
    wait_until(
        lambda: f"« {name} » terminé" in composed.run_in(container, "sh", "-c", words),
        JOB_SECONDS,
        f"{name} run",
        1,
    )


def rows(composed: ComposedPortal, service: str, query: str) -> set[tuple[str, ...]]:
    return {tuple(row) for row in composed.query_database(service, query)}


LONGEST_LOSS_SECONDS = 60.0
BACKED_UP_SECONDS = 300.0
AT_WORK_SECONDS = 300.0
OBJECT_PROCESSES = ("documents", "documents-worker", "pieces", "pieces-worker")
ARCHIVED = "SELECT archived_count FROM pg_stat_archiver"


class Drill(PeopleAtWork):
    """People at work, and what they were told."""

    def __init__(self, composed: ComposedPortal, browser: Browser) -> None:
        super().__init__(composed, [register_candidate(composed, browser) for _ in range(2)])
        self.composed = composed
        for candidate in self.candidates:
            self.deposit_for_good(candidate)

    def wait_for_more(self) -> None:
        """Each kind was acknowledged again three times."""
        self.wait_until_answered("a while", AT_WORK_SECONDS, times=3)

    def wait_for_an_archived_segment(self) -> None:
        before = self.composed.query_database("postgres", ARCHIVED)
        wait_until(
            lambda: self.composed.query_database("postgres", ARCHIVED) != before,
            AT_WORK_SECONDS,
            "WAL archived",
            1,
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

    def documents_open(self) -> None:
        for candidate in self.candidates:
            visit = self.visit(candidate.cookies)
            page = visit.get(f"/documents/{candidate.candidature}").text
            links = set(re.findall(r"/documents/fichier/[0-9a-f]{32}", page))
            assert links
            assert {visit.get(link).content[:5] for link in links} == {b"%PDF-"}


@pytest.fixture
def drill(composed: ComposedPortal, browser: Browser) -> Drill:
    """Two people registered on a portal that has a full backup and a copy of its objects."""
    there = Drill(composed, browser)
    wait_until(
        lambda: composed.backup_age("backup_full_there") == 1,
        BACKED_UP_SECONDS,
        "a full backup",
        1,
    )
    return there


@pytest.mark.parametrize("which", ["latest", "named"])
def test_what_was_acknowledged_before_the_instant_is_there(
    composed: ComposedPortal, drill: Drill, which: str
) -> None:
    until = ""
    with drill.load():
        drill.wait_for_more()
        if which == "named":
            until = datetime.now(UTC).isoformat()
        drill.wait_for_an_archived_segment()
        drill.wait_for_more()
        composed.engine("kill", "--signal", "KILL", composed.containers("postgres")[0].id)
        killed = time.time()
        drill.lost.set()
    began = time.monotonic()
    last_commit = restore_databases(composed, until)
    took = time.monotonic() - began
    wait_until_work_done(composed)
    missing = missing_of(drill.ledger, composed)
    told = len(drill.ledger.acknowledged)
    instant = datetime.fromisoformat(until).timestamp() if until else last_commit
    oldest = max((killed - act.at for act in missing), default=0.0)
    print(
        f"\n{which}: {told} told, {len(missing)} of them missing, restored in {took:.0f} s\nlast "
        f"commit {killed - last_commit:.1f} s before the loss, first one missing {oldest:.1f} s "
        "before it"
    )
    assert drill.ledger.faults == []
    assert [act for act in missing if act.at < instant] == []
    assert len(missing) < told
    for service in BACKED_UP_BUCKETS:
        assert " 0 perdu(s)" in run_reconcile(composed, service)
    if not until:
        assert killed - last_commit < LONGEST_LOSS_SECONDS + 15
    assert_services_agree(composed)
    drill.unreplaced_files_open()
    drill.documents_open()


def test_a_database_alone_that_is_older_learns_what_the_others_know(
    composed: ComposedPortal, drill: Drill
) -> None:
    with drill.load():
        drill.wait_for_more()
        before = time.time()
        inside = composed.containers("postgres")[0]
        composed.run_in(inside, "sh", "-c", "pg_dump -U postgres -Fc pieces >/tmp/pieces.dump")
        drill.wait_for_more()
    composed.compose("stop", "pieces", "pieces-worker")
    options = "--clean --if-exists --single-transaction --exit-on-error"
    composed.run_in(
        inside, "sh", "-c", f"pg_restore -U postgres {options} -d pieces /tmp/pieces.dump"
    )
    publish_again(composed, "registrations")
    composed.compose("up", "-d", "--no-deps", "pieces", "pieces-worker")
    composed.wait_healthy(["pieces", "pieces-worker"])
    wait_until_work_done(composed)
    missing = missing_of(drill.ledger, composed)
    print(f"\npieces alone older: {len(missing)} deposits later than its copy")
    assert [act for act in missing if act.at < before] == []
    assert {act.kind for act in missing} == {"deposit"}
    assert_services_agree(composed)
    assert " 0 perdu(s)" in run_reconcile(composed, "pieces")
    drill.unreplaced_files_open()


def test_a_store_that_is_older_says_which_files_are_lost_and_documents_are_made_anew(
    composed: ComposedPortal, drill: Drill
) -> None:
    with drill.load():
        drill.wait_for_more()
        drill.wait_for_a_copy_of_the_objects()
        composed.compose("stop", "backup")
        drill.wait_for_more()
    wait_until_work_done(composed)
    composed.compose("stop", *OBJECT_PROCESSES, seconds=300)
    composed.destroy("objects", volumes=["objects"])
    composed.compose("up", "-d", "--no-deps", "objects")
    composed.wait_healthy(["objects"])
    began = time.monotonic()
    composed.run_once("restore", "objects")
    took = time.monotonic() - began
    composed.compose("up", "-d", seconds=600)
    composed.wait_healthy([*OBJECT_PROCESSES, "backup"], 600)
    output = run_reconcile(composed, "pieces")
    print(f"\nstore older: copied back in {took:.0f} s; pieces: {output.splitlines()[0]}")
    for candidate in drill.candidates:
        newest = (
            f"select id from deposits where piece_id = '{candidate.replaced_piece}' and removed_at "
            "is null"
        )
        ((deposit_id,),) = composed.query_database("pieces", newest)
        assert deposit_id in output
    run_job(composed, "documents", "reconcile")
    assert " 0 perdu(s)" in run_reconcile(composed, "documents")
    drill.unreplaced_files_open()
    drill.documents_open()
