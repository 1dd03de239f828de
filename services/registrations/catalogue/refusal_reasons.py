"""Reads the reasons for a refusal (« motifs de refus ») that a gestionnaire chooses from for « Non
Conforme »: `refusal_reasons` in an exam's `exam.yaml`, for any piece, and in `pieces`, for one.

`Exam.refusal_reasons_of` says which are offered for a piece."""

from services.contracts.registration_rules import REFUSAL_REASON_LENGTH
from services.registrations.catalogue.fields import Fields, too_long


def refusal_reasons(fields: Fields) -> tuple[str, ...]:
    """Read the sentences of an exam or of a piece, as candidates read them."""
    reasons = fields.texts("refusal_reasons")
    for node, reason in zip(fields.items("refusal_reasons"), reasons, strict=True):
        mistake = too_long("motif de refus", reason, REFUSAL_REASON_LENGTH)
        if mistake is not None:
            fields.refuse(node, mistake)
    return reasons
