"""The chain of a service's audit trail, which shows what was changed or removed by hand
(docs/decisions/0008-observation.md).

Personal values enter as a commitment under a key of their subject: where they are erased with that
key, and an entry says so, the chain stays whole.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    String,
    Table,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor, AuditColumns
from services.chassis.database.columns import NAMES, UtcDateTime
from services.chassis.database.transactions import Database
from services.chassis.process.stopping import stopping
from services.clock import system_now

PAGE = 150  # entries; each look-up of a subject's last one reads some blocks
LOOK_BACK = 10_000
"""Ids below the newest one chained among which late entries are looked for: transactions do not end
in their order."""
LONGEST_WITHOUT_ROOT = timedelta(days=2)
ERASED = "erased"
"""The action of the entry that says that what entries of its subject held of a person was
erased."""
_MISSING = "are missing: they were removed, or a backup from before them was restored"
_SHA256 = String(64)
_tables = MetaData(naming_convention=NAMES)
Keys = Sequence[Ed25519PrivateKey]
log = structlog.get_logger()

# `position`: from 1 on, without a gap, in the order in which entries were chained.
digests = Table(
    "audit_digests",
    _tables,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("entry_id", Integer, nullable=False, unique=True),
    Column("subject", String(64), nullable=False),
    Column("commitment", _SHA256, nullable=False),
    Column("digest", _SHA256, nullable=False),
    Index("ix_audit_digests_subject_position", "subject", "position"),
)
# `key`: None once what the subject's entries hold of a person was erased.
subject_keys = Table(
    "audit_keys",
    _tables,
    Column("subject", String(64), primary_key=True),
    Column("key", LargeBinary),
)
# `position`: of the last digest in it.
roots = Table(
    "audit_roots",
    _tables,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("position", Integer, nullable=False),
    Column("root", _SHA256, nullable=False),
    Column("signature", String(88)),
)


_Row = Row[*tuple[object, ...]]
"""Of one of these tables."""


class KeptRoots(Protocol):
    """A place outside the database where roots are kept too."""

    def put(self, number: int, root: str) -> None: ...

    def get(self, number: int) -> str | None: ...


@dataclass(frozen=True)
class Mismatch:
    """Something that does not hold; `entry_id`: of an entry."""

    text: str
    entry_id: int | None = None


class AuditChain:
    """Chains the entries of the service whose database is `db` and whose audit table is the model
    `entries`. Declares the tables on the service's metadata, for its migrations."""

    def __init__(self, db: Database, entries: type[AuditColumns]) -> None:
        self.db = db
        self.entries = entries
        for table in _tables.tables.values():
            table.to_metadata(db.metadata)

    def erase(self, transaction: Session, subjects: Collection[str], actor: Actor) -> None:
        """Erase what entries of these subjects hold of people, with the keys that prove it, and say
        so in an entry of each. What has no entry, or was erased before, stays as it is."""
        entries = self.entries
        is_erased = exists().where(
            subject_keys.c.subject == entries.subject, subject_keys.c.key.is_(None)
        )
        query = select(entries.subject).where(entries.subject.in_(subjects), ~is_erased).distinct()
        held = transaction.scalars(query).all()
        transaction.execute(
            update(entries)
            .where(entries.subject.in_(held))
            .values(before=None, after=None, address=None),
            execution_options={"synchronize_session": False},
        )
        without_key = update(subject_keys).where(subject_keys.c.subject.in_(held)).values(key=None)
        known = transaction.scalars(without_key.returning(subject_keys.c.subject)).all()
        if new := [{"subject": subject, "key": None} for subject in held if subject not in known]:
            transaction.execute(subject_keys.insert(), new)
        for subject in held:
            entries.record(transaction, actor, ERASED, subject)

    def erased_since(self, since: datetime) -> Sequence[str]:
        """The subjects whose values were erased since that instant."""
        entries = self.entries
        erased = (
            select(entries.subject)
            .where(entries.at >= since, entries.action == ERASED)
            .order_by(entries.id)
        )
        with self.db.reading() as transaction:
            return transaction.scalars(erased).all()

    def extend(self) -> None:
        """Chain the entries that are not yet, page by page in the order of their ids."""
        with self.db.reading() as transaction:
            newest = transaction.scalar(select(func.max(digests.c.entry_id))) or 0
        after = newest - LOOK_BACK
        while not stopping():
            with self.db.operation() as transaction:
                page = transaction.scalars(
                    self._unchained(after).order_by(self.entries.id).limit(PAGE)
                ).all()
                if not page:
                    return
                _add_digests(transaction, page)
            after = page[-1].id

    def sign_root(self, service: str, keys: Keys, kept_roots: KeptRoots | None) -> None:
        """Add a root of all digests since the last one, signed with the first key if there is one,
        to the table, to the log and to `kept_roots`. Raises what that does; the next root then
        holds this one."""
        with self.db.reading() as transaction:
            last = transaction.execute(
                select(roots).order_by(roots.c.number.desc()).limit(1)
            ).one_or_none()
            number, before, position = (
                (last.number, last.root, last.position) if last else (0, "", 0)
            )
            root = hashlib.sha256(before.encode())
            for row in _digests_after(transaction, position):
                root.update(row.digest.encode())
                position = row.position
        number = number + 1
        at = system_now()
        while (
            kept_roots and kept_roots.get(number) is not None
        ):  # of after the backup that was restored
            number += 1
        text = _root_text(service, number, at, position, root.hexdigest())
        signature = base64.b64encode(keys[0].sign(text.encode())).decode() if keys else None
        with self.db.operation() as transaction:
            transaction.execute(
                roots.insert().values(
                    number=number,
                    at=at,
                    position=position,
                    root=root.hexdigest(),
                    signature=signature,
                )
            )
        log.info("audit_root", root=text, signature=signature)
        if kept_roots:
            kept_roots.put(number, _kept_text(text, signature))

    def mismatches(
        self, service: str, keys: Keys, kept_roots: KeptRoots | None
    ) -> Iterator[Mismatch]:
        """Yield what does not hold: entries by subject, then those without a digest, then roots."""
        with self.db.reading() as transaction:
            yield from self._wrong_entries(transaction)
            newest = transaction.scalar(select(func.max(digests.c.entry_id))) or 0
            missing = self._unchained(-1).where(self.entries.id <= newest - LOOK_BACK)
            for entry in transaction.scalars(missing.execution_options(yield_per=PAGE)):
                yield Mismatch("was added by hand: it has no digest", entry.id)
            yield from _wrong_roots(transaction, service, keys, kept_roots)

    def _unchained(self, after: int) -> Select[AuditColumns]:
        is_chained = exists().where(digests.c.entry_id == self.entries.id)
        return select(self.entries).where(self.entries.id > after, ~is_chained)

    def _wrong_entries(self, transaction: Session) -> Iterator[Mismatch]:
        erasure = exists().where(
            self.entries.subject == digests.c.subject, self.entries.action == ERASED
        )
        query = (
            select(
                digests,
                subject_keys.c.key,
                erasure.correlate(digests).label("is_erased"),
                self.entries,
            )
            .outerjoin(subject_keys, subject_keys.c.subject == digests.c.subject)
            .outerjoin(self.entries, self.entries.id == digests.c.entry_id)
            .order_by(digests.c.subject, digests.c.position)
        )
        subject = ""
        before = ""
        for row in transaction.execute(query.execution_options(yield_per=PAGE)):
            entry = row[-1]
            before = before if row.subject == subject else ""
            if entry is None:
                yield Mismatch("was removed", row.entry_id)
            elif row.key is None and not row.is_erased:
                yield Mismatch(
                    "has lost its values and its key, and no entry says that they were erased",
                    row.entry_id,
                )
            elif not (
                _is_committed(row, entry) and row.digest == _digest(before, entry, row.commitment)
            ):
                yield Mismatch("was changed, or what came before it was removed", row.entry_id)
            subject = row.subject
            before = row.digest


