"""The database of registrations, and the types that several of its tables have."""

from sqlalchemy import JSON, String

from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.mail.sent_mails import SentMails

db = Database()
events = EventTables(db)
sent_mails = SentMails(db)

ID = String(32)
DIGEST = String(64)
# Plain JSON: JSONB would sort the keys, and the order of lists of labels is what candidates see.
Json = JSON(none_as_null=True)
