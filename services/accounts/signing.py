"""Access tokens and identities, signed with Ed25519 keys that are published as a JWKS. System
time."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.signing_keys import jwks_of, thumbprint
from services.chassis.web.access_tokens import AUDIENCE, ISSUER, UnknownKey
from services.clock import system_now

TOKEN_SECONDS = 60
SERVICE_TOKEN_SECONDS = 600
"""Long enough for calls between services to continue for minutes while accounts does not answer."""
IDENTITY_SECONDS = 60
"""Of a candidate's identity, which registrations takes with a draft, and of the proof of a
password."""
IDENTITY_AUDIENCE = "registrations"


class Signer:
    """Signs with the first of its keys and publishes all, each named by its thumbprint (RFC
    7638)."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._key = keys[0]
        self.kid = thumbprint(keys[0].public_key())
        self._public = {thumbprint(key.public_key()): key.public_key() for key in keys}

    def jwks(self) -> dict[str, Any]:
        return jwks_of(self._public.values())

    def key_of(self, kid: str) -> Any:
        """The public key of this id, for verification within accounts itself."""
        if kid not in self._public:
            raise UnknownKey(kid)
        return self._public[kid]

    def access_token(
        self,
        subject: str,
        kind: str,
        *,
        client: str,
        role: str | None = None,
        scopes: Iterable[str] = (),
        academies: Iterable[str] | None = None,
        gave_code: bool | None = None,
    ) -> str:
        """A token of `kind` candidate or staff (valid for `TOKEN_SECONDS`) or service
        (`SERVICE_TOKEN_SECONDS`), for the process `client`; `gave_code`: whether a session of staff
        gave a fresh code for it."""
        claims: dict[str, Any] = {"kind": kind, "azp": client}
        if role is not None:
            claims["role"] = role
        if kind == "staff":
            claims["scopes"] = sorted(scopes)
            claims["academies"] = None if academies is None else sorted(academies)
            claims |= {} if gave_code is None else {"gave_code": gave_code}
        return self._signed(
            subject, AUDIENCE, claims, SERVICE_TOKEN_SECONDS if kind == "service" else TOKEN_SECONDS
        )

    def identity(self, subject: str, identity: dict[str, Any]) -> str:
        """A candidate's civil status as a signed token, for registrations only (IDENTITY_SECONDS).
        Never logged."""
        return self._signed(subject, IDENTITY_AUDIENCE, {"identity": identity}, IDENTITY_SECONDS)

    def password_proof(self, subject: str, digest: str) -> str:
        """That a candidate was asked again for an act at registrations (IDENTITY_SECONDS)."""
        return self._signed(
            subject, IDENTITY_AUDIENCE, {"password_given_for": digest}, IDENTITY_SECONDS
        )

    def _signed(
        self, subject: str, audience: str, claims: dict[str, Any], life_seconds: int
    ) -> str:
        now = system_now()
        times = {"iat": now, "exp": now + timedelta(seconds=life_seconds)}
        standard = {"iss": ISSUER, "aud": audience, "sub": subject, **times}
        return jwt.encode(
            {**standard, **claims}, self._key, algorithm="EdDSA", headers={"kid": self.kid}
        )