def _add_digests(transaction: Session, page: Sequence[AuditColumns]) -> None:
    subjects = {entry.subject for entry in page}
    last = select(digests.c.digest).where(digests.c.subject == subject_keys.c.subject)
    last = last.order_by(digests.c.position.desc()).limit(1)
    query = select(subject_keys, last.scalar_subquery().label("digest")).where(
        subject_keys.c.subject.in_(subjects)
    )
    known = transaction.execute(query).all()
    keys = {row.subject: row.key for row in known}
    before = {row.subject: row.digest for row in known}
    new = {subject: secrets.token_bytes(32) for subject in sorted(subjects - keys.keys())}
    if new:
        transaction.execute(
            subject_keys.insert(),
            [{"subject": subject, "key": key} for subject, key in new.items()],
        )
    keys |= new
    newest = transaction.scalar(select(func.max(digests.c.position))) or 0
    rows = []
    for position, entry in enumerate(page, newest + 1):
        subject = entry.subject
        commitment = _commitment(keys[subject] or secrets.token_bytes(32), entry)
        before[subject] = _digest(before.get(subject) or "", entry, commitment)
        of_entry = {"position": position, "entry_id": entry.id, "subject": subject}
        rows.append({**of_entry, "commitment": commitment, "digest": before[subject]})
    transaction.execute(digests.insert(), rows)


