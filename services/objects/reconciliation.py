"""Rows and objects put in agreement by a job that cannot destroy, and the same comparison as a report for a person.

Lost objects are reported (and made again by a service that can). Objects that no row has named for KEPT_DAYS are moved
into quarantine. When there are more of those than mistakes explain, or when the store is another installation's,
nothing is moved: then it is the database that lacks rows.
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
from services.chassis.jobs.gauges import Figure
from services.chassis.jobs.registry import stopping
from services.objects import installation, quarantine
from services.objects.comparison import (
    Counter,
    Lost,
    NamingColumn,
    differences,
    objects_of,
    pages,
    rows_naming,
    still_lost,
    still_unknown,
)
from services.objects.settings import kept_for
from services.objects.store import ObjectMissing, ObjectStore
from services.objects.tables import KEY_LENGTH, unknown_objects

log = structlog.get_logger()

FEW_UNKNOWN = 20
UNKNOWN_SHARE = 0.001
_FEW_MOVED = 20
LISTED = 1000  # how many of each kind a report names, and how many a run moves at most

LOST = Figure("objects_lost", "Objects that rows name and the store does not have", ("service",))
UNKNOWN = Figure("objects_unknown", "Objects that no row names", ("service",))
STOPPED = Figure("objects_reconciliation_stopped", "1 where the last run moved nothing, and why", ("service", "reason"))


class Stop(StrEnum):
    """Why a run moves nothing."""

    FOREIGN_STORE = "foreign_store"
    MANY_UNKNOWN = "many_unknown"


@dataclass
class Report:
    """`lost` and `unknown` name the first LISTED of `lost_count` and `unknown_count`; `mended` were lost and are there
    again; `moved` went into quarantine. Where the store is another installation's nothing was compared; a run that its
    worker's stop ended is not complete, and nothing follows from it."""

    rows: int = 0
    objects: int = 0
    lost: list[Lost] = field(default_factory=list)
    lost_count: int = 0
    mended: int = 0
    unknown: list[str] = field(default_factory=list)
    unknown_count: int = 0
    moved: int = 0
    complete: bool = True
    stop: Stop | None = None


@dataclass(frozen=True)
class Reconciliation:
    """Of one service. `mend` is given lost objects and answers how many it made again; None where nobody can."""

    service: str
    db: Database
    store: ObjectStore
    columns: Sequence[NamingColumn]
    mend: Callable[[Sequence[Lost]], Sequence[Lost]] | None = None

    def report(self) -> Report:
        """Compare, change nothing but the figures. Raises StoreUnavailable."""
        report = self._compared(lambda lost: ())
        self._record(report)
        return report

    def run(self) -> Report:
        """Compare, mend what is lost, set apart what has been unknown for KEPT_DAYS. Raises StoreUnavailable."""
        report = self._compared(self.mend or (lambda lost: ()))
        if not report.complete:
            return report
        if report.stop is None:
            self._note(report.unknown)
            report.moved = self._set_apart_long_unknown()
        self._record(report)
        _tell(self.service, report)
        return report

    def unknown(self) -> Iterator[str]:
        """The key of every object that no row names. Raises StoreUnavailable."""
        for page in pages(self._differences(Report())):
            yield from still_unknown(self.db, self.columns, [item for item in page if isinstance(item, str)])

    def _compared(self, mend: Callable[[Sequence[Lost]], Sequence[Lost]]) -> Report:
        report = Report()
        if not installation.belong_together(self.db, self.store):
            report.stop = Stop.FOREIGN_STORE
            return report
        for page in pages(self._differences(report)):
            if stopping():
                report.complete = False
                return report
            self._add_lost(report, [suspect for suspect in page if isinstance(suspect, Lost)], mend)
            self._add_unknown(report, [suspect for suspect in page if isinstance(suspect, str)])
        if report.unknown_count > max(FEW_UNKNOWN, report.objects * UNKNOWN_SHARE):
            report.stop = Stop.MANY_UNKNOWN
        return report

    def _differences(self, report: Report) -> Iterator[Lost | str]:
        rows, objects = Counter(), Counter()
        yield from differences(rows_naming(self.db, self.columns, rows), objects.through(objects_of(self.store)))
        report.rows, report.objects = rows.count, objects.count

    def _add_lost(
        self, report: Report, suspects: Sequence[Lost], mend: Callable[[Sequence[Lost]], Sequence[Lost]]
    ) -> None:
        lost = still_lost(self.db, self.store, self.columns, suspects)
        mended = set(mend(lost)) if lost else set()
        left = [item for item in lost if item not in mended]
        report.mended += len(mended)
        report.lost_count += len(left)
        report.lost += left[: LISTED - len(report.lost)]

    def _add_unknown(self, report: Report, suspects: Sequence[str]) -> None:
        unknown = still_unknown(self.db, self.columns, suspects)
        report.unknown_count += len(unknown)
        report.unknown += unknown[: LISTED - len(report.unknown)]

    def _note(self, unknown: Sequence[str]) -> None:
        """Remember since when each is unknown; forget those that no longer are."""
        now = system_now()
        with self.db.operation() as session:
            noted = set(session.scalars(select(unknown_objects.c.key)))
            gone, new = noted - set(unknown), [key for key in unknown if key not in noted and _fits_column(key)]
            session.execute(delete(unknown_objects).where(unknown_objects.c.key.in_(gone)))
            if new:
                session.execute(insert(unknown_objects), [{"key": key, "first_seen_at": now} for key in new])

    def _set_apart_long_unknown(self) -> int:
        limit = system_now() - kept_for()
        with self.db.reading() as session:
            long = list(session.scalars(select(unknown_objects.c.key).where(unknown_objects.c.first_seen_at < limit)))
        return len(self.set_apart(long))

    def set_apart(self, keys: Sequence[str]) -> list[str]:
        """Move objects that no row names into quarantine; which were. Raises StoreUnavailable.

        Rows are asked for right before each few: one may have been rebuilt since.
        """
        moved: list[str] = []
        for few in pages(keys, _FEW_MOVED):
            if stopping():
                break
            moved += [key for key in still_unknown(self.db, self.columns, few) if _is_moved(self.store, key)]
        with self.db.operation() as session:
            session.execute(delete(unknown_objects).where(unknown_objects.c.key.in_(moved)))
        return moved

    def _record(self, report: Report) -> None:
        gauges.record(self.db, STOPPED, {(self.service, stop.value): float(report.stop is stop) for stop in Stop})
        if report.stop is not Stop.FOREIGN_STORE:
            gauges.record(self.db, LOST, {(self.service,): report.lost_count})
            gauges.record(self.db, UNKNOWN, {(self.service,): report.unknown_count})


def _tell(service: str, report: Report) -> None:
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
    """Whether a key can be noted; one that cannot is none of ours: it is reported and left where it is."""
    return len(key) <= KEY_LENGTH and "\x00" not in key


def _is_moved(store: ObjectStore, key: str) -> bool:
    try:
        quarantine.set_apart(store, key)
    except ObjectMissing:  # gone since it was listed
        return False
    log.warning("object_set_apart", key=key)
    return True
