"""What the gateway reads from its environment."""

import dataclasses
from pathlib import Path
from urllib.parse import urlsplit

from services.chassis import brand
from services.chassis.settings import Secret, Settings

_NONE = Secret("")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GatewaySettings(Settings):
    accounts_url: str
    registrations_url: str
    documents_url: str
    pieces_url: str
    client_secret: Secret
    """With client id « gateway », obtains the gateway's own token from accounts: the first line of
    several."""
    seal_key: Secret
    """Fernet keys (32 bytes, URL-safe base64), one a line: the first encrypts what was posted in an
    ended session (gateway/seal.py), all of them decrypt it."""
    client_id: str = "gateway"
    brand_institution: str = brand.INSTITUTION
    """Lines of the brand block, separated by « | »: the State's marks are for the State alone."""
    brand_tagline: str = brand.TAGLINE
    mail_folder: str = ""
    """Where the one-machine mode keeps its mails; when set, /mails shows them. Refused in
    production."""
    uploads_at_once: int = 64
    """Uploads received at the same time; others are answered 503 with Retry-After, so that pages
    stay quick."""
    uploads_per_candidate: int = 3
    """Of these, uploads of one candidate. How many pieces handles at the same time is a limit of
    its own (MAX_CONCURRENT_DEPOSITS), and so is how many make one document (MAX_MERGED_FILES)."""
    behind_proxy: bool = False
    """All requests come through our own proxy, whose headers say when a request arrived
    (gateway/app.py)."""
    franceconnect_issuer: str = ""
    """As accounts has it: where it is set, pages offer FranceConnect; empty: they do not."""
    proconnect_issuer: str = ""
    metrics_token: Secret = _NONE
    """What a monitor sends as « Authorization: Bearer »; without one, /metrics answers this machine
    alone."""
    trusted_proxies: int = 0
    """Reverse proxies in front whose X-Forwarded-For is believed."""
    threads: int = 256
    """Requests answered at once; most wait for services and cost little."""

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        if self.env == "production" and self.mail_folder:
            mistakes.append("MAIL_FOLDER: mails are not shown in production")
        if urlsplit(self.public_url).scheme not in ("http", "https"):
            mistakes.append("PUBLIC_URL: http:// or https:// is expected")
        return mistakes

    @property
    def https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def page_calls_at_once(self) -> int:
        """Calls of pages to one service: with all four hung at once, half of the threads are
        held."""
        return max(1, self.threads // 8)

    @property
    def password_calls_at_once(self) -> int:
        """Calls of pages that have a password hashed, which may wait: they take no place of who is
        logged in."""
        return max(1, self.threads // 16)

    @property
    def staff_calls_at_once(self) -> int:
        """Calls of gestionnaires' pages to one service, and as many of tools: each an eighth of the
        threads for the four. A file holds its place until its last byte is read, and must take none
        of a candidate's pages."""
        return max(1, self.threads // 32)

    def url_of(self, service: str) -> str:
        return str(getattr(self, f"{service}_url"))

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def hosts(self) -> frozenset[str]:
        """The only Host headers answered."""
        public = urlsplit(self.public_url)
        port = f":{public.port}" if public.port else ""
        local = {f"127.0.0.1{port}", f"localhost{port}"} if not self.production else set()
        return frozenset({public.netloc, *local})

    @property
    def mails(self) -> Path | None:
        return Path(self.mail_folder) if self.mail_folder else None
