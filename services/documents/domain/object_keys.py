"""The keys of a document's objects: they say whose document it is, so that a lost row can be made again from them.

documents/<candidature>/<type>/<version, 0 for a publication>/<document>-<attempt>-<SHA-256>.<pdf or html>
publications/<publication>/<attempt>-<SHA-256>.pdf
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

_KEY = re.compile(
    r"documents/(?P<candidature_id>[0-9a-f]{32})/(?P<type>[a-z_]+)/(?P<version>\d{1,6})"
    r"/(?P<document_id>[0-9a-f]{32})-(?P<attempt>[0-9a-f]{8})-(?P<sha256>[0-9a-f]{64})\.(?P<extension>pdf|html)"
)


@dataclass(frozen=True)
class DocumentName:
    """One attempt at keeping a document, of which several may be under way at once; `version` 0: a publication."""

    candidature_id: str
    type: str
    version: int
    document_id: str
    attempt: str

    @classmethod
    def new(cls, candidature_id: str, type: str, version: int, document_id: str) -> DocumentName:
        return cls(candidature_id, type, version, document_id, uuid.uuid4().hex[:8])

    def key(self, extension: str, sha256: str) -> str:
        """Of the form that has that extension and digest."""
        folder = f"documents/{self.candidature_id}/{self.type}/{self.version}"
        return f"{folder}/{self.document_id}-{self.attempt}-{sha256}.{extension}"


def read_key(key: str) -> tuple[DocumentName, str, str] | None:
    """(whose, extension, SHA-256); None for a key of another form."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    parts = match.groupdict()
    extension, sha256 = parts.pop("extension"), parts.pop("sha256")
    name = DocumentName(version=int(parts.pop("version")), **parts)
    # Another spelling would name another object.
    return (name, extension, sha256) if name.key(extension, sha256) == key else None


def publication_key(publication_id: str, sha256: str) -> str:
    """Of the PDF that a gestionnaire uploaded; another one for each attempt."""
    return f"publications/{publication_id}/{uuid.uuid4().hex[:8]}-{sha256}.pdf"