def _digests_after(transaction: Session, position: int) -> Iterator[_Row]:
    query = select(digests.c.position, digests.c.digest).where(digests.c.position > position)
    return iter(
        transaction.execute(query.order_by(digests.c.position).execution_options(yield_per=PAGE))
    )


def _wrong_roots(
    transaction: Session, service: str, keys: Keys, kept_roots: KeptRoots | None
) -> Iterator[Mismatch]:
    rest = _digests_after(transaction, 0)
    number = 0
    root = ""
    position = 0
    last = None
    for last in transaction.execute(select(roots).order_by(roots.c.number)).all():
        found = hashlib.sha256(root.encode())
        while position < last.position and (row := next(rest, None)) is not None:
            found.update(row.digest.encode())
            position += 1
        if last.number != number + 1:
            yield Mismatch(f"roots {number + 1} to {last.number - 1} {_MISSING}")
        if (last.position, last.root) != (position, found.hexdigest()):
            yield Mismatch(
                f"root {last.number} of {last.at:%Y-%m-%d} does not match the entries until it"
            )
        number = last.number
        root = last.root
        position = last.position
    if any(row.position != place for place, row in enumerate(rest, position + 1)):
        yield Mismatch("digests were removed since the last root")
    if kept_roots and kept_roots.get(number + 1) is not None:
        yield Mismatch(
            f"root {number + 1}, which the object store has, and any after it {_MISSING}"
        )
    if last is not None:
        text = _root_text(service, last.number, last.at, last.position, last.root)
        yield from _wrong_newest_root(last, text, keys, kept_roots)


def _wrong_newest_root(
    last: _Row, text: str, keys: Keys, kept_roots: KeptRoots | None
) -> Iterator[Mismatch]:
    """Yield what does not hold of the newest root. `text`: what was signed. It holds the roots
    before, so that their signatures need no look."""
    if keys and not _is_signed(keys, text, last.signature or ""):
        yield Mismatch(f"root {last.number} is not signed by a key of AUDIT_KEY")
    if system_now() - last.at > LONGEST_WITHOUT_ROOT:
        yield Mismatch(
            f"there is no root since {last.at:%Y-%m-%d}: compare its number, {last.number}, with "
            "the log's"
        )
    if kept_roots and kept_roots.get(last.number) != _kept_text(text, last.signature):
        yield Mismatch(f"root {last.number} is not the one in the object store")


def _root_text(service: str, number: int, at: datetime, position: int, root: str) -> str:
    return _canonical([service, number, _instant(at), position, root])


def _kept_text(text: str, signature: str | None) -> str:
    return f"{text} {signature or 'not signed'}"


def _is_signed(keys: Keys, text: str, signature: str) -> bool:
    for key in keys:
        with suppress(InvalidSignature, ValueError):
            key.public_key().verify(base64.b64decode(signature), text.encode())
            return True
    return False


def _digest(before: str, entry: AuditColumns, commitment: str) -> str:
    acting = (entry.actor_kind, entry.actor_id, entry.action, entry.subject)
    return hashlib.sha256(
        _canonical([before, entry.id, _instant(entry.at), *acting, commitment]).encode()
    ).hexdigest()


def _commitment(key: bytes, entry: AuditColumns) -> str:
    values = _canonical([entry.before, entry.after, entry.address])
    return hmac.new(key, values.encode(), hashlib.sha256).hexdigest()


def _is_committed(row: _Row, entry: AuditColumns) -> bool:
    """Return whether the personal values are those that were chained, or whether there is none
    where their key was destroyed."""
    if row.key is None:
        return entry.before is None and entry.after is None and entry.address is None
    return hmac.compare_digest(_commitment(row.key, entry), row.commitment)


def _canonical(values: Sequence[object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
