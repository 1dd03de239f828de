"""Tables of registrations: catalogue revisions, openings, drafts, candidatures with their versions, numbers, audit.

A saved version stays readable for good: it keeps its event, its answers and the digest of its catalogue.
"""

from services.registrations.models.audit import AuditEntry
from services.registrations.models.candidatures import (
    BIRTH_DATE,
    Candidature,
    CandidatureNote,
    CandidatureVersion,
    Draft,
)
from services.registrations.models.catalogue import (
    CatalogueRevision,
    CurrentExam,
    EtablissementRow,
    OpeningChange,
    OpeningRow,
)
from services.registrations.models.database import (
    CLOSED,
    DIGEST,
    ENDED,
    ID,
    OPEN,
    Json,
    db,
    events,
    sent_mails,
)
from services.registrations.models.home_page import Message
from services.registrations.models.people import Candidate, MailRefusal, NumberCounter

__all__ = [
    "BIRTH_DATE",
    "CLOSED",
    "DIGEST",
    "ENDED",
    "ID",
    "OPEN",
    "AuditEntry",
    "Candidate",
    "Candidature",
    "CandidatureNote",
    "CandidatureVersion",
    "CatalogueRevision",
    "CurrentExam",
    "Draft",
    "EtablissementRow",
    "Json",
    "MailRefusal",
    "Message",
    "NumberCounter",
    "OpeningChange",
    "OpeningRow",
    "db",
    "events",
    "sent_mails",
]
