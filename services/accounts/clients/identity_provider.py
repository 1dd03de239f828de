"""FranceConnect or ProConnect as accounts asks it (OpenID Connect, by Authlib): the address to send
a browser to, and whose identity the code that it comes back with gives. Every token is verified
here, and nowhere else."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter

from services.chassis.errors import DomainError, Forbidden, Unavailable
from services.chassis.process.capacity import thread_count
from services.chassis.process.kept_results import ExpiringCache
from services.chassis.process.places import Limit
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.sign_in import PROVIDER_LABELS, PROVIDER_SECONDS

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Accepted signatures, by a key whose public half the provider publishes: neither « none » nor one
by a shared secret."""
AUTHENTICATION_METHOD = "client_secret_post"
"""How the portal proves to a provider who it is (OpenID Connect, 9)."""
KEPT_SECONDS = 3600.0
"""How long what the provider publishes of itself is kept. Its keys are asked for again where a
signature is by none of them."""
SUB_LENGTH = 255
"""Characters of a `sub` at most (OpenID Connect, 2)."""
TOLERATED_SECONDS = 30
"""Seconds by which the provider's clock may differ from ours."""
SECOND_FACTOR_ACRS = frozenset(
    {
        "eidas2",
        "eidas3",
        "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
    }
)
"""Levels at which the provider has seen two factors; « mfa » among its methods (`amr`, RFC 8176)
says so too."""
log = structlog.get_logger()


@dataclass(frozen=True)
class ProvidedIdentity:
    """Somebody as their provider knows them: `sub` names them there, `claims` is what it says of
    them."""

    provider: str
    sub: str
    claims: dict[str, object]
    id_token: str
    has_second_factor: bool


