"""Tables of pieces: a copy of each candidature, the pieces it asks for, their deposits, validations and controls.

Bytes of deposited files are in the object store, all else about them is here. Deposits, validations and controls are
history: rows are only added, and of a deposit only its removal and its scan are noted later. Tools read changes.
"""

from services.pieces.models.candidatures import Candidature, Window, Withdrawal
from services.pieces.models.changes import Change, ChangeCounter
from services.pieces.models.database import (
    CONTROLLED,
    TO_CONTROL,
    db,
    event_tables,
    object_tables,
)
from services.pieces.models.deposits import Deposit, DepositTries, Upload, UploadPart
from services.pieces.models.pieces import AuditEntry, Control, Piece, Validation
from services.pieces.models.reminders import RefusalNotice, Reminder, ReminderRound

__all__ = [
    "CONTROLLED",
    "TO_CONTROL",
    "AuditEntry",
    "Candidature",
    "Change",
    "ChangeCounter",
    "Control",
    "Deposit",
    "DepositTries",
    "Piece",
    "RefusalNotice",
    "Reminder",
    "ReminderRound",
    "Upload",
    "UploadPart",
    "Validation",
    "Window",
    "Withdrawal",
    "db",
    "event_tables",
    "object_tables",
]
