"""Codes of pieces that services, pages and tools exchange, with what people read in their place (guide §10).

Programs compare codes alone. The API gives candidates the label and the code (`status` and `status_code`, `scan` and
`scan_code`), staff the code and the label (`status` and `status_label`, `scan` and `scan_label`).
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Guide §10: none until the first control, then one of these; a later control may set any of them again."""

    RECEIVED = "received"
    NON_COMPLIANT = "non_compliant"
    COMPLIANT = "compliant"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]


STATUS_LABELS: dict[str, str] = {
    Status.RECEIVED: "Reçue",
    Status.NON_COMPLIANT: "Non Conforme",
    Status.COMPLIANT: "Conforme",
}


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


class Sign(StrEnum):
    """Why a page of a file may be hard to read."""

    BLANK = "blank"
    SIDEWAYS = "sideways"
    BLURRED = "blurred"
    SMALL = "small"


class ChangeKind(StrEnum):
    """What the feed of changes tells of. `removed`: deleted or replaced; `withdrawn`: the candidature, désinscrite or
    écartée, with all its pieces."""

    DEPOSITED = "deposited"
    REMOVED = "removed"
    VALIDATED = "validated"
    CONTROLLED = "controlled"
    WITHDRAWN = "withdrawn"


CHANGES_RETENTION_DAYS = 90
"""How long the feed keeps a change, once it can be read."""


class ReminderOutcome(StrEnum):
    """What became of a reminder by hand."""

    SENT = "sent"
    NOTHING_MISSING = "nothing_missing"
    ALREADY_TODAY = "already_reminded_today"
    NOT_FOUND = "not_found"  # unknown, withdrawn or of another académie, without saying which
