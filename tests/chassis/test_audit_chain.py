"""What somebody changes or removes by hand in an audit trail is found, whatever else they change to
hide it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select, text

from services.chassis.database import audit_chain
from services.chassis.database.audit import Actor, AuditColumns
from services.chassis.database.audit_chain import ERASED, AuditChain, Mismatch
from services.chassis.database.transactions import Database
from services.clock import system_now

pytestmark = pytest.mark.engines("sqlite", "postgresql")
ENTRIES = 40
SUBJECTS = 5
KEY = Ed25519PrivateKey.generate()
KEY_REMOVED = "UPDATE audit_keys SET key = NULL WHERE subject = 'subject-2'"
OF_THE_KEY = list(range(3, ENTRIES + 1, SUBJECTS))
TAIL_REMOVED = (
    "DELETE FROM audit_entries WHERE id > 35",
    "DELETE FROM audit_digests WHERE entry_id > 35",
)
SUBJECT_REMOVED = tuple(
    f"DELETE FROM {table} WHERE subject = 'subject-3'"
    for table in ("audit_entries", "audit_digests", "audit_keys")
)


@dataclass
class Kept:
    """A place outside the database."""

    roots: dict[int, str] = field(default_factory=dict)

    def put(self, number: int, root: str) -> None:
        self.roots[number] = root

    def get(self, number: int) -> str | None:
        return self.roots.get(number)


@dataclass
class Trail:
    chain: AuditChain
    kept: Kept = field(default_factory=Kept)

    def act(self, subject: str, id: int | None = None) -> None:
        with self.chain.db.operation() as transaction:
            actor = Actor("candidate", "c" * 32)
            self.chain.entries.record(
                transaction, actor, "piece.controlled", subject, before={"é": None}, after={"n": 1}
            )
            [entry] = transaction.new
            entry.id = id

    def by_hand(self, *statements: str) -> None:
        with self.chain.db.operation() as transaction:
            for statement in statements:
                transaction.execute(text(statement))

    def erase(self, *subjects: str) -> None:
        with self.chain.db.operation() as transaction:
            self.chain.erase(transaction, subjects, Actor("service", "registrations"))

    def entries_of(self, subject: str) -> list[Any]:
        with self.chain.db.reading() as transaction:
            of_subject = select(self.chain.entries).filter_by(subject=subject)
            return list(transaction.scalars(of_subject.order_by(self.chain.entries.id)))

    def sign(self, key: Ed25519PrivateKey = KEY) -> None:
        self.chain.extend()
        self.chain.sign_root("pieces", [key], self.kept)

    def mismatches(self) -> list[Mismatch]:
        return list(self.chain.mismatches("pieces", [KEY], self.kept))


@pytest.fixture
def trail(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:
    """Chained in pages of which none holds a subject whole, with a signed root."""
    monkeypatch.setattr(audit_chain, "PAGE", 7)
    db = Database()
    app = Flask(__name__)

    class Entry(AuditColumns, db.Model):  # type: ignore[name-defined]
        __tablename__ = "audit_entries"

    trail = Trail(AuditChain(db, Entry))
    db.connect(app, database_url)
    with app.app_context():
        db.create_all()
        for number in range(ENTRIES):
            trail.act(f"subject-{number % SUBJECTS}")
        trail.sign()
        yield trail
        db.engine.dispose()


def test_what_nobody_touched_holds_also_when_more_is_added(trail: Trail) -> None:
    assert trail.mismatches() == []
    for subject in ("subject-1", "new"):
        trail.act(subject)
    trail.chain.extend()
    assert trail.mismatches() == []
    trail.sign()
    assert trail.mismatches() == []
    assert len(trail.kept.roots) == 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (["UPDATE audit_entries SET after = '{\"n\": 2}' WHERE id = 8"], [8]),
        (["UPDATE audit_entries SET actor_id = 'd' WHERE id = 8"], [8]),
        (["UPDATE audit_entries SET subject = 'subject-1' WHERE id = 8"], [8]),
        (["DELETE FROM audit_entries WHERE id = 8"], [8]),
        (
            [
                "DELETE FROM audit_entries WHERE id = 8",
                "DELETE FROM audit_digests WHERE entry_id = 8",
            ],
            [8 + SUBJECTS],
        ),
        ([KEY_REMOVED], OF_THE_KEY),
        (
            [
                KEY_REMOVED,
                "UPDATE audit_entries SET before = NULL, after = NULL WHERE subject = 'subject-2'",
            ],
            OF_THE_KEY,
        ),
    ],
)
def test_what_is_changed_or_removed_is_named(
    trail: Trail, changes: list[str], named: list[int]
) -> None:
    trail.by_hand(*changes)
    assert [mismatch.entry_id for mismatch in trail.mismatches() if mismatch.entry_id] == named


@pytest.mark.parametrize("removed", [TAIL_REMOVED, SUBJECT_REMOVED], ids=["a tail", "a subject"])
@pytest.mark.parametrize("is_hidden", [False, True], ids=["left so", "chained anew"])
def test_what_is_removed_is_missing_in_the_root(
    trail: Trail, removed: tuple[str, ...], is_hidden: bool
) -> None:
    trail.by_hand(*removed)
    if is_hidden:
        trail.by_hand("DELETE FROM audit_digests")
        trail.chain.extend()
    assert any("root 1 " in mismatch.text for mismatch in trail.mismatches())


def test_what_is_removed_since_the_last_root_leaves_a_gap(trail: Trail) -> None:
    for subject in ("one", "two"):
        trail.act(subject)
    trail.chain.extend()
    trail.by_hand(
        *(
            f"DELETE FROM {table} WHERE subject = 'one'"
            for table in ("audit_entries", "audit_digests")
        )
    )
    assert [mismatch.text for mismatch in trail.mismatches()] == [
        "digests were removed since the last root"
    ]


def test_a_trail_that_is_chained_anew_lacks_the_signature_or_the_kept_root(trail: Trail) -> None:
    forget = [f"DELETE FROM {table}" for table in ("audit_digests", "audit_roots")]
    trail.by_hand("UPDATE audit_entries SET actor_id = 'd' WHERE id = 8", *forget)
    trail.chain.extend()
    [missing] = trail.mismatches()
    assert missing.text.startswith(
        "root 1, which the object store has, and any after it are missing"
    )
    trail.kept = Kept()
    trail.sign(Ed25519PrivateKey.generate())
    assert any("is not signed by a key" in mismatch.text for mismatch in trail.mismatches())
    trail.kept.roots[1] = "another"
    assert any(
        "is not the one in the object store" in mismatch.text for mismatch in trail.mismatches()
    )


def test_roots_that_are_missing_are_never_replaced(trail: Trail) -> None:
    trail.sign()
    kept = dict(trail.kept.roots)
    trail.by_hand("DELETE FROM audit_roots WHERE number = 2")
    trail.sign()
    assert trail.kept.roots.items() > kept.items()
    [missing] = trail.mismatches()
    assert missing.text.startswith("roots 2 to 2 are missing")


def test_an_entry_that_was_added_by_hand_among_old_ones_is_named(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "LOOK_BACK", 10)
    trail.by_hand(
        "UPDATE audit_entries SET id = 4000 WHERE id = 40",
        "UPDATE audit_digests SET entry_id = 4000 WHERE entry_id = 40",
    )
    trail.act("subject-2", id=50)
    trail.chain.extend()
    assert 50 in [mismatch.entry_id for mismatch in trail.mismatches()]


def test_an_entry_that_is_committed_after_later_ones_is_chained(trail: Trail) -> None:
    trail.act("subject-2", id=60)
    trail.chain.extend()
    trail.act("subject-2", id=50)
    trail.sign()
    trail.by_hand("DELETE FROM audit_entries WHERE id = 50")
    assert [mismatch.entry_id for mismatch in trail.mismatches()] == [50]


def test_an_erased_person_leaves_the_chain_whole_and_what_it_is_given_afterwards_is_found(
    trail: Trail,
) -> None:
    """Also where its last act is not chained yet, and where it has acted once alone."""
    for subject in ("subject-2", "new"):
        trail.act(subject)
    for _ in range(2):  # an interrupted erasure is done again
        trail.erase("subject-2", "new", "unheard of")
    trail.sign()
    assert trail.mismatches() == []
    entries = trail.entries_of("subject-2")
    assert [(entry.before, entry.after) for entry in entries] == [(None, None)] * len(entries)
    assert [entry.action for entry in entries].count(ERASED) == 1
    assert all(entry.after for entry in trail.entries_of("subject-1"))
    assert trail.entries_of("unheard of") == []
    trail.by_hand("UPDATE audit_entries SET after = '{\"n\": 2}' WHERE id = 8")
    assert [mismatch.entry_id for mismatch in trail.mismatches()] == [8]


def test_a_trail_without_a_root_of_the_last_days_is_told(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = system_now() + timedelta(days=3)
    monkeypatch.setattr(audit_chain, "system_now", lambda: later)
    assert [mismatch.text for mismatch in trail.mismatches() if "no root since" in mismatch.text]
