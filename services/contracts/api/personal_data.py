"""« Mes données »: what a service holds of a person, in words, the same for each service, and what
accounts makes of it all."""

import re
from collections.abc import Iterable
from dataclasses import field
from datetime import date, datetime
from typing import Annotated, Protocol

from msgspec import Meta

from services.contracts import page_labels, problem_types
from services.contracts.api.history import Event, text_of, words
from services.contracts.api.mails import STATE_LABELS, StoredMail
from services.contracts.api.operation import Answered, Callers, Instant, service
from services.contracts.audit_labels import ACTION_LABELS, ACTOR_LABELS
from services.french import short_date, short_instant

TITLE = page_labels.MY_DATA
_SECONDS = 60.0  # the worker of accounts waits, nobody else
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
MANY = 100_000  # mails: more than anybody has had
_LONGEST_NAME = 100  # characters


class Fact(Answered):
    label: str
    value: str


class Item(Answered):
    """Something held, or something that happened."""

    title: str
    at: Instant | None = None
    facts: tuple[Fact, ...] = ()
    file: Annotated[str | None, Meta(description="Son chemin dans l'archive")] = None


class Held(Answered):
    """Items that belong together."""

    kind: Annotated[
        str, Meta(description="La catégorie de données, dont dépendent finalité et durée")
    ]
    title: str
    items: tuple[Item, ...]


class Part(Answered):
    """The part of a person's data that one service holds. `files`: their paths in the archive by
    the ids under which it gives them."""

    held: tuple[Held, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


class PersonalData(Answered):
    """Everything of a person that the portal holds: the content of « donnees.json »."""

    made_at: Instant
    held: tuple[Held, ...]


_ACCOUNTS = Callers(service("accounts"))
_DATA = "/v1/candidates/<candidate_id>/data"
read_part = _ACCOUNTS.get(
    _DATA,
    Part,
    "What this service holds of a person; nothing of one whom it does not know.",
    seconds=_SECONDS,
)
read_held_file = _ACCOUNTS.get(
    f"{_DATA}/<file_id>",
    bytes,
    "A file of that person, as it was given.",
    media_type="application/octet-stream",
    seconds=_SECONDS,
    problems=(problem_types.FILE_LOST,),
)


class LabelledCandidature(Protocol):
    """A row of a service with the labels of a candidature."""

    @property
    def exam_label(self) -> str: ...
    @property
    def session_label(self) -> str: ...
    @property
    def academie_label(self) -> str: ...
    @property
    def numero_inscription(self) -> str: ...


class TracedAct(Protocol):
    """An entry of the audit trail of a service."""

    @property
    def at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...


def facts(*pairs: tuple[str, object]) -> tuple[Fact, ...]:
    """Return what these (label, value) say, in French. What is None or empty is left out."""
    return tuple(
        Fact(label=label, value=_shown(value))
        for label, value in pairs
        if value not in (None, "", (), [])
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return short_instant(value) if isinstance(value, datetime) else short_date(value)
    return ", ".join(map(_shown, value)) if isinstance(value, list | tuple) else str(value)


def labels_of(row: LabelledCandidature) -> str:
    """Return « BTS – BTS 2022 – ACADÉMIE DE BESANCON, N° inscription 001 »."""
    return (
        f"{row.exam_label} – {row.session_label} – {row.academie_label}, N° inscription "
        f"{row.numero_inscription}"
    )


def of_candidature(kind: str, title: str, items: Iterable[Item], events: Iterable[Event]) -> Held:
    """Return what is held of a candidature, then its « Historique », the oldest first. `events`:
    the newest first."""
    return Held(kind=kind, title=title, items=(*items, *map(_of_event, reversed([*events]))))


def _of_event(event: Event) -> Item:
    changes = (
        (f"{change.section}, {change.label}", f"{change.before} → {change.after}")
        for change in event.changes
    )
    return Item(
        title=words(event), at=event.at, facts=facts(("Précision", text_of(event)), *changes)
    )


def of_mails(mails: Iterable[StoredMail]) -> Held:
    return Held(kind="mails", title="Mails envoyés", items=tuple(map(_of_mail, mails)))


def _of_mail(mail: StoredMail) -> Item:
    known = facts(("À", mail.address), ("État", STATE_LABELS[mail.state]), ("Texte", mail.text))
    return Item(title=mail.subject, at=mail.at, facts=known)


def of_trail(entries: Iterable[TracedAct]) -> Held:
    """Return what entries of an audit trail tell: what was done, without who did it."""
    return Held(kind="journal", title="Journal des actes", items=tuple(map(_of_entry, entries)))


def _of_entry(entry: TracedAct) -> Item:
    by = facts(("Par", ACTOR_LABELS.get(entry.actor_kind, entry.actor_kind)))
    return Item(title=ACTION_LABELS.get(entry.action, entry.action), at=entry.at, facts=by)


def archive_path(folder: str, id: str, name: str) -> str:
    """Return where a file stands in the archive: no name leads out of its folder, and those of one
    name are told apart."""
    return f"{folder}/{id[:8]}-{_UNSAFE.sub('_', name)[-_LONGEST_NAME:]}"
