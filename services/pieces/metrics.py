"""Metrics of deposits: refusals by reason, files that wait for one, inspection times."""

from prometheus_client import Counter, Histogram

from services.chassis.tasks.gauges import Gauge
from services.confined.checks import Reason
from services.pieces.domain.refusals import RefusalReason

DEPOSITS = Counter("pieces_deposits_total", "Files received, by outcome", ("outcome",))
SCAN_STATES = Gauge(
    "pieces_deposits_by_scan",
    "Current files by state that needs the antivirus or somebody",
    ("state",),
)
INCOMPLETE = Gauge(
    "pieces_incomplete_candidatures",
    "Candidatures with pieces to deposit or to validate now",
    ("exam", "session", "academie"),
)
UNVERIFIED = Counter(
    "pieces_files_unverified_total", "Files that broke a limit or their reader", ("reason",)
)
INSPECTION_SECONDS = Histogram(
    "pieces_inspection_processor_seconds",
    "Processor time that looking into a file took",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

for _unverified in Reason:  # each is exported from the start, as 0
    UNVERIFIED.labels(_unverified.value)
for _outcome in ("kept", *RefusalReason):
    DEPOSITS.labels(_outcome)
