"""Log-in, log-out, and the exchange of what a browser or a tool holds for a short access token.
What any process may ask: the published keys, and a service's own token against its secret."""

import hmac
from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.operations import login, sessions, sign_in
from services.accounts.operations.staff_tokens import exchange_token
from services.accounts.signing import SERVICE_TOKEN_SECONDS
from services.chassis.errors import Unauthenticated
from services.chassis.web import access
from services.chassis.web.operations import Reply, Views
from services.contracts import problem_types
from services.contracts.api import sessions as api
from services.contracts.api import sign_in as sign_in_api
from services.contracts.api.operation import answer_of

views = Views("sessions", __name__)
views.calls(sign_in_api.begin_sign_in, sign_in.begin)
views.calls(sign_in_api.read_provider_log_out, sessions.provider_log_out)
views.calls(api.exchange_session, sessions.exchange, client=access.caller_id)
views.calls(api.confirm_session, sessions.exchange, client=access.caller_id)
views.calls(api.log_out, sessions.end_session)
views.calls(api.exchange_tool_token, exchange_token, client=access.caller_id)


@views.serves(api.log_in)
def log_in(body: dict[str, Any]) -> api.OpenedSession:
    if body["identity"] and not body["email"]:
        return _opened(sign_in.give_code(body["identity"], body["code"], body["device"]))
    return _opened(login.log_in(login.Attempt(**body)))


@views.serves(sign_in_api.finish_sign_in)
def finish_sign_in(body: dict[str, Any]) -> sign_in_api.SignedIn:
    finished = sign_in.finish(**body)
    return (
        sign_in_api.SignedIn(opened=_opened(finished))
        if isinstance(finished, login.LoggedIn)
        else finished
    )


def _opened(logged_in: login.LoggedIn) -> api.OpenedSession:
    owner = sessions.exchange(logged_in.session, access.caller().id)
    return answer_of(api.OpenedSession, owner, session=logged_in.session, device=logged_in.device)


@views.serves(api.read_keys)
def read_keys() -> Reply[api.Keys]:
    keys = api.Keys(**dependencies().signer.jwks())
    return Reply(keys, {"Cache-Control": "public, max-age=300"})


@views.serves(api.make_service_token)
def make_service_token(body: dict[str, str]) -> api.AccessToken:
    client = body["client_id"]
    offered = body["client_secret"].encode("utf-8", "replace")
    accepted = dependencies().settings.client_secrets.of(client)
    if not any(hmac.compare_digest(secret.encode(), offered) for secret in accepted):
        raise Unauthenticated(
            "Nom ou secret de service incorrect.", problem=problem_types.SERVICE_REFUSED
        )
    token = dependencies().signer.access_token(client, "service", client=client)
    return api.AccessToken(access_token=token, expires_in=SERVICE_TOKEN_SECONDS)
