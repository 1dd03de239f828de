"""The form of an id. Text of another form names nothing, and is never sent to the database or to another service."""

from __future__ import annotations

import hashlib
import re

from services.contracts.document_rules import ID_FORM

_ID = re.compile(ID_FORM)


def is_id(text: str) -> bool:
    """Whether it is 32 lower-case hexadecimal digits, as `new_id` makes them."""
    return _ID.fullmatch(text) is not None


def published_document_id(order_id: str, candidature_id: str) -> str:
    """Of the document of a candidature in a publication or an import: always the same, so that it is published once."""
    return hashlib.sha256(f"{order_id}/{candidature_id}".encode()).hexdigest()[:32]
