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
    ACTIVE,
    CANDIDATURE_STATES,
    CLOSED,
    DIGEST,
    ECARTEE,
    ENDED,
    ID,
    OPEN,
    WITHDRAWN,
    Json,
    db,
    events,
    sent_mails,
)
from services.registrations.models.home_page import Message
from services.registrations.models.people import Candidate, MailRefusal, NumberCounter

__all__ = [
    "ACTIVE",
    "BIRTH_DATE",
    "CANDIDATURE_STATES",
    "CLOSED",
    "DIGEST",
    "ECARTEE",
    "ENDED",
    "ID",
    "OPEN",
    "WITHDRAWN",
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
