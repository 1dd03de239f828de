"""The statuses that a gestionnaire gives a piece (guide §10): their codes, and what people read."""

from __future__ import annotations

NON_COMPLIANT = "non_compliant"
STATUS_LABELS = {
    "received": "Reçue",
    NON_COMPLIANT: "Non Conforme",
    "compliant": "Conforme",
}
