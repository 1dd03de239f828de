"""Gauges that jobs set, stored in the database, so that every worker shows the same values, also
after a restart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import job_figures
from services.clock import system_now

Values = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    """A gauge that a job sets. Create it at module level, so that the worker knows it. Raises
    ValueError for a name used twice."""

    name: str
    documentation: str
    labelnames: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name in _SHOWN.gauges:
            raise ValueError(f"two gauges are named {self.name}")
        _SHOWN.gauges[self.name] = self


class _Shown(Collector):
    """The values last read. A gauge that was never recorded is left out: 0 would mean that all is
    well."""

    def __init__(self) -> None:
        self.gauges: dict[str, Gauge] = {}
        self.values: Mapping[str, Values] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, by_labels in self.values.items():
            if (gauge := self.gauges.get(name)) is None:  # recorded by another release
                continue
            family = GaugeMetricFamily(name, gauge.documentation, labels=gauge.labelnames)
            for labels, value in by_labels.items():
                family.add_metric(labels, value)
            yield family


_SHOWN = _Shown()
REGISTRY.register(_SHOWN)


def record(db: Database, gauge: Gauge, values: float | Values) -> None:
    """Replace the gauge's values: of all labels, or its only one. Raises ValueError for other
    labels."""
    by_labels = values if isinstance(values, Mapping) else {(): values}
    if any(len(labels) != len(gauge.labelnames) for labels in by_labels):
        raise ValueError(f"{gauge.name} has the labels {gauge.labelnames}")
    row = {"name": gauge.name, "recorded_at": system_now()}
    rows = [
        {**row, "labels": orjson.dumps(labels).decode(), "value": float(v)}
        for labels, v in by_labels.items()
    ]
    with db.operation() as transaction:
        if transaction.get_bind().dialect.name == "postgresql":
            # Two concurrent replacements (a job, and an operator's command) would both insert.
            # Readers are not blocked.
            transaction.execute(text("LOCK TABLE job_figures IN SHARE ROW EXCLUSIVE MODE"))
        transaction.execute(delete(job_figures).where(job_figures.c.name == gauge.name))
        if rows:
            transaction.execute(insert(job_figures), rows)


def recorded(
    transaction: Session, gauge: Gauge
) -> tuple[dict[tuple[str, ...], float], datetime | None]:
    """Return the gauge's values by labels, and when they were recorded (system time); None where
    there are none."""
    query = select(job_figures.c.labels, job_figures.c.value, job_figures.c.recorded_at)
    rows = transaction.execute(query.where(job_figures.c.name == gauge.name)).all()
    values = {tuple(orjson.loads(labels)): value for labels, value, _ in rows}
    return values, rows[0].recorded_at if rows else None


def show(db: Database) -> None:
    """Read the recorded values for this process's `/metrics`."""
    with db.reading() as transaction:
        rows = transaction.execute(
            select(job_figures.c.name, job_figures.c.labels, job_figures.c.value)
        ).all()
    values: dict[str, dict[tuple[str, ...], float]] = {}
    for name, labels, value in rows:
        values.setdefault(name, {})[tuple(orjson.loads(labels))] = value
    _SHOWN.values = values
