"""How the statuses of pieces look, to candidates and to gestionnaires."""

from __future__ import annotations

STATUS_SEVERITIES = {"received": "info", "non_compliant": "error", "compliant": "success"}
"""Of their badges, by the codes of services/contracts/piece_rules.py."""
