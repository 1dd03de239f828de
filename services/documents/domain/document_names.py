"""The ids of documents, the names under which they are saved, and their keys in the object store.

Keys say whose document it is:

documents/<candidature>/<type>/<version, 0 for a publication>/<document>-<attempt>-<SHA-256>.<pdf or
html> documents/<candidature>/<type>/<version>.<edition, after the
first>/<document>-<attempt>-<SHA-256>.<pdf or html>
publications/<publication>/<attempt>-<SHA-256>.<pdf, or bin for a sending that waits for its check>
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, field

from services.contracts.document_rules import ID_FORM

_ID = re.compile(ID_FORM)


def is_id(text: str) -> bool:
    """Tell whether a text is 32 lower-case hexadecimal digits, as `new_id` makes them."""
    return _ID.fullmatch(text) is not None


def derived_id(*parts: str) -> str:
    """Return an id that is the same for the same parts: of a candidature's document in an order, so
    that it is published once; of an order, by its caller and key."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class DocumentName:
    """The parts of a key, without format and digest. `attempt` tells apart several attempts at
    storing the same document; `version` 0 is a published document."""

    candidature_id: str
    type: str
    version: int
    document_id: str
    edition: int = 1
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def key(self, extension: str, sha256: str) -> str:
        """Return the key of the file with that extension and SHA-256."""
        edition = f".{self.edition}" if self.edition > 1 else ""
        folder = f"documents/{self.candidature_id}/{self.type}/{self.version}{edition}"
        return f"{folder}/{self.document_id}-{self.attempt}-{sha256}.{extension}"


def publication_key(publication_id: str, sha256: str, extension: str) -> str:
    """Make the key of what a gestionnaire uploaded; a different one for each attempt."""
    return f"publications/{publication_id}/{uuid.uuid4().hex[:8]}-{sha256}.{extension}"


_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
MAX_LENGTH = 120  # characters before the extension


def filename(
    label: str, session_label: str, extension: str, version: int | None = None, edition: int = 1
) -> str:
    """Name a file as it is saved, without characters that a file system refuses:
    « Confirmation d'inscription - BTS 2022 - version 1.pdf »."""
    parts = [label, session_label]
    if version is not None:
        parts.append(f"version {version}")
    if edition > 1:
        parts.append(f"édition {edition}")
    name = re.sub(r"\s+", " ", _UNSAFE.sub(" ", " - ".join(parts))).strip(" .")
    return f"{name[:MAX_LENGTH].rstrip(' .')}.{extension}"
