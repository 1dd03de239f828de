"""When a backup is due, and which."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deploy.backups.postgres import Backups
from deploy.backups.schedule import Schedule

SCHEDULE = Schedule(hour=2, objects_seconds=600)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def made(full: str, any: str) -> Backups:
    return Backups(at(full), at(any))


def test_the_first_backup_is_a_full_one_whatever_the_hour() -> None:
    assert SCHEDULE.backup_due(Backups(), at("2026-11-25 15:00")) == "full"


@pytest.mark.parametrize(
    ("newest", "now", "due"),
    [
        ("2026-11-25 02:03", "2026-11-25 02:04", None),
        ("2026-11-25 02:03", "2026-11-26 01:59", None),
        ("2026-11-25 02:03", "2026-11-26 02:00", "diff"),
        ("2026-11-25 15:00", "2026-11-26 02:00", "diff"),
        ("2026-11-20 02:03", "2026-11-25 15:00", "diff"),  # away for days: at once
    ],
)
def test_each_day_has_its_backup_once_its_hour_has_passed(newest: str, now: str, due: str | None) -> None:
    assert SCHEDULE.backup_due(made("2026-11-20 02:03", newest), at(now)) == due


def test_a_full_one_is_due_every_week_in_the_same_night() -> None:
    before = made("2026-11-18 02:40", "2026-11-24 02:03")
    assert SCHEDULE.backup_due(before, at("2026-11-24 23:00")) is None
    assert SCHEDULE.backup_due(before, at("2026-11-25 02:00")) == "full"


def test_objects_are_copied_at_once_and_then_every_so_often() -> None:
    assert SCHEDULE.objects_due(None, at("2026-11-25 12:00"))
    assert not SCHEDULE.objects_due(at("2026-11-25 12:00"), at("2026-11-25 12:09"))
    assert SCHEDULE.objects_due(at("2026-11-25 12:00"), at("2026-11-25 12:10"))
