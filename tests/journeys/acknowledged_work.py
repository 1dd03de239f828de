"""What the portal acknowledged to people while it was disturbed, to be compared afterwards with what it has."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Acknowledgement:
    """One thing that was said to be done: an « account » (its address), a « version » (of which candidature, the how
    manieth new one), a « deposit » (of which piece, its SHA-256); and when, in seconds since 1970."""

    kind: str
    subject: str
    value: str
    at: float


@dataclass
class Saves:
    """Of one candidature: how often « Enregistrer » was pressed on a new draft, how often a new version was told."""

    attempts: int = 1
    acknowledged: int = 1


@dataclass
class Deposits:
    """Of one piece: the SHA-256 of the last file that was acknowledged, and of those tried since without an answer."""

    acknowledged: str = ""
    unanswered: set[str] = field(default_factory=set)

    def may_hold(self, digest: str) -> bool:
        return digest == self.acknowledged or digest in self.unanswered


@dataclass
class AcknowledgedWork:
    """Written by the load's threads. `kept` are the SHA-256 of files that nobody replaces; `accounts` are addresses,
    each with how often its form was sent until somebody answered; `refusals` the pages that people met while something
    was away."""

    saves: dict[str, Saves] = field(default_factory=dict)
    deposits: dict[tuple[str, str], Deposits] = field(default_factory=dict)
    unreplaced_files: dict[tuple[str, str], str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    acknowledged: list[Acknowledgement] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pages_read: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, kind: str, subject: str, value: str) -> None:
        with self.lock:
            self.acknowledged.append(Acknowledgement(kind, subject, value, time.time()))

    def note_refusal(self, refusal: str) -> None:
        with self.lock:
            self.refusals[refusal] += 1

    def note_fault(self, what: str) -> None:
        """Something that may never be shown: neither what was asked for nor a page that says what does not work."""
        with self.lock:
            self.faults.append(what)

    @property
    def summary(self) -> str:
        versions = sum(one.acknowledged for one in self.saves.values())
        return (
            f"{len(self.accounts)} accounts, {versions} versions of {len(self.saves)} candidatures, "
            f"{len(self.deposits)} pieces deposited, {self.pages_read} pages read; meanwhile met: {dict(self.refusals)}"
        )
