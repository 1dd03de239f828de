"""Events published by documents: what an exam office did with documents of candidatures.

Instants are ISO 8601 with offset, in UTC. Labels are ready to be shown (French).
"""

from services.contracts.base import Contract

PUBLISHED = "published"
REPLACED = "replaced"
WITHDRAWN = "withdrawn"


class DocumentsAnnounced(
    Contract, type="documents.documents_announced.v1", consumers=("registrations",)
):
    """One document of each of these candidatures was published, replaced by a new one, or withdrawn
    (`act`).

    registrations mails each candidate, where the session wants it. `reason`: one that is meant for
    them.
    """

    act: str
    at: str
    label: str
    reason: str | None
    candidatures: tuple[str, ...]
