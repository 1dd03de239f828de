"""What any process may ask: the published keys, and a service's own token against its secret."""

from __future__ import annotations

import hmac

from services.accounts.dependencies import dependencies
from services.accounts.signing import SERVICE_TOKEN_SECONDS
from services.chassis.errors import Unauthenticated
from services.chassis.web.operations import Views
from services.contracts import problem_types
from services.contracts.api import sessions as api

views = Views("keys", __name__)


@views.serves(api.read_keys)
def read_keys() -> tuple[api.Keys, dict[str, str]]:
    return api.Keys(**dependencies().signer.jwks()), {"Cache-Control": "public, max-age=300"}


@views.serves(api.make_service_token)
def make_service_token(body: dict[str, str]) -> api.AccessToken:
    client, offered = body["client_id"], body["client_secret"].encode("utf-8", "replace")
    accepted = dependencies().settings.client_secrets.of(client)
    if not any(hmac.compare_digest(secret.encode(), offered) for secret in accepted):
        raise Unauthenticated("Nom ou secret de service incorrect.", problem=problem_types.SERVICE_REFUSED)
    token = dependencies().signer.access_token(client, "service", client=client)
    return api.AccessToken(access_token=token, expires_in=SERVICE_TOKEN_SECONDS)
