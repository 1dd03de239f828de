"""The profile « backup »: what comes into the repository, and that nobody can read it there."""

from tests.support.composed_portal import ComposedPortal
from tests.support.processes import wait_until

SECONDS = 180.0
# Each is long enough to stand in no encrypted megabyte by chance, as four letters do once in some
# hundred runs.
READABLE = (
    r"find /backups -type f | xargs grep -lE '%PDF-1\.7|PGDMP|portail\.example|numero_candidat' || "
    r"true"
)
STORE = """
import io
from pathlib import Path
from services.objects import ObjectStore
store = ObjectStore(Path("/run/secrets/pieces-objects-url").read_text().strip())
"""
STORE_A_PROOF = f"{STORE}store.put('proof', io.BytesIO(b'%PDF-1.7'), 8, 'application/pdf')"
TAKE_IT_AWAY = f"{STORE}store.delete('proof')"


def test_wal_comes_to_the_repository_within_a_minute_and_goes_on_coming(
    composed: ComposedPortal,
) -> None:
    count = "SELECT archived_count FROM pg_stat_archiver"
    before = composed.query_database("postgres", count)
    wait_until(
        lambda: composed.query_database("postgres", count) != before, SECONDS, "WAL archived", 1
    )
    wait_until(lambda: composed.backup_age("backup_wal_age_seconds") < 60, SECONDS, "recent WAL", 1)
    (failed,) = composed.query_database("postgres", "SELECT failed_count FROM pg_stat_archiver")
    assert failed == ["0"]


def test_a_full_backup_and_copies_of_the_objects_are_made_without_being_asked_for(
    composed: ComposedPortal,
) -> None:
    wait_until(lambda: composed.backup_age("backup_full_there") == 1, SECONDS, "a full backup", 1)
    wait_until(
        lambda: composed.backup_age("backup_objects_age_seconds") < 30,
        SECONDS,
        "objects copied",
        1,
    )


def test_nothing_in_the_repository_can_be_read_without_its_key(composed: ComposedPortal) -> None:
    pieces = composed.containers("pieces")[0]
    backup = composed.containers("backup")[0]
    composed.run_in(pieces, "python", "-c", STORE_A_PROOF)
    wait_until(
        lambda: "proof" in composed.run_in(backup, "find", "/backups"),
        SECONDS,
        "the object copied",
        1,
    )
    assert composed.run_in(backup, "sh", "-c", READABLE) == ""
    assert int(composed.run_in(backup, "sh", "-c", "find /backups/postgres -type f | wc -l")) > 5
    composed.run_in(pieces, "python", "-c", TAKE_IT_AWAY)
