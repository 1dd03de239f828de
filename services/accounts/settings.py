"""Settings of accounts, from the environment alone."""

import dataclasses
from typing import Annotated

import msgspec

from services.accounts.domain.passwords import GUIDE, PROFILES
from services.chassis.settings import Secret
from services.chassis.signing_keys import SigningKeyError, load_keys
from services.contracts.api.sign_in import FRANCECONNECT, PROCONNECT, PROVIDER_LABELS
from services.mail.settings import MailSettings
from services.objects.store import ObjectSettings

_NONE = Secret("")
_ClientSecret = Annotated[str, msgspec.Meta(min_length=16)]
_ClientSecretsTurned = Annotated[list[_ClientSecret], msgspec.Meta(min_length=1)]


class ClientSecrets:
    """The processes that may obtain a service token, by their secret: {"gateway": "…", "pieces":
    "…"}; while it is rotated by any of a list."""

    def __init__(self, text: str) -> None:
        try:
            secrets = msgspec.json.decode(
                text, type=dict[str, _ClientSecret | _ClientSecretsTurned]
            )
        except msgspec.MsgspecError:
            raise ValueError(
                "a JSON object of secrets of at least 16 characters is expected, or lists of them"
            ) from None
        self._secrets = {
            client: [each] if isinstance(each, str) else each for client, each in secrets.items()
        }

    def of(self, client: str) -> list[str]:
        """Return the accepted secrets; none for an unknown client."""
        return self._secrets.get(client, [])

    def __repr__(self) -> str:
        return f"ClientSecrets({sorted(self._secrets)})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """The portal's registration with FranceConnect or ProConnect. `issuer`: "" where nobody signs
    in with it."""

    issuer: str
    client_id: str
    client_secret: Secret
    scopes: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountsSettings(MailSettings, ObjectSettings):
    signing_key: Secret
    """Ed25519 private keys, PEM (PKCS 8), one after the other: access tokens and identities are
    signed with the first; all are published, so that what the others signed is still accepted."""
    client_secrets: ClientSecrets
    registrations_url: str
    documents_url: str
    pieces_url: str
    sealing_key: Secret = _NONE
    """Keys that seal mailed tokens and second factors, one a line: the first seals, all open. The
    signing keys follow them, so that they seal where this is empty."""
    password_profile: str = GUIDE.name
    """« guide » (asks for classes of characters) or « recommended » (for length alone); both refuse
    common ones."""
    creations_per_hour: int = 300
    """Accounts that may be asked for from one network address within an hour: a school's largest
    year is smaller."""
    session_idle_seconds: int = 30 * 60
    staff_session_idle_seconds: int = 15 * 60
    """Of gestionnaires and administrateurs, whose screens show other people's files."""
    session_absolute_seconds: int = 12 * 3600
    argon2_memory_kib: int = 19 * 1024
    argon2_passes: int = 2
    franceconnect_issuer: str = ""
    """Of candidates' FranceConnect, as its configuration names it; empty: nobody signs in with
    it."""
    franceconnect_client_id: str = ""
    franceconnect_client_secret: Secret = _NONE
    franceconnect_scopes: str = (
        "openid given_name family_name birthdate gender birthplace birthcountry email "
        "preferred_username"
    )
    proconnect_issuer: str = ""
    """Of staff's ProConnect; empty: nobody signs in with it."""
    proconnect_client_id: str = ""
    proconnect_client_secret: Secret = _NONE
    proconnect_scopes: str = "openid given_name usual_name email"

    def provider(self, name: str) -> ProviderSettings:
        """Return the settings of FRANCECONNECT or PROCONNECT. Raises KeyError for another name."""
        return {
            FRANCECONNECT: ProviderSettings(
                issuer=self.franceconnect_issuer,
                client_id=self.franceconnect_client_id,
                client_secret=self.franceconnect_client_secret,
                scopes=self.franceconnect_scopes,
            ),
            PROCONNECT: ProviderSettings(
                issuer=self.proconnect_issuer,
                client_id=self.proconnect_client_id,
                client_secret=self.proconnect_client_secret,
                scopes=self.proconnect_scopes,
            ),
        }[name]

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        if self.password_profile not in PROFILES:
            mistakes.append(f"PASSWORD_PROFILE: one of {', '.join(PROFILES)} is expected")
        try:
            load_keys(self.signing_key)
        except SigningKeyError as error:
            mistakes.append(f"SIGNING_KEY: {error}")
        if self.creations_per_hour < 1:
            mistakes.append("CREATIONS_PER_HOUR: a number, at least 1")
        lives = (
            self.session_idle_seconds,
            self.staff_session_idle_seconds,
            self.session_absolute_seconds,
        )
        if min(lives) < 1:
            mistakes.append(
                "SESSION_IDLE_SECONDS, STAFF_SESSION_IDLE_SECONDS, SESSION_ABSOLUTE_SECONDS: at "
                "least 1 is expected"
            )
        for name in PROVIDER_LABELS:
            if not self._is_registered_or_off(self.provider(name)):
                mistakes.append(
                    f"{name.upper()}_ISSUER: https:// is expected in production, with a client id "
                    "and a client secret"
                )
        return mistakes

    def _is_registered_or_off(self, provider: ProviderSettings) -> bool:
        if not provider.issuer:
            return True
        is_reachable = provider.issuer.startswith("https://") or self.env != "production"
        return is_reachable and bool(provider.client_id and provider.client_secret)
