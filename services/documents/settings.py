"""Settings of documents, from the environment alone."""

import dataclasses

from services.chassis.settings import Secret
from services.chassis.signing_keys import SigningKeyError
from services.documents.paper_keys import PaperKeys
from services.documents.rendering.sheet import AUTHORITY, Letterhead
from services.objects.settings import ObjectSettings

DEMONSTRATION = "Démonstration : document sans valeur"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentsSettings(ObjectSettings):
    registrations_url: str
    """Called for a version whose event has not arrived yet."""
    paper_key: Secret
    """Ed25519 private keys, PEM (PKCS 8), one after the other: the first signs what papers say, all are published."""
    paper_public_keys: str = ""
    """Public keys, PEM, of those that are no longer there: what they signed is still verified without the portal."""
    document_authority: str = AUTHORITY
    """Printed under the académie's name on every document."""

    def letterhead(self) -> Letterhead:
        """The letterhead of every document; outside production it says that the document is not valid."""
        return Letterhead(self.document_authority, None if self.env == "production" else DEMONSTRATION, self.public_url)

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        try:
            PaperKeys(self.paper_key, self.paper_public_keys)
        except SigningKeyError as error:
            mistakes.append(f"PAPER_KEY, PAPER_PUBLIC_KEYS: {error}")
        return mistakes
