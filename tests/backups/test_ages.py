"""What monitoring is samples, where nothing can be asked: here is no PostgreSQL and no repository."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.backups import postgres
from deploy.backups.ages import MAX_BACKUP_AGE, MAX_WAL_AGE, Ages
from deploy.backups.postgres import Backups
from deploy.backups.schedule import Schedule

SCHEDULE = Schedule(hour=2, objects_seconds=600)


def test_a_container_that_has_just_started_gives_no_alarm() -> None:
    assert Ages(SCHEDULE).alarms() == []


def test_what_never_came_is_as_old_as_the_container() -> None:
    ages = Ages(SCHEDULE, started=time.time() - MAX_BACKUP_AGE - 10)
    assert [alarm.partition("=")[0] for alarm in ages.alarms()] == [
        "backup_wal_age_seconds",
        "backup_age_seconds",
        "backup_objects_age_seconds",
    ]


def test_wal_alarms_before_the_rest() -> None:
    ages = Ages(SCHEDULE, started=time.time() - MAX_WAL_AGE - 10)
    assert [alarm.partition("=")[0] for alarm in ages.alarms()] == ["backup_wal_age_seconds"]


def test_a_backup_that_is_known_counts_however_young_the_container_is() -> None:
    old = time.time() - MAX_BACKUP_AGE - 10
    ages = Ages(SCHEDULE, backups=Backups(old, old))
    assert [alarm.partition("=")[0] for alarm in ages.alarms()] == ["backup_age_seconds"]


def test_a_restore_is_remembered_and_is_nobodys_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pgBackRest is not here: what is looked at is the mark that a restore leaves, and what comes of it."""
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
    limits = {"backup_wal_age": MAX_WAL_AGE, "backup_age": MAX_BACKUP_AGE, "backup_objects_age": 3 * 600}
    assert {name: samples[f"{name}_limit_seconds",] for name in limits} == limits
