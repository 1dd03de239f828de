"""The key of a form that orders something: sent twice, the form is carried out once."""

from __future__ import annotations

import re
import secrets

from gateway.web.gestion.posted_text import posted_text
from services.chassis.errors import NotFound

_FORM = re.compile(r"[\w-]{20,100}", re.ASCII)


def new_order_key() -> str:
    """For a form that is shown anew; it stays the same while what was typed is corrected."""
    return secrets.token_urlsafe(24)


def posted_order_key() -> str:
    """Of the field « order_key ». Raises NotFound for what no form of ours holds."""
    order_key = posted_text("order_key")
    if not _FORM.fullmatch(order_key):
        raise NotFound()
    return order_key
