"""What any process may ask: the published keys, and a service's own token against its secret."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.dependencies import dependencies
from services.accounts.signing import SERVICE_TOKEN_SECONDS
from services.chassis.errors import Unauthenticated
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("keys", __name__, description="Clés publiées et jetons des services")


@blp.route("/.well-known/jwks.json", methods=["GET"])
@access.public
@blp.alt_response(200, schema=schemas.Keys, success=True)
def jwks() -> Response:
    """The keys with which every token of the portal is verified."""
    response = jsonify(dependencies().signer.jwks())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blp.route("/v1/tokens", methods=["POST"])
@access.public
@blp.arguments(schemas.Credentials)
@blp.response(200, schemas.AccessToken)
@answers_with(blp, problem_types.SERVICE_REFUSED)
def service_token(sent: dict[str, str]) -> dict[str, Any]:
    """A service's own access token."""
    client = sent["client_id"]
    offered = sent["client_secret"].encode("utf-8", "replace")
    accepted = dependencies().settings.client_secrets.of(client)
    if not any(hmac.compare_digest(secret.encode(), offered) for secret in accepted):
        raise Unauthenticated("Nom ou secret de service incorrect.", problem=problem_types.SERVICE_REFUSED)
    token = dependencies().signer.access_token(client, "service", client=client)
    return {"access_token": token, "expires_in": SERVICE_TOKEN_SECONDS}
