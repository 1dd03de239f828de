"""Access tokens and identities, signed with Ed25519 keys that are published as a JWKS. System
time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.chassis.signing_keys import jwks_of, thumbprint
from services.chassis.web.access_tokens import AUDIENCE, ISSUER, UnknownKey
from services.clock import system_now
from services.contracts.accounts import Identity
from services.contracts.api.sessions import CANDIDATE, STAFF

TOKEN_SECONDS = 60
SERVICE_TOKEN_SECONDS = 600
"""Long enough for calls between services to continue for minutes while accounts does not answer."""
IDENTITY_SECONDS = 60
"""How long a candidate's identity lasts, which registrations takes with a draft, and the proof of a
password."""
IDENTITY_AUDIENCE = "registrations"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """The rights that a token of staff gives.

    `academies`: None, which is always written out, means all. `gave_code`: whether a session gave
    a fresh code of the second factor for this token; None of a tool's.
    """

    role: str
    scopes: Collection[str] = ()
    academies: Collection[str] | None = ()
    gave_code: bool | None = None


class Signer:
    """Signs with the first of its keys and publishes all, each named by its thumbprint (RFC
    7638)."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._key = keys[0]
        self.kid = thumbprint(keys[0].public_key())
        self._public = {thumbprint(key.public_key()): key.public_key() for key in keys}

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as they are published (RFC 7517)."""
        return jwks_of(self._public.values())

    def key_of(self, kid: str) -> Ed25519PublicKey:
        """Return the public key of this id, for verification within accounts itself. Raises
        UnknownKey."""
        if kid not in self._public:
            raise UnknownKey(kid)
        return self._public[kid]

    def service_token(self, service: str) -> str:
        """Return an access token of a process (SERVICE_TOKEN_SECONDS)."""
        claims = {"kind": "service", "azp": service}
        return self._signed(service, AUDIENCE, claims, SERVICE_TOKEN_SECONDS)

    def candidate_token(self, candidate_id: str, client: str) -> str:
        """Return an access token of a candidate for the process `client` (TOKEN_SECONDS)."""
        claims = {"kind": CANDIDATE, "azp": client}
        return self._signed(candidate_id, AUDIENCE, claims, TOKEN_SECONDS)

    def staff_token(self, staff_id: str, client: str, rights: Rights) -> str:
        """Return an access token of a member of staff for the process `client` (TOKEN_SECONDS)."""
        claims: dict[str, object] = {
            "kind": STAFF,
            "azp": client,
            "role": rights.role,
            "scopes": sorted(rights.scopes),
            "academies": None if rights.academies is None else sorted(rights.academies),
        }
        if rights.gave_code is not None:
            claims["gave_code"] = rights.gave_code
        return self._signed(staff_id, AUDIENCE, claims, TOKEN_SECONDS)

    def identity(self, candidate_id: str, identity: Identity) -> str:
        """Return a candidate's civil status as a signed token, for registrations only
        (IDENTITY_SECONDS). Never logged."""
        claims = {"identity": asdict(identity)}
        return self._signed(candidate_id, IDENTITY_AUDIENCE, claims, IDENTITY_SECONDS)

    def password_proof(self, candidate_id: str, digest: str) -> str:
        """Return a signed proof that a candidate was asked again for the act at registrations that
        has this digest (IDENTITY_SECONDS)."""
        claims = {"password_given_for": digest}
        return self._signed(candidate_id, IDENTITY_AUDIENCE, claims, IDENTITY_SECONDS)

    def _signed(
        self, subject: str, audience: str, claims: Mapping[str, object], life_seconds: int
    ) -> str:
        now = system_now()
        standard = {
            "iss": ISSUER,
            "aud": audience,
            "sub": subject,
            "iat": now,
            "exp": now + timedelta(seconds=life_seconds),
        }
        return jwt.encode(
            {**standard, **claims}, self._key, algorithm="EdDSA", headers={"kid": self.kid}
        )
