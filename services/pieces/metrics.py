"""What operators watch of deposits: refusals by reason, the antivirus' verdicts, files that wait."""

from prometheus_client import Counter

from services.chassis.figures import Figure

DEPOSITS = Counter("pieces_deposits_total", "Files received, by outcome", ("outcome",))
SCANS = Counter("pieces_scans_total", "Antivirus verdicts, failures included", ("state",))
SCAN_STATES = Figure(
    "pieces_deposits_by_scan", "Current files by state that needs the antivirus or somebody", ("state",)
)
