"""Tables of registrations, one module for what changes together."""

from services.registrations.models.audit import AuditEntry, audit_chain
from services.registrations.models.base import Json, db, events, sent_mails
from services.registrations.models.candidates import Candidate, MailRefusal, NumberCounter
from services.registrations.models.candidatures import (
    Candidature,
    CandidatureNote,
    CandidatureValidation,
    CandidatureVersion,
    VersionEdition,
)
from services.registrations.models.catalogue import CatalogueRevision, CurrentExam, EtablissementRow
from services.registrations.models.drafts import Draft
from services.registrations.models.messages import Message
from services.registrations.models.openings import Incident, OpeningChange, OpeningRow
from services.registrations.models.retention import RetentionHold, RetentionStep

__all__ = [
    "AuditEntry",
    "Candidate",
    "Candidature",
    "CandidatureNote",
    "CandidatureValidation",
    "CandidatureVersion",
    "CatalogueRevision",
    "CurrentExam",
    "Draft",
    "EtablissementRow",
    "Incident",
    "Json",
    "MailRefusal",
    "Message",
    "NumberCounter",
    "OpeningChange",
    "OpeningRow",
    "RetentionHold",
    "RetentionStep",
    "VersionEdition",
    "audit_chain",
    "db",
    "events",
    "sent_mails",
]
