"""FranceConnect or ProConnect as accounts asks it (OpenID Connect, by Authlib): the address to send
a browser to, and whose identity the code that it comes back with gives. Every token is verified
here, and nowhere else."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.chassis.errors import DomainError, Forbidden, Unavailable
from services.chassis.process.capacity import thread_count
from services.chassis.process.kept_results import ExpiringCache
from services.chassis.process.places import Limit
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.sign_in import PROVIDER_LABELS, PROVIDER_SECONDS

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Of signatures, by a key whose public half the provider publishes: neither « none » nor one by a
shared secret."""
KEPT_SECONDS = 3600.0
"""Of what the provider publishes of itself. Its keys are asked for again where a signature is by
none of them."""
SUB_LENGTH = 255
"""Characters of a `sub` at most (OpenID Connect, 2)."""
TOLERATED_SECONDS = 30
"""By which its clock may differ from ours."""
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
    """Who somebody is to this provider, and what it says of them (`claims`)."""

    provider: str
    sub: str
    claims: dict[str, Any]
    id_token: str
    has_second_factor: bool


class _Session(OAuth2Session):
    """One exchange with the provider: all its requests together take PROVIDER_SECONDS at most."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._until = time.monotonic() + PROVIDER_SECONDS

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> requests.Response:
        left = max(self._until - time.monotonic(), 0.01)
        return super().request(
            method, url, *arguments, **{**options, "timeout": left, "allow_redirects": False}
        )


class IdentityProvider:
    def __init__(
        self, name: str, issuer: str, parameters: Mapping[str, str], **client: str
    ) -> None:
        """`parameters`: what its authorization requests say besides; `client`: client_id,
        client_secret, scope and redirect_uri."""
        self.name = name
        self.issuer = issuer
        self._client_id = client["client_id"]
        self._parameters = parameters
        self._options = {
            **client,
            "token_endpoint_auth_method": "client_secret_post",
            "code_challenge_method": "S256",
            # FranceConnect's access tokens live a minute, no longer than Authlib would leave of
            # them
            "leeway": 0,
        }
        self._kept = ExpiringCache[Any](seconds=KEPT_SECONDS, at_most=2)
        self._limit = Limit(f"calls_to_{name}", max(1, thread_count() // 8), refusal=self._away)

    def begin(self, *, anew: bool = False) -> tuple[str, dict[str, str]]:
        """Where the browser goes; what we alone know of it (state, nonce, verifier). `anew`:
        whoever is signed in there signs in once more. Raises Unavailable, Forbidden."""
        nonce = generate_token(32)
        verifier = generate_token(64)
        parameters = {**self._parameters, **({"prompt": "login", "max_age": "0"} if anew else {})}
        with self._exchange() as session:
            endpoint = self._published(session)["authorization_endpoint"]
            address, state = session.create_authorization_url(
                endpoint, code_verifier=verifier, nonce=nonce, **parameters
            )
        return address, {"state": state, "nonce": nonce, "verifier": verifier}

    def identity(
        self, code: str, *, nonce: str, verifier: str, since: int | None = None
    ) -> ProvidedIdentity:
        """The identity that the code gives. `since`: when its owner has signed in at the earliest
        (seconds since 1970). Raises Unavailable, Forbidden `fournisseur-refuse`."""
        with self._exchange() as session:
            published = self._published(session)
            tokens = session.fetch_token(
                published["token_endpoint"],
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
            )
            id_token = self._verified(session, tokens["id_token"])
            asked = {
                "nonce": nonce,
                "client_id": self._client_id,
                "access_token": tokens["access_token"],
            }
            expected = {"iss": self.issuer, "aud": self._client_id}
            issued = {name: {"essential": True, "value": value} for name, value in expected.items()}
            now = int(system_now().timestamp())
            claims = CodeIDToken(id_token.claims, id_token.header, issued, asked)
            claims.validate(now, TOLERATED_SECONDS)
            signed_in_at = claims.get("auth_time") or 0
            if since and not since - TOLERATED_SECONDS <= signed_in_at <= now + TOLERATED_SECONDS:
                raise self.refusal("not signed in anew")
            answer = session.get(published["userinfo_endpoint"])
            answer.raise_for_status()
            user = self._verified(session, answer.text).claims
            same: Any = {**issued, "sub": {"essential": True, "value": claims["sub"]}}
            jwt.JWTClaimsRegistry(now, TOLERATED_SECONDS, **same).validate(user)
            if not 0 < len(claims["sub"]) <= SUB_LENGTH:
                raise ValueError("sub")
        has_second_factor = claims.get("acr") in SECOND_FACTOR_ACRS or "mfa" in claims.get(
            "amr", ()
        )
        return ProvidedIdentity(
            self.name, claims["sub"], user, tokens["id_token"], has_second_factor
        )

    def log_out_address(self, id_token: str, back: str) -> str | None:
        """Where a browser ends its session with the provider too, to come `back` from there; None
        where the provider has no such page, or does not answer."""
        try:
            with self._exchange() as session:
                endpoint = self._published(session).get("end_session_endpoint")
        except DomainError:
            return None
        parameters = {
            "id_token_hint": id_token,
            "state": generate_token(32),
            "post_logout_redirect_uri": back,
        }
        return f"{endpoint}?{urlencode(parameters)}" if endpoint else None

    def refusal(self, reason: str, detail: str = "") -> Forbidden:
        """What its page says to do; the reason is for who runs the portal."""
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
                with _Session(**self._options) as session:
                    yield session
            except requests.RequestException as error:
                log.warning(
                    "identity_provider_away", provider=self.name, reason=type(error).__name__
                )
                raise self._away() from error
            except (
                AuthlibBaseError,
                JoseError,
                ValueError,
                KeyError,
                TypeError,
                AttributeError,
            ) as error:
                raise self.refusal(type(error).__name__) from error

    def _published(self, session: _Session) -> dict[str, Any]:
        known: dict[str, Any] | None = self._kept.get("configuration")
        if known is None:
            known = self._json(session, f"{self.issuer}/.well-known/openid-configuration")
            if known["issuer"] != self.issuer:
                raise ValueError("another issuer")
            self._kept.put("configuration", known)
        return known

    def _verified(self, session: _Session, token: str) -> jwt.Token:
        """The token, signed by a key of the provider's."""
        keys = self._kept.get("keys")
        if keys is not None:
            try:
                return jwt.decode(token, keys, ALGORITHMS)
            except (JoseError, ValueError):  # perhaps by a key that is newer than those
                pass
        keys = KeySet.import_key_set(self._json(session, self._published(session)["jwks_uri"]))
        self._kept.put("keys", keys)
        return jwt.decode(token, keys, ALGORITHMS)

    def _json(self, session: _Session, address: str) -> Any:
        answer = session.get(address, withhold_token=True)
        answer.raise_for_status()
        return answer.json()
