"""What monitoring is samples, where nothing can be asked: here is no PostgreSQL and no repository."""

from __future__ import annotations

import time

from prometheus_client.parser import text_string_to_metric_families

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
