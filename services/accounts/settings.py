"""Settings of accounts, from the environment alone."""

from __future__ import annotations

import dataclasses
import json

from services.accounts.domain.passwords import GUIDE, PROFILES
from services.accounts.signing import SigningKeyError, load_key
from services.chassis.settings import Secret
from services.mail.settings import MailSettings

_NONE = Secret("")


class ClientSecrets:
    """Which processes may obtain a service token, by their secret: {"gateway": "…", "pieces": "…"}."""

    def __init__(self, text: str) -> None:
        secrets = json.loads(text)
        if not isinstance(secrets, dict) or not all(isinstance(s, str) and len(s) >= 16 for s in secrets.values()):
            raise ValueError("a JSON object of secrets of at least 16 characters is expected")
        self._secrets: dict[str, str] = secrets

    def of(self, client: str) -> str | None:
        return self._secrets.get(client)

    def __repr__(self) -> str:
        return f"ClientSecrets({sorted(self._secrets)})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountsSettings(MailSettings):
    signing_key: Secret
    """Ed25519 private key, PEM (PKCS 8): access tokens and identities are signed with it."""
    client_secrets: ClientSecrets
    registrations_url: str
    mail_sender: str = "ne-pas-repondre@portail-candidat.example"
    sealing_key: Secret = _NONE
    """What mailed tokens and second factors are derived from; the signing key where empty. Set it before turning
    the signing key, or links under way and second factors are lost."""
    password_profile: str = GUIDE.name
    """« guide » (8 to 20 characters, classes) or « recommended » (12 to 128); both refuse common ones."""
    session_idle_seconds: int = 30 * 60
    session_absolute_seconds: int = 12 * 3600
    argon2_memory_kib: int = 19 * 1024
    argon2_passes: int = 2

    def mistakes(self) -> list[str]:
        found = super().mistakes()
        if self.password_profile not in PROFILES:
            found.append(f"PASSWORD_PROFILE: one of {', '.join(PROFILES)} is expected")
        try:
            load_key(self.signing_key)
        except SigningKeyError as error:
            found.append(f"SIGNING_KEY: {error}")
        if self.session_idle_seconds < 1 or self.session_absolute_seconds < 1:
            found.append("SESSION_IDLE_SECONDS, SESSION_ABSOLUTE_SECONDS: at least 1 is expected")
        return found
