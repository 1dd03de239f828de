"""What the portal acknowledged while it was disturbed, to be compared afterwards with what it holds."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Acknowledgement:
    """One write that was acknowledged. By `kind`, `subject` and `value` are: "account", its mail address and nothing;
    "version", the candidature and how many new versions it then had; "deposit", the piece and the file's SHA-256. `at`
    is in seconds since 1970."""

    kind: str
    subject: str
    value: str
    at: float


@dataclass
class Saves:
    """Of one candidature: how many drafts were sent to be saved, and how many new versions were acknowledged."""

    attempts: int = 1
    acknowledged: int = 1


@dataclass
class Deposits:
    """Of one piece: the SHA-256 of the last file that was acknowledged, and of those tried since without an answer."""

    acknowledged: str = ""
    unanswered: set[str] = field(default_factory=set)


@dataclass
class AcknowledgedWork:
    """Written by the load's threads. `unreplaced_files` are the SHA-256 of files that nobody replaces; `accounts` are
    addresses, each with how often its form was sent until it was answered; `refusals` count the error pages shown
    while a part was away."""

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
        """An answer that must never be shown: neither what was asked for, nor a page that says what does not work."""
        with self.lock:
            self.faults.append(what)

    @property
    def summary(self) -> str:
        versions = sum(saves.acknowledged for saves in self.saves.values())
        return (
            f"{len(self.accounts)} accounts, {versions} versions of {len(self.saves)} candidatures, "
            f"{len(self.deposits)} pieces deposited, {self.pages_read} pages read; meanwhile met: {dict(self.refusals)}"
        )
