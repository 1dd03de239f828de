"""« Historique » of a candidature: begun, saved, ended, restored, and the mails that tell of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import String, bindparam, cast, literal, null, or_, select, union_all
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.api.history import Event, History, newest_first
from services.contracts.registration_rules import WITHDRAWN
from services.contracts.registrations import from_stored
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
_KEPT_FROM_CANDIDATES = (
    f"candidature.{WITHDRAWN}",
)  # the reasons that staff give for these are their own
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
"""(at, act, by, version, text, state, data): of versions, of the audit trail, of mails."""


def history(transaction: DbSession, candidate_id: str, candidature_id: str) -> History:
    """Of a candidature in any state. Raises NotFound for an unknown one, or someone else's."""
    rows = transaction.execute(
        _HISTORY, {"candidate_id": candidate_id, "candidature_id": candidature_id}
    ).all()
    versions = sorted((row for row in rows if row.act == _VERSION), key=lambda row: row.version)
    if not versions:
        raise NotFound()
    newest = from_stored(versions[-1].data)
    events = [*_of_trail(rows), *_of_versions(rows, versions)]
    mails = (row for row in rows if row.act == _MAIL)
    events += [
        Event(at=row.at, act=_MAIL, author="service", title=row.text, state=row.state)
        for row in mails
    ]
    label = f"{newest.exam.label} – {newest.session.label} – {newest.academie.label}"
    return History(
        events=newest_first(events), label=f"{label}, N° inscription {newest.numero_inscription}"
    )


def _of_versions(rows: Sequence[Any], versions: Sequence[Any]) -> Iterator[Event]:
    """A version that restored the candidature tells of that alone."""
    restored = {row.at for row in rows if row.act == _RESTORED}
    recaps = [None, *(recap(from_stored(row.data)) for row in versions)]
    for row, (before, after) in zip(versions, pairwise(recaps), strict=True):
        yield Event(
            at=row.at,
            act=_RESTORED if row.at in restored else _SAVED,
            author=_author(row.by),
            version=row.version,
            text=row.text,
            changes=changes(before, after) if before and after else (),
        )


def _of_trail(rows: Sequence[Any]) -> Iterator[Event]:
    for row in rows:
        values = row.data or {}
        if row.act == _SAVED and (begun_at := values.get("begun_at")):
            yield Event(
                at=datetime.fromisoformat(begun_at), act="draft.begun", author=_author(row.by)
            )
        elif row.act in _OTHER_ACTS:
            reason = None if row.act in _KEPT_FROM_CANDIDATES else values.get("reason")
            version = values.get("version") if row.act == _VALIDATED else None
            yield Event(
                at=row.at, act=row.act, author=_author(row.by), version=version, text=reason
            )


def _author(by: str) -> str:
    """« candidate:… »: what anybody else writes is the service gestionnaire's."""
    return "candidate" if by.partition(":")[0] == "candidate" else "staff"
