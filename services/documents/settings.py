"""Settings of documents, from the environment alone."""

import dataclasses

from services.chassis.settings import Secret
from services.chassis.signing_keys import SigningKeyError
from services.documents.clients.time_stamp_authority import TimeStampAuthority
from services.documents.paper_keys import PaperKeys
from services.documents.paper_seal import PaperSeal, SealError
from services.documents.rendering.sheet import AUTHORITY, Letterhead
from services.objects.store import ObjectSettings

NO_PASSPHRASE = Secret("")
DEMONSTRATION = "Démonstration : document sans valeur"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentsSettings(ObjectSettings):
    registrations_url: str
    """Asked for a candidature's current version, and for one whose event has not arrived yet."""
    paper_key: Secret
    """Ed25519 private keys, PEM (PKCS 8), one after the other: the first signs what papers say, all
    are published."""
    paper_public_keys: str = ""
    """Public keys, PEM, of those that are no longer there: what they signed is still verified
    without the portal."""
    paper_seal_file: str = ""
    """A PKCS#12 archive: the certificate (RSA or an elliptic curve) and the key that seal papers;
    empty: none is sealed."""
    paper_seal_passphrase: Secret = NO_PASSPHRASE
    """Of that archive; empty: it has none."""
    paper_time_stamps_url: str = ""
    """The authority (RFC 3161) that says when a paper was sealed; empty: only the portal says
    so."""
    document_authority: str = AUTHORITY
    """Printed under the académie's name on every document."""

    def letterhead(self) -> Letterhead:
        """Return the letterhead of every document; outside production it says that the document is
        not valid."""
        return Letterhead(
            self.document_authority,
            None if self.env == "production" else DEMONSTRATION,
            self.public_url,
        )

    def paper_seal(self) -> PaperSeal:
        """Load the seal of papers. Raises SealError."""
        url = self.paper_time_stamps_url
        return PaperSeal(
            self.paper_seal_file,
            self.paper_seal_passphrase,
            TimeStampAuthority(url) if url else None,
        )

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        if self.paper_time_stamps_url and not self.paper_time_stamps_url.startswith(
            ("http://", "https://")
        ):
            mistakes.append("PAPER_TIME_STAMPS_URL: http:// or https:// is expected")
        try:
            self.paper_seal()
        except SealError as error:
            mistakes.append(f"PAPER_SEAL_FILE, PAPER_SEAL_PASSPHRASE: {error}")
        try:
            PaperKeys(self.paper_key, self.paper_public_keys)
        except SigningKeyError as error:
            mistakes.append(f"PAPER_KEY, PAPER_PUBLIC_KEYS: {error}")
        return mistakes
