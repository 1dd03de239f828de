"""Compares rows with objects, as a job that deletes nothing, and as a report for an operator.

Lost objects are reported (and made again by a service that can). Objects that no row has named for KEPT_DAYS are moved
into quarantine. Where there are more of those than mistakes explain, or the store is another installation's, nothing is
moved: then it is the database that lacks rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from sqlalchemy import delete, insert, select

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.jobs import gauges
from services.chassis.jobs.gauges import Gauge
from services.chassis.jobs.registry import stopping
from services.objects import installation, quarantine
from services.objects.comparison import (
    Counter,
    KeyColumn,
    LostObject,
    compare,
    confirm_lost,
    confirm_unknown,
    in_pages,
    listed_keys,
    rows_by_key,
)
from services.objects.settings import retention
from services.objects.store import ObjectMissing, ObjectStore
from services.objects.tables import KEY_LENGTH, unknown_objects

log = structlog.get_logger()

FEW_UNKNOWN = 20  # unknown objects, at least, beyond which a run moves nothing
UNKNOWN_SHARE = 0.001  # of all objects, beyond which a run moves nothing, if that is more than FEW_UNKNOWN
_MOVE_BATCH = 20  # objects
MAX_LISTED = 1000  # how many of each kind a report names, and how many a run moves at most

LOST = Gauge("objects_lost", "Objects that rows name and the store does not have", ("service",))
UNKNOWN = Gauge("objects_unknown", "Objects that no row names", ("service",))
STOPPED = Gauge("objects_reconciliation_stopped", "1 where the last run moved nothing, and why", ("service", "reason"))


class Stop(StrEnum):
    """Why a run moves nothing."""

    FOREIGN_STORE = "foreign_store"
    MANY_UNKNOWN = "many_unknown"


@dataclass
class Report:
    """Of one run. `lost` and `unknown`: the first MAX_LISTED of `lost_count` and `unknown_count`; `mended`: how many
    lost ones were made again; `moved`: how many went into quarantine; `stop`: why nothing was moved. A run that its
    worker's end cut short is not `complete`, and moves nothing. In another installation's store nothing is compared."""

    rows: int = 0
    objects: int = 0
    lost: list[LostObject] = field(default_factory=list)
    lost_count: int = 0
    mended: int = 0
    unknown: list[str] = field(default_factory=list)
    unknown_count: int = 0
    moved: int = 0
    complete: bool = True
    stop: Stop | None = None


@dataclass(frozen=True)
class Reconciliation:
    """Of one service. `mend` makes lost objects again, as far as it can, and returns those; None where it cannot."""

    service: str
    db: Database
    store: ObjectStore
    columns: Sequence[KeyColumn]
    mend: Callable[[Sequence[LostObject]], Sequence[LostObject]] | None = None

    def report(self) -> Report:
        """Compare, and change nothing but the gauges. Raises StoreUnavailable."""
        report = self._compare(lambda lost: ())
        self._record(report)
        return report

    def run(self) -> Report:
        """Compare, mend lost objects, move those that have been unknown for KEPT_DAYS. Raises StoreUnavailable."""
        report = self._compare(self.mend or (lambda lost: ()))
        if not report.complete:
            return report
        if report.stop is None:
            self._note_unknown(report.unknown)
            report.moved = self._set_apart_long_unknown()
        self._record(report)
        _log_report(self.service, report)
        return report

    def unknown(self) -> Iterator[str]:
        """The key of every object that no row names. Raises StoreUnavailable."""
        for page in in_pages(self._differences(Report())):
            yield from confirm_unknown(self.db, self.columns, [item for item in page if isinstance(item, str)])

    def _compare(self, mend: Callable[[Sequence[LostObject]], Sequence[LostObject]]) -> Report:
        report = Report()
        if not installation.belong_together(self.db, self.store):
            report.stop = Stop.FOREIGN_STORE
            return report
        for page in in_pages(self._differences(report)):
            if stopping():
                report.complete = False
                return report
            self._add_lost(report, [suspect for suspect in page if isinstance(suspect, LostObject)], mend)
            self._add_unknown(report, [suspect for suspect in page if isinstance(suspect, str)])
        if report.unknown_count > max(FEW_UNKNOWN, report.objects * UNKNOWN_SHARE):
            report.stop = Stop.MANY_UNKNOWN
        return report

    def _differences(self, report: Report) -> Iterator[LostObject | str]:
        rows, objects = Counter(), Counter()
        yield from compare(rows_by_key(self.db, self.columns, rows), objects.counting(listed_keys(self.store)))
        report.rows, report.objects = rows.count, objects.count

    def _add_lost(
        self,
        report: Report,
        suspects: Sequence[LostObject],
        mend: Callable[[Sequence[LostObject]], Sequence[LostObject]],
    ) -> None:
        lost = confirm_lost(self.db, self.store, self.columns, suspects)
        mended = set(mend(lost)) if lost else set()
        remaining = [item for item in lost if item not in mended]
        report.mended += len(mended)
        report.lost_count += len(remaining)
        report.lost += remaining[: MAX_LISTED - len(report.lost)]

    def _add_unknown(self, report: Report, suspects: Sequence[str]) -> None:
        unknown = confirm_unknown(self.db, self.columns, suspects)
        report.unknown_count += len(unknown)
        report.unknown += unknown[: MAX_LISTED - len(report.unknown)]

    def _note_unknown(self, unknown: Sequence[str]) -> None:
        """Note since when each object is unknown; delete the notes of those that no longer are."""
        now = system_now()
        with self.db.operation() as session:
            noted_keys = set(session.scalars(select(unknown_objects.c.key)))
            known_again = noted_keys - set(unknown)
            new = [key for key in unknown if key not in noted_keys and _fits_column(key)]
            session.execute(delete(unknown_objects).where(unknown_objects.c.key.in_(known_again)))
            if new:
                session.execute(insert(unknown_objects), [{"key": key, "first_seen_at": now} for key in new])

    def _set_apart_long_unknown(self) -> int:
        limit = system_now() - retention()
        with self.db.reading() as session:
            keys = list(session.scalars(select(unknown_objects.c.key).where(unknown_objects.c.first_seen_at < limit)))
        return len(self.set_apart(keys))

    def set_apart(self, keys: Sequence[str]) -> list[str]:
        """Move those of the objects that no row names into quarantine; returns their keys. Raises StoreUnavailable.

        Rows are read again right before each batch: one may have been rebuilt meanwhile.
        """
        moved: list[str] = []
        for batch in in_pages(keys, _MOVE_BATCH):
            if stopping():
                break
            moved += [
                key for key in confirm_unknown(self.db, self.columns, batch) if _move_to_quarantine(self.store, key)
            ]
        with self.db.operation() as session:
            session.execute(delete(unknown_objects).where(unknown_objects.c.key.in_(moved)))
        return moved

    def _record(self, report: Report) -> None:
        gauges.record(self.db, STOPPED, {(self.service, stop.value): float(report.stop is stop) for stop in Stop})
        if report.stop is not Stop.FOREIGN_STORE:
            gauges.record(self.db, LOST, {(self.service,): report.lost_count})
            gauges.record(self.db, UNKNOWN, {(self.service,): report.unknown_count})


def _log_report(service: str, report: Report) -> None:
    for item in report.lost:
        log.error("object_lost", key=item.key, row_id=item.row_id)
    level = log.error if report.stop or report.lost_count else log.info
    level(
        "objects_reconciled",
        service=service,
        rows=report.rows,
        objects=report.objects,
        lost=report.lost_count,
        mended=report.mended,
        unknown=report.unknown_count,
        moved=report.moved,
        stop=report.stop,
    )


def _fits_column(key: str) -> bool:
    """Whether a key can be noted. One that cannot was written by another program: it is reported, and not moved."""
    return len(key) <= KEY_LENGTH and "\x00" not in key


def _move_to_quarantine(store: ObjectStore, key: str) -> bool:
    try:
        quarantine.set_apart(store, key)
    except ObjectMissing:  # gone since it was listed
        return False
    log.warning("object_set_apart", key=key)
    return True
