"""The statuses that a gestionnaire gives a piece (guide §10): their codes, and what people read."""

from __future__ import annotations

STATUS_LABELS = {
    "received": "Reçue",
    "non_compliant": "Non Conforme",
    "compliant": "Conforme",
}
