"""What an access token says of who bears it."""

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.accounts.signing import Rights, Signer
from services.chassis.web.access_tokens import caller_of


def test_a_token_of_staff_that_names_no_academie_gives_none() -> None:
    signer = Signer([Ed25519PrivateKey.generate()])
    token = signer.staff_token("0" * 32, "gateway", Rights(role="gestionnaire"))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert caller_of(claims).academies == frozenset()
