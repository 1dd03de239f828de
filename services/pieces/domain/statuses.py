"""Statuses of a piece that a gestionnaire sets, states of the antivirus scan, and the French labels of both.

The API gives candidates the label and the code (`status` and `status_code`, `scan` and `scan_code`), staff the code and
the label (`status` and `status_label`, `scan` and `scan_label`). Programs compare codes alone.
"""

from __future__ import annotations

from enum import StrEnum

from services.contracts.piece_statuses import STATUS_LABELS


class Status(StrEnum):
    """Guide §10: none until the first control, then one of these; a later control may set any of them again."""

    RECEIVED = "received"
    NON_COMPLIANT = "non_compliant"
    COMPLIANT = "compliant"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]


class Scan(StrEnum):
    """The antivirus's verdict on a deposit, or why there is none."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    FAILED = "failed"
    NOT_SCANNED = "not_scanned"  # no antivirus is configured

    @property
    def label(self) -> str:
        return _SCAN_LABELS[self]

    @property
    def staff_may_open(self) -> bool:
        """Whether staff may open the file; one that was never scanned is opened with a warning."""
        return self in (Scan.CLEAN, Scan.NOT_SCANNED)


_SCAN_LABELS = {
    Scan.PENDING: "analyse en cours",
    Scan.CLEAN: "saine",
    Scan.INFECTED: "infectée",
    Scan.FAILED: "analyse en échec",
    Scan.NOT_SCANNED: "non analysée",
}
