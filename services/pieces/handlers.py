"""What pieces does on events of registrations: of candidatures and of an opening's dates."""

from sqlalchemy.orm import Session

from services.chassis.events import Envelope
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.retention import erase_subject
from services.contracts.registrations import (
    DataErased,
    RegistrationSaved,
    RegistrationWithdrawn,
    WindowChanged,
)
from services.pieces.operations import candidature_copies
from services.pieces.operations.erasure import erase_pieces

registry = Handlers("pieces")
registry.calls(RegistrationWithdrawn, "hide_withdrawn", candidature_copies.hide_withdrawn)
registry.calls(WindowChanged, "move_period", candidature_copies.update_deposit_period)
registry.calls(DataErased, "erase_data", erase_pieces)


@registry.on(RegistrationSaved)
def renew_pieces(transaction: Session, event: RegistrationSaved, envelope: Envelope) -> None:
    """The pieces asked for follow the newest version of the candidature; no deposited file is
    lost."""
    if candidature_copies.is_erased(transaction, event.candidature_id, event.version):
        erase_subject(
            transaction, envelope.subject, naming=event.candidature_id
        )  # with this task, which holds names
    else:
        candidature_copies.update_from_registration(transaction, event)
