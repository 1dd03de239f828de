"""Access tokens: signed by accounts (EdDSA), verified by every service with accounts' published
keys. Times are system time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.chassis.errors import Unauthenticated, Unavailable
from services.chassis.http.sessions import get_once
from services.chassis.process.kept_results import ExpiringCache, SingleRun

ISSUER = "accounts"
AUDIENCE = "portail"
LEEWAY_SECONDS = 5
REFETCH_SECONDS = 5.0
FETCH_SECONDS = 2.0
KEYS_MAX_AGE_SECONDS = (
    300.0  # published keys are fetched again after this, so that a withdrawn one is dropped
)
VERIFIED_SECONDS = 60.0  # who fills in a form sends the same token with each request
MAX_VERIFIED = 2000

KeyOf = Callable[[str], Ed25519PublicKey]
"""Returns the public key that has an id. Raises UnknownKey."""
Claims = Mapping[str, Any]
"""What a token says, by the names of its claims (RFC 7519)."""


@dataclass(frozen=True)
class Caller:
    """The caller of a route. `academies`: None, which is always written out, means all. `client`:
    the process that obtained the token ("gateway"). `gave_code`: whether the token of a browser's
    session was obtained with a fresh code of the second factor, for one act; None of a tool's."""

    kind: str  # candidate, staff, service
    id: str
    role: str | None = None
    scopes: frozenset[str] = frozenset()
    academies: frozenset[str] | None = frozenset()
    client: str | None = None
    gave_code: bool | None = None

    @property
    def via_gateway(self) -> bool:
        return self.client == "gateway"


class UnknownKey(Exception):
    """A token names a key that is not published."""


class RemoteKeys:
    """Gives the keys that accounts publishes, fetched for an unknown id and after
    KEYS_MAX_AGE_SECONDS; the last known ones remain in use while accounts is down."""

    def __init__(self, accounts_url: str) -> None:
        self._url = f"{accounts_url.rstrip('/')}/.well-known/jwks.json"
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._asked_at = float("-inf")
        self._fetch = SingleRun(self._fetched, REFETCH_SECONDS)

    def __call__(self, kid: str) -> Ed25519PublicKey:
        if kid not in self._keys:
            try:
                self._fetch.begin().result(FETCH_SECONDS)
            except (OSError, ValueError, jwt.PyJWKSetError) as error:
                raise Unavailable("Le service des comptes ne répond pas.") from error
        elif time.monotonic() - self._asked_at > KEYS_MAX_AGE_SECONDS:
            # The last known keys stay in use: no request waits for accounts.
            self._asked_at = time.monotonic()
            self._fetch.begin()
        try:
            return self._keys[kid]
        except KeyError as error:
            raise UnknownKey(kid) from error

    def _fetched(self) -> None:
        answer = get_once(self._url, FETCH_SECONDS)
        if answer.status_code != HTTPStatus.OK:
            raise ValueError(answer.status_code)
        self._asked_at = time.monotonic()
        published = jwt.PyJWKSet.from_dict(answer.json())
        self._keys = {
            str(key.key_id): key.key
            for key in published.keys
            if isinstance(key.key, Ed25519PublicKey)
        }


class _Verified(NamedTuple):
    kid: str
    key: Ed25519PublicKey
    claims: Claims


class VerifiedTokens:
    """Reads tokens that are signed with a key of `key_of`. A signature is verified once in
    VERIFIED_SECONDS; whether its key is published, and the token has not ended, is looked at each
    time."""

    def __init__(self, key_of: KeyOf) -> None:
        self.key_of = key_of
        self._known: ExpiringCache[_Verified] = ExpiringCache(
            seconds=VERIFIED_SECONDS, at_most=MAX_VERIFIED
        )

    def claims(self, token: str, audience: str = AUDIENCE) -> Claims:
        """Return what a token says. Raises Unauthenticated unless all checks succeed."""
        name = f"{audience} {token}"
        try:
            known = self._known.get(name)
            if known is None or not self._is_valid(known):
                known = self._verified(token, audience)
                self._known.put(name, known)
        except (jwt.PyJWTError, UnknownKey) as error:
            raise Unauthenticated("Le jeton d'accès n'est pas valable.") from error
        return known.claims

    def _is_valid(self, known: _Verified) -> bool:
        return (
            known.claims["exp"] > time.time() - LEEWAY_SECONDS
            and self.key_of(known.kid) == known.key
        )

    def _verified(self, token: str, audience: str) -> _Verified:
        kid = str(jwt.get_unverified_header(token).get("kid"))
        key = self.key_of(kid)
        claims = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=audience,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub"]},
        )
        return _Verified(kid, key, claims)


def caller_of(claims: Claims) -> Caller:
    """Return the caller whom a verified token describes: within no académie unless it says
    which."""
    academies = claims.get("academies", ())
    return Caller(
        kind=str(claims.get("kind", "")),
        id=str(claims["sub"]),
        role=claims.get("role"),
        scopes=frozenset(claims.get("scopes") or ()),
        academies=None if academies is None else frozenset(academies),
        client=claims.get("azp"),
        gave_code=claims.get("gave_code"),
    )
