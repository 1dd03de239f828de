"""Whether a draft can still be transmitted, and where it is read again."""

from __future__ import annotations

from services.contracts.api.drafts import Draft
from services.contracts.registration_codes import WindowState


def is_over(draft: Draft) -> bool:
    """Whether it can never be transmitted: waiting does not help."""
    return any(obstacle.reason != WindowState.NOT_YET for obstacle in draft.obstacles)


def recap_number(draft: Draft) -> int:
    """The number of the tab « Récapitulatif »."""
    return next((tab.number for tab in draft.tabs if tab.kind == "recap"), draft.current)
