"""Compares rows with objects, as a job and as a report for an operator. Lost objects are reported (and made again by a
service that can); objects that no row names are reported and stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from services.chassis.database.transactions import Database
from services.chassis.tasks import gauges
from services.chassis.tasks.gauges import Gauge
from services.chassis.tasks.registry import stopping
from services.objects.comparison import (
    Counter,
    KeyColumn,
    KeyRow,
    compare,
    confirm_lost,
    confirm_unknown,
    in_pages,
    listed_keys,
    rows_by_key,
)
from services.objects.store import ObjectStore

log = structlog.get_logger()

MAX_LISTED = 1000  # how many of each kind a report names

LOST = Gauge("objects_lost", "Objects that rows name and the store does not have", ("service",))
UNKNOWN = Gauge("objects_unknown", "Objects that no row names", ("service",))

Mend = Callable[[Sequence[KeyRow]], Sequence[KeyRow]]
"""Makes lost objects again, as far as it can, and returns those."""


@dataclass
class Report:
    """Of one run. `lost` and `unknown`: the first MAX_LISTED of `lost_count` and `unknown_count`; `mended`: how many
    lost ones were made again. A run that its worker's end cut short is not `complete`."""

    rows: int = 0
    objects: int = 0
    lost: list[KeyRow] = field(default_factory=list)
    lost_count: int = 0
    mended: int = 0
    unknown: list[str] = field(default_factory=list)
    unknown_count: int = 0
    complete: bool = True


@dataclass(frozen=True)
class Reconciliation:
    """Of one service."""

    service: str
    db: Database
    store: ObjectStore
    columns: Sequence[KeyColumn]
    mend: Mend = lambda lost: ()

    def report(self) -> Report:
        """Compare, and change nothing but the gauges. Raises StoreUnavailable."""
        return self._compare(lambda lost: ())

    def run(self) -> Report:
        """Compare, and mend lost objects. Raises StoreUnavailable."""
        report = self._compare(self.mend)
        if report.complete:
            for item in report.lost:
                log.error("object_lost", key=item.key, row_id=item.row_id)
            level = log.error if report.lost_count else log.info
            counts = {"lost": report.lost_count, "mended": report.mended, "unknown": report.unknown_count}
            level("objects_reconciled", service=self.service, rows=report.rows, objects=report.objects, **counts)
        return report

    def _compare(self, mend: Mend) -> Report:
        report, rows, objects = Report(), Counter(), Counter()
        named, stored = rows_by_key(self.db, self.columns, rows), objects.counting(listed_keys(self.store))
        for page in in_pages(compare(named, stored)):
            if stopping():
                report.complete = False
                return report
            self._add_lost(report, [suspect for suspect in page if isinstance(suspect, KeyRow)], mend)
            unknown = confirm_unknown(self.db, self.columns, [suspect for suspect in page if isinstance(suspect, str)])
            report.unknown_count += len(unknown)
            report.unknown += unknown[: MAX_LISTED - len(report.unknown)]
        report.rows, report.objects = rows.count, objects.count
        gauges.record(self.db, LOST, {(self.service,): report.lost_count})
        gauges.record(self.db, UNKNOWN, {(self.service,): report.unknown_count})
        return report

    def _add_lost(self, report: Report, suspects: Sequence[KeyRow], mend: Mend) -> None:
        lost = confirm_lost(self.db, self.store, self.columns, suspects)
        mended = set(mend(lost)) if lost else set()
        remaining = [item for item in lost if item not in mended]
        report.mended += len(mended)
        report.lost_count += len(remaining)
        report.lost += remaining[: MAX_LISTED - len(report.lost)]
