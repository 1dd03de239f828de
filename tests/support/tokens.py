"""Access tokens and identity assertions as accounts signs them, made with a key of the test run's
own.

`create_app(settings, key_of=tokens.key_of)` makes a service accept them. Nothing of the portal is
imported here.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KID = "test-key"
LIFE_SECONDS = 3600  # longer than accounts gives: some are made when the run begins

_KEY = Ed25519PrivateKey.generate()
_STRANGER = Ed25519PrivateKey.generate()

DUBOIS: Mapping[str, Any] = {
    "version": 1,
    "civilite": "MONSIEUR",
    "nom_famille": "DUBOIS",
    "nom_usage": None,
    "prenoms": "Pierre",
    "date_naissance": "2002-01-01",
    "pays_naissance": "100",
    "departement_naissance": "010",
    "commune_naissance": "TROYES",
    "email": "pdubois@ac-rennes.fr",
}


def key_of(kid: str) -> Ed25519PublicKey:
    return _KEY.public_key()


def accept(app: Any) -> None:
    """Have a service take them besides those that accounts signed."""
    known = app.extensions["portail.tokens"]
    published = known.key_of
    known.key_of = lambda kid: key_of(kid) if kid == KID else published(kid)


def candidate_token(candidate_id: str, *, client: str = "gateway", **claims: Any) -> str:
    """Return the token of a logged-in candidate; `claims` replace those of a good one."""
    return signed({"sub": candidate_id, "kind": "candidate", "azp": client, **claims})


def staff_token(
    staff_id: str = "staff-1",
    *,
    scopes: Collection[str] = (),
    academies: Collection[str] | None = None,
    role: str = "gestionnaire",
    client: str = "gateway",
    **claims: Any,
) -> str:
    """Return the token of a member of staff; `academies` None means all of them."""
    limits = {
        "scopes": sorted(scopes),
        "academies": None if academies is None else sorted(academies),
    }
    return signed(
        {"sub": staff_id, "kind": "staff", "role": role, "azp": client, **limits, **claims}
    )


def service_token(client: str, **claims: Any) -> str:
    return signed({"sub": client, "kind": "service", "azp": client, **claims})


def identity_assertion(
    candidate_id: str, identity: Mapping[str, Any] = DUBOIS, **claims: Any
) -> str:
    """Return the identity of a candidate as accounts asserts it to registrations, for a minute."""
    return signed(
        {"sub": candidate_id, "aud": "registrations", "identity": dict(identity), **claims}
    )


def password_proof(candidate_id: str, digest: str) -> str:
    """Return the proof that accounts gives registrations of a password typed for the act with that
    digest."""
    return signed({"sub": candidate_id, "aud": "registrations", "password_given_for": digest})


def forged(token: str) -> str:
    """Return the same claims signed by a key that nobody published."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, _STRANGER, algorithm="EdDSA", headers={"kid": KID})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(claims: Mapping[str, Any]) -> str:
    now = int(time.time())
    usual = {"iss": "accounts", "aud": "portail", "iat": now, "exp": now + LIFE_SECONDS}
    return jwt.encode({**usual, **claims}, _KEY, algorithm="EdDSA", headers={"kid": KID})
