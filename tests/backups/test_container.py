"""The container that makes backups: which is due when, what monitoring is told, when WAL is let
go."""

import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.backups import postgres
from deploy.backups.ages import MAX_BACKUP_AGE, MAX_WAL_AGE, Ages, Schedule
from deploy.backups.postgres import Backups

SCHEDULE = Schedule(hour=2, objects_seconds=600)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("full", "newest", "now", "due"),
    [
        (None, None, "2026-11-25 15:00", "full"),  # the first, whatever the hour
        ("2026-11-20 02:03", "2026-11-25 02:03", "2026-11-25 02:04", None),
        ("2026-11-20 02:03", "2026-11-25 02:03", "2026-11-26 01:59", None),
        ("2026-11-20 02:03", "2026-11-25 02:03", "2026-11-26 02:00", "diff"),
        ("2026-11-20 02:03", "2026-11-25 15:00", "2026-11-26 02:00", "diff"),
        (
            "2026-11-20 02:03",
            "2026-11-20 02:03",
            "2026-11-25 15:00",
            "diff",
        ),  # away for days: at once
        ("2026-11-18 02:40", "2026-11-24 02:03", "2026-11-24 23:00", None),
        ("2026-11-18 02:40", "2026-11-24 02:03", "2026-11-25 02:00", "full"),
    ],
)
def test_each_day_has_its_backup_once_its_hour_has_passed_and_each_week_a_full_one(
    full: str | None, newest: str | None, now: str, due: str | None
) -> None:
    existing = Backups(at(full), at(newest)) if full and newest else Backups()
    assert SCHEDULE.backup_due(existing, at(now)) == due


def test_objects_are_copied_at_once_and_then_every_so_often() -> None:
    assert SCHEDULE.objects_due(None, at("2026-11-25 12:00"))
    assert not SCHEDULE.objects_due(at("2026-11-25 12:00"), at("2026-11-25 12:09"))
    assert SCHEDULE.objects_due(at("2026-11-25 12:00"), at("2026-11-25 12:10"))


WAL = "backup_wal_age_seconds"
BACKUP = "backup_age_seconds"
OBJECTS = "backup_objects_age_seconds"


@pytest.mark.parametrize(
    ("running", "known", "alarms"),
    [
        (0, None, []),
        (MAX_WAL_AGE + 10, None, [WAL]),
        (MAX_BACKUP_AGE + 10, None, [WAL, BACKUP, OBJECTS]),
        (0, MAX_BACKUP_AGE + 10, [BACKUP]),
    ],
)
def test_what_never_came_is_as_old_as_the_container(
    running: float, known: float | None, alarms: list[str]
) -> None:
    """A backup that is known counts however young the container is."""
    backups = Backups() if known is None else Backups(time.time() - known, time.time() - known)
    ages = Ages(SCHEDULE, started=time.time() - running, backups=backups)
    assert [alarm.partition("=")[0] for alarm in ages.alarms()] == alarms


def test_a_restore_is_remembered_and_is_nobodys_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pgBackRest is not here: what is looked at is the mark that a restore leaves, and what comes
    of it."""
    monkeypatch.setattr(postgres, "RESTORED", tmp_path / "databases-restored")
    monkeypatch.setattr(postgres, "pgbackrest", lambda *words: "")
    ages = Ages(SCHEDULE)
    assert "backup_restored_age_seconds" not in ages.metrics()
    postgres.restore(None)
    os.utime(postgres.RESTORED, (time.time() - 400 * 86400,) * 2)
    assert ages.now()["backup_restored_age_seconds"] == pytest.approx(400 * 86400, abs=60)
    assert "backup_restored_age_seconds 3456" in ages.metrics()
    assert ages.alarms() == []


def test_metrics_are_ones_that_prometheus_reads() -> None:
    ages = Ages(SCHEDULE, backups=Backups(time.time(), time.time()))
    ages.failures["objects"] += 2
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(ages.metrics())
        for sample in family.samples
    }
    assert samples["backup_failures_total", "objects"] == 2
    assert samples["backup_full_there",] == 1
    assert samples["backup_age_seconds",] < 60
    limits = {
        "backup_wal_age": MAX_WAL_AGE,
        "backup_age": MAX_BACKUP_AGE,
        "backup_objects_age": 3 * 600,
    }
    assert {name: samples[f"{name}_limit_seconds",] for name in limits} == limits


COMMAND = Path(__file__).parents[2] / "deploy" / "containers" / "backup" / "pgbackrest-archive"
SEGMENT = "pg_wal/000000010000000000000001"


def archived(cluster: Path) -> bool:
    """Whether PostgreSQL would think that the segment is safe."""
    done = subprocess.run([COMMAND, SEGMENT], cwd=cluster, capture_output=True, check=False)
    return done.returncode == 0


def test_wal_is_held_while_the_repository_is_away_and_let_go_where_nobody_keeps_backups(
    tmp_path: Path,
) -> None:
    assert archived(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "archiving").touch()
    assert not archived(tmp_path)
