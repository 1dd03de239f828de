"""Stores both formats of what was rendered, for a document's row."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from services.contracts.document_rules import FileFormat
from services.documents.domain.document_names import DocumentName
from services.documents.models import db
from services.documents.rendering.pdf_and_html import Rendered
from services.objects import ContentDigest, ObjectStore, discard, operation_naming, put_verified

Files = dict[str, Any]
"""Keys, sizes (bytes) and SHA-256 of a document's two files, by the columns of its row."""


@contextmanager
def operation_storing(store: ObjectStore, rendered: Rendered, name: DocumentName) -> Iterator[tuple[Session, Files]]:
    """Store PDF and HTML, or neither, then one write transaction that adds the row naming them. Raises
    StoreUnavailable, BytesChanged."""
    keys, files = list[str](), Files()
    try:
        for file_format in FileFormat:
            content = rendered.in_format(file_format)
            stored = size_and_digest(content)
            key = name.key(file_format.value, stored.sha256)
            put_verified(store, key, io.BytesIO(content), stored, file_format.content_type)
            keys.append(key)
            files |= {f"{file_format}_key": key, f"{file_format}_size": stored.size}
            files[f"{file_format}_sha256"] = stored.sha256
    except BaseException:
        discard(store, *keys)
        raise
    with operation_naming(db, store, *keys) as session:
        yield session, files


def size_and_digest(content: bytes) -> ContentDigest:
    """Size and SHA-256 of these bytes, which the store must give back when it is asked to read them."""
    return ContentDigest(len(content), hashlib.sha256(content).hexdigest())
