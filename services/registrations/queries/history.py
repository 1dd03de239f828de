"""« Historique » of a candidature: begun, saved, ended, restored, and the mails that tell of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, literal, null, or_, select, union_all
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.api.history import Event, History, newest_first
from services.contracts.registration_rules import WITHDRAWN
from services.contracts.registrations import Recap, RegistrationSaved, from_stored
from services.registrations.domain.registration_content import changes
from services.registrations.models import (
    AuditEntry,
    Candidature,
    CandidatureVersion,
    Json,
    sent_mails,
)
from services.registrations.queries.candidatures import recap

_VERSION = "version"
_MAIL = "mail.sent"
_SAVED = "candidature.saved"
_RESTORED = "candidature.restored"
_VALIDATED = "candidature.validated"
_OTHER_ACTS = (_VALIDATED, f"candidature.{WITHDRAWN}", "candidature.ecartee")
_KEPT_FROM_CANDIDATES = (f"candidature.{WITHDRAWN}",)
"""The acts of which candidates do not read the reason that staff give: it is their own."""
_OWN = (Candidature.id == bindparam("candidature_id")) & (
    Candidature.candidate_id == bindparam("candidate_id")
)
_Mail = sent_mails.SentMail
_NOTHING = cast(null(), String)
_NO_VERSION = literal(0)
_HISTORY = union_all(
    select(
        CandidatureVersion.saved_at.label("at"),
        literal(_VERSION).label("act"),
        CandidatureVersion.saved_by.label("by"),
        CandidatureVersion.version.label("version"),
        CandidatureVersion.reason.label("text"),
        _NOTHING.label("state"),
        CandidatureVersion.payload.label("data"),
    )
    .join(Candidature, Candidature.id == CandidatureVersion.candidature_id)
    .where(_OWN),
    select(
        AuditEntry.at,
        AuditEntry.action,
        AuditEntry.actor_kind,
        _NO_VERSION,
        _NOTHING,
        _NOTHING,
        AuditEntry.after,
    )
    .join(Candidature, Candidature.id == AuditEntry.subject)
    .where(_OWN, AuditEntry.action.in_((_SAVED, _RESTORED, *_OTHER_ACTS))),
    select(
        _Mail.at,
        literal(_MAIL),
        literal("service"),
        _NO_VERSION,
        _Mail.subject,
        _Mail.state,
        cast(null(), Json),
    )
    .join(Candidature, Candidature.candidate_id == _Mail.owner_id)
    .where(_OWN, or_(_Mail.about == Candidature.id, _Mail.about.is_(None))),
)
"""Select what `_Entry` holds: of versions, of the audit trail, of mails."""


@dataclass(frozen=True)
class _Entry:
    """Something that is known of a candidature.

    `act`: of ACTS, or _VERSION. `by`: « candidate:<id> », « staff:<id> », or the kind alone.
    `version`: 0 but of a version. `text`: the reason of a version, the subject of a mail. `state`:
    of a mail. `data`: the event of a version, what an act left after it in the audit trail; empty
    of a mail.
    """

    at: datetime
    act: str
    by: str
    version: int
    text: str | None
    state: str | None
    data: dict[str, Any]


def history(transaction: DbSession, candidate_id: str, candidature_id: str) -> History:
    """Return the history of a candidature in any state. Raises NotFound for an unknown one, or
    someone else's."""
    known = {"candidate_id": candidate_id, "candidature_id": candidature_id}
    entries = [
        _Entry(at, act, by, version, text, state, data or {})
        for at, act, by, version, text, state, data in transaction.execute(_HISTORY, known)
    ]
    versions = sorted(
        (entry for entry in entries if entry.act == _VERSION), key=lambda entry: entry.version
    )
    if not versions:
        raise NotFound()
    restored = {entry.at for entry in entries if entry.act == _RESTORED}
    events = [
        *_events_of_trail(entries),
        *_events_of_versions(versions, restored),
        *_events_of_mails(entries),
    ]
    return History(events=newest_first(events), label=_label(from_stored(versions[-1].data)))


def _label(newest: RegistrationSaved) -> str:
    exam = f"{newest.exam.label} – {newest.session.label} – {newest.academie.label}"
    return f"{exam}, N° inscription {newest.numero_inscription}"


def _events_of_versions(
    versions: Sequence[_Entry], restored: Collection[datetime]
) -> Iterator[Event]:
    """Yield the save of each version. One that restored the candidature, at an instant of
    `restored`, tells of that alone."""
    before: Recap | None = None
    for entry in versions:
        after = recap(from_stored(entry.data))
        yield Event(
            at=entry.at,
            act=_RESTORED if entry.at in restored else _SAVED,
            author=_author(entry.by),
            version=entry.version,
            text=entry.text,
            changes=changes(before, after) if before else (),
        )
        before = after


def _events_of_trail(entries: Sequence[_Entry]) -> Iterator[Event]:
    """Yield what the audit trail alone tells: that the draft was begun, and other acts."""
    for entry in entries:
        values = entry.data
        if entry.act == _SAVED and values.get("begun_at"):
            begun_at = datetime.fromisoformat(values["begun_at"])
            yield Event(at=begun_at, act="draft.begun", author=_author(entry.by))
        elif entry.act in _OTHER_ACTS:
            yield Event(
                at=entry.at,
                act=entry.act,
                author=_author(entry.by),
                version=values.get("version") if entry.act == _VALIDATED else None,
                text=None if entry.act in _KEPT_FROM_CANDIDATES else values.get("reason"),
            )


def _events_of_mails(entries: Sequence[_Entry]) -> Iterator[Event]:
    for entry in entries:
        if entry.act == _MAIL:
            yield Event(
                at=entry.at, act=_MAIL, author="service", title=entry.text, state=entry.state
            )


def _author(by: str) -> str:
    """Return the kind of who acted. What anybody but the candidate writes is the service
    gestionnaire's."""
    return "candidate" if by.partition(":")[0] == "candidate" else "staff"
