"""Settings of documents, from the environment alone."""

import dataclasses

from services.documents.rendering.sheet import AUTHORITY, Letterhead
from services.objects.settings import ObjectSettings

DEMONSTRATION = "Démonstration : document sans valeur"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentsSettings(ObjectSettings):
    registrations_url: str
    """Called for a version whose event has not arrived yet."""
    document_authority: str = AUTHORITY
    """Printed under the académie's name on every document."""

    def letterhead(self) -> Letterhead:
        """The letterhead of every document; outside production it says that the document is not valid."""
        return Letterhead(self.document_authority, None if self.env == "production" else DEMONSTRATION)
