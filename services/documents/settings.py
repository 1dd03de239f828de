"""Settings of documents, from the environment alone."""

from __future__ import annotations

import dataclasses

from services.documents.rendering.sheet import Letterhead
from services.objects.settings import ObjectSettings

DEMONSTRATION = "Démonstration : document sans valeur"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentsSettings(ObjectSettings):
    registrations_url: str
    """Asked for a version whose event has not come yet."""
    document_authority: str = "MINISTÈRE DE L'ÉDUCATION NATIONALE"
    """Printed under the académie's name on every document."""

    def letterhead(self) -> Letterhead:
        """What every document of this installation bears; outside production it says that it is worth nothing."""
        return Letterhead(self.document_authority, None if self.env == "production" else DEMONSTRATION)
