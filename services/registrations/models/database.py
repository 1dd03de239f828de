"""The database of registrations, and what its tables share."""

from __future__ import annotations

from sqlalchemy import JSON, String, text

from services.chassis.database.transactions import Database
from services.chassis.events import EventTables
from services.mail.sent_mails import SentMails

db = Database()
events = EventTables(db)
sent_mails = SentMails(db)

ID = String(32)
DIGEST = String(64)
# Plain JSON: JSONB would sort the keys, and the order of lists of labels is what candidates see.
Json = JSON(none_as_null=True)

ENDED = text("state <> 'active'")
OPEN = text("closed_at IS NULL")
CLOSED = text("closed_at IS NOT NULL")
