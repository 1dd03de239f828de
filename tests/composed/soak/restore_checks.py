"""Restores a composed portal's lost data as docs/operations/recover.md says, and checks what it then holds."""

from deploy.service_names import SERVICES
from services.chassis.tasks.rows import RETENTION
from tests.journeys.acknowledged_work import AcknowledgedWork, Acknowledgement
from tests.support.composed_portal import OURS, ComposedPortal
from tests.support.processes import wait_until

JOB_SECONDS = 300.0
REPLAYED = "SELECT extract(epoch FROM pg_last_xact_replay_timestamp())"


def restore_databases(composed: ComposedPortal, until: str = "") -> float:
    """After PostgreSQL was lost: all databases as at the instant `until`, or at the latest. The broker starts empty,
    since it may hold what the databases have never heard of.

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
    deposits = {tuple(row) for row in composed.query_database("pieces", "select piece_id, sha256 from deposits")}
    is_there = {
        "account": lambda entry: entry.subject in accounts,
        "version": lambda entry: versions.get(entry.subject, 0) > int(entry.value),
        "deposit": lambda entry: (entry.subject, entry.value) in deposits,
    }
    return [entry for entry in ledger.acknowledged if not is_there[entry.kind](entry)]


def assert_services_agree(composed: ComposedPortal) -> None:
    """registrations knows accounts' people; documents and pieces know registrations' versions, all and no others; a
    number is there once."""
    people = rows(composed, "registrations", "select distinct candidate_id from candidatures")
    assert people <= rows(composed, "accounts", "select id from accounts")
    versions = rows(composed, "registrations", "select candidature_id, version from candidature_versions")
    for kind in ("confirmation", "demande_pieces"):
        made = f"select candidature_id, version from documents where type = '{kind}'"
        assert rows(composed, "documents", made) == versions, kind
    newest = "select candidature_id, max(version) from candidature_versions group by 1"
    known = rows(composed, "pieces", "select id, version from candidatures")
    assert known == rows(composed, "registrations", newest)
    twice = "select numero_candidat from candidates where numero_candidat is not null group by 1 having count(*) > 1"
    assert rows(composed, "registrations", twice) == set()


def run_reconcile(composed: ComposedPortal, service: str) -> str:
    """What `reconcile` says; it ends with 1 where files are lost, or where more objects are unknown than mistakes
    explain, as after a restore to an earlier instant."""
    words = f"python -m services.{service} reconcile 2>&1 | grep -v '^{{'; true"
    return composed.run_in(composed.containers(service)[0], "sh", "-c", words)


def run_job(composed: ComposedPortal, service: str, name: str) -> None:
    """At once; once more after a worker that has it in hand, since it may have begun before what is to be mended."""
    words = f"python -m services.{service} run-job {name} 2>&1; true"
    container = composed.containers(service)[0]
    wait_until(
        lambda: f"« {name} » terminé" in composed.run_in(container, "sh", "-c", words), JOB_SECONDS, f"{name} run", 1
    )


def rows(composed: ComposedPortal, service: str, query: str) -> set[tuple[str, ...]]:
    return {tuple(row) for row in composed.query_database(service, query)}