@dataclass(frozen=True)
class Departure:
    """A browser on its way to the provider: the address that it is sent to, and what we alone know
    of it until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The portal as a provider knows it.

    `issuer`: the provider, as its configuration names it. `redirect_uri`: where browsers come back.
    `parameters`: what each authorization request says besides.
    """

    issuer: str
    client_id: str
    client_secret: str
    scope: str
    redirect_uri: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class _Published(msgspec.Struct):
    """The configuration that a provider publishes (OpenID Connect Discovery), as far as it is
    used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class _UntilAdapter(HTTPAdapter):
    """Sends requests that together take PROVIDER_SECONDS at most, from when it was made."""

    def __init__(self) -> None:
        super().__init__()
        self._until = time.monotonic() + PROVIDER_SECONDS

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        left = max(self._until - time.monotonic(), 0.01)
        return super().send(request, stream, left, verify, cert, proxies)


class _Session(OAuth2Session):
    """One exchange with the provider. No redirection is followed."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            client_id=registration.client_id,
            client_secret=registration.client_secret,
            scope=registration.scope,
            redirect_uri=registration.redirect_uri,
            token_endpoint_auth_method=AUTHENTICATION_METHOD,
            code_challenge_method="S256",
            # FranceConnect's access tokens live a minute, no longer than Authlib would leave of
            # them.
            leeway=0,
        )
        adapter = _UntilAdapter()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class IdentityProvider:
    """One provider, by its `name`."""

    def __init__(self, name: str, registration: Registration) -> None:
        self.name = name
        self.issuer = registration.issuer
        self._registration = registration
        self._published_by_it = ExpiringCache[_Published](seconds=KEPT_SECONDS, at_most=1)
        self._keys = ExpiringCache[KeySet](seconds=KEPT_SECONDS, at_most=1)
        self._limit = Limit(f"calls_to_{name}", max(1, thread_count() // 8), refusal=self._away)

    def begin(self, *, anew: bool = False) -> Departure:
        """Return where the browser goes. `anew`: whoever is signed in there signs in once more.
        Raises Unavailable, Forbidden."""
        nonce = generate_token(32)
        verifier = generate_token(64)
        parameters = dict(self._registration.parameters)
        if anew:
            parameters["prompt"] = "login"
            parameters["max_age"] = "0"
        with self._exchange() as session:
            endpoint = self._published(session).authorization_endpoint
            address, state = session.create_authorization_url(
                endpoint, code_verifier=verifier, nonce=nonce
            )
        said = add_params_to_uri(address, list(parameters.items()))
        return Departure(said, state, nonce, verifier)

    def identity(
        self, code: str, *, nonce: str, verifier: str, since: int | None = None
    ) -> ProvidedIdentity:
        """Return the identity that the code gives. `since`: when its owner has signed in at the
        earliest (seconds since 1970). Raises Unavailable, Forbidden `fournisseur-refuse`."""
        with self._exchange() as session:
            published = self._published(session)
            tokens = session.fetch_token(
                published.token_endpoint,
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
            )
            id_token = self._verified(session, tokens["id_token"])
            client_id = self._registration.client_id
            asked = {
                "nonce": nonce,
                "client_id": client_id,
                "access_token": tokens["access_token"],
            }
            issued = {"iss": _required(self.issuer), "aud": _required(client_id)}
            now = int(system_now().timestamp())
            claims = CodeIDToken(id_token.claims, id_token.header, issued, asked)
            claims.validate(now, TOLERATED_SECONDS)
            signed_in_at = claims.get("auth_time") or 0
            if since and not since - TOLERATED_SECONDS <= signed_in_at <= now + TOLERATED_SECONDS:
                raise self.refusal("not signed in anew")
            answer = session.get(published.userinfo_endpoint)
            answer.raise_for_status()
            user = self._verified(session, answer.text).claims
            jwt.JWTClaimsRegistry(
                now,
                TOLERATED_SECONDS,
                iss=_required(self.issuer),
                aud=_required(client_id),
                sub=_required(claims["sub"]),
            ).validate(user)
            if not 0 < len(claims["sub"]) <= SUB_LENGTH:
                raise ValueError("sub")
        has_second_factor = claims.get("acr") in SECOND_FACTOR_ACRS or "mfa" in claims.get(
            "amr", ()
        )
        return ProvidedIdentity(
            self.name, claims["sub"], user, tokens["id_token"], has_second_factor
        )

    def log_out_address(self, id_token: str, back: str) -> str | None:
        """Return where a browser ends its session with the provider too, to come `back` from there;
        None where the provider has no such page, or does not answer."""
        try:
            with self._exchange() as session:
                endpoint = self._published(session).end_session_endpoint
        except DomainError:
            return None
        parameters = {
            "id_token_hint": id_token,
            "state": generate_token(32),
            "post_logout_redirect_uri": back,
        }
        return f"{endpoint}?{urlencode(parameters)}" if endpoint else None

    def refusal(self, reason: str, detail: str = "") -> Forbidden:
        """Return what the page says to do. `reason`: logged, for who runs the portal."""
        log.warning("identity_refused", provider=self.name, reason=reason)
        label = PROVIDER_LABELS[self.name]
        default = f"La réponse de {label} n'a pas pu être vérifiée : personne n'est identifié."
        return Forbidden(
            f"{detail or default} Recommencez, ou identifiez-vous avec votre mot de passe.",
            problem=problem_types.PROVIDER_REFUSED,
        )

    def _away(self) -> Unavailable:
        label = PROVIDER_LABELS[self.name]
        return Unavailable(
            f"{label} ne répond pas : réessayez plus tard, ou identifiez-vous avec votre mot de "
            "passe."
        )

    @contextmanager
    def _exchange(self) -> Iterator[_Session]:
        with self._limit.place(seconds=0):
            try:
                with _Session(self._registration) as session:
                    yield session
            except requests.RequestException as error:
                log.warning(
                    "identity_provider_away", provider=self.name, reason=type(error).__name__
                )
                raise self._away() from error
            except (
                AuthlibBaseError,
                JoseError,
                msgspec.ValidationError,
                ValueError,
                KeyError,
                TypeError,
                AttributeError,
            ) as error:
                raise self.refusal(type(error).__name__) from error

    def _published(self, session: _Session) -> _Published:
        known = self._published_by_it.get(self.issuer)
        if known is None:
            address = f"{self.issuer}/.well-known/openid-configuration"
            known = msgspec.convert(_json(session, address), _Published)
            if known.issuer != self.issuer:
                raise ValueError("another issuer")
            self._published_by_it.put(self.issuer, known)
        return known

    def _verified(self, session: _Session, token: str) -> jwt.Token:
        """Return the token, signed by a key of the provider's."""
        keys = self._keys.get(self.issuer)
        if keys is not None:
            try:
                return jwt.decode(token, keys, ALGORITHMS)
            except (JoseError, ValueError):  # perhaps by a key that is newer than those
                pass
        keys = KeySet.import_key_set(_json(session, self._published(session).jwks_uri))
        self._keys.put(self.issuer, keys)
        return jwt.decode(token, keys, ALGORITHMS)


def _required(value: str) -> jwt.ClaimsOption:
    """Return the rule of a claim that has to be there, and to be this."""
    return {"essential": True, "value": value}


def _json(session: _Session, address: str) -> Any:
    """Return what the provider publishes there, read without a token."""
    answer = session.get(address, withhold_token=True)
    answer.raise_for_status()
    return answer.json()
