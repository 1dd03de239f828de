"""When a candidate may register, change a candidature or withdraw it: each while the registration window is open.

The API answers with one `modifiable` for the change and the withdrawal; deadlines that differ need a field each.
"""

from __future__ import annotations

from datetime import datetime

from services.registrations.domain.exam_definition import Opening
from services.registrations.domain.windows import is_open


def may_register(opening: Opening, instant: datetime) -> bool:
    """Begin a draft of a new candidature, or save it."""
    return is_open(opening.opens, opening.closes, instant)


def may_be_modified(opening: Opening, instant: datetime) -> bool:
    """Begin the modification of a saved candidature, or save it."""
    return is_open(opening.opens, opening.closes, instant)


def may_be_withdrawn(opening: Opening, instant: datetime) -> bool:
    """« Se désinscrire »."""
    return is_open(opening.opens, opening.closes, instant)
