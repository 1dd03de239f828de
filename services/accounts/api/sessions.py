"""Log-in, log-out, and the exchange of what a browser or a tool holds for a short access token.
What any process may ask: the published keys, and a service's own token against its secret."""

import hmac

from services.accounts.dependencies import dependencies
from services.accounts.operations import login, login_exchange, sessions, sign_in
from services.accounts.operations.staff_tokens import exchange_token
from services.accounts.signing import SERVICE_TOKEN_SECONDS
from services.chassis.errors import Unauthenticated
from services.chassis.web import access
from services.chassis.web.operations import Reply, Views
from services.contracts import problem_types
from services.contracts.api import sessions as api
from services.contracts.api import sign_in as sign_in_api
from services.contracts.api.visitors import TokenOnly

views = Views("sessions", __name__)


@views.serves(api.log_in)
def log_in(body: api.Login) -> api.OpenedSession:
    if body.identity and not body.email:
        return _opened(sign_in.give_code(body.identity, body.code, body.device))
    attempt = login.Attempt(
        email=body.email,
        password=body.password,
        device=body.device,
        source=body.source,
        code=body.code,
        identity=body.identity,
    )
    return _opened(login.log_in(attempt))


@views.serves(sign_in_api.begin_sign_in)
def begin_sign_in(body: sign_in_api.Departure) -> sign_in_api.SignIn:
    return sign_in.begin(body.provider, act=body.act, login_secret=body.session)


@views.serves(sign_in_api.finish_sign_in)
def finish_sign_in(body: sign_in_api.Return) -> sign_in_api.SignedIn:
    finished = sign_in.finish(body)
    if isinstance(finished, login.LoggedIn):
        return sign_in_api.SignedIn(opened=_opened(finished))
    return finished


def _opened(logged_in: login.LoggedIn) -> api.OpenedSession:
    owner = login_exchange.exchange(logged_in.session, access.caller_id())
    return api.OpenedSession(
        session=logged_in.session,
        device=logged_in.device,
        access_token=owner.access_token,
        expires_in=owner.expires_in,
        kind=owner.kind,
        subject=owner.subject,
        prenoms=owner.prenoms,
        nom=owner.nom,
        idle_seconds_left=owner.idle_seconds_left,
        civilite=owner.civilite,
        role=owner.role,
        scopes=owner.scopes,
        academies=owner.academies,
        identity=owner.identity,
        previous_login_at=owner.previous_login_at,
        provider=owner.provider,
    )


@views.serves(sign_in_api.read_provider_log_out)
def read_provider_log_out(body: api.SessionOnly) -> sign_in_api.ProviderLogOut:
    return sign_in.provider_log_out(body.session)


@views.serves(api.exchange_session)
def exchange_session(body: api.SessionOnly) -> api.LoggedIn:
    return login_exchange.exchange(body.session, access.caller_id())


@views.serves(api.confirm_session)
def confirm_session(body: api.SessionAndCode) -> api.LoggedIn:
    return login_exchange.exchange(body.session, access.caller_id(), code=body.code)


@views.serves(api.log_out)
def log_out(body: api.SessionOnly) -> None:
    sessions.end_session(body.session)


@views.serves(api.exchange_tool_token)
def exchange_tool_token(body: TokenOnly) -> api.AccessToken:
    return exchange_token(body.token, access.caller_id())


@views.serves(api.read_keys)
def read_keys() -> Reply[api.Keys]:
    keys = api.Keys(keys=tuple(dependencies().signer.jwks()["keys"]))
    return Reply(keys, {"Cache-Control": "public, max-age=300"})


@views.serves(api.make_service_token)
def make_service_token(body: api.Credentials) -> api.AccessToken:
    offered = body.client_secret.encode("utf-8", "replace")
    accepted = dependencies().settings.client_secrets.of(body.client_id)
    if not any(hmac.compare_digest(secret.encode(), offered) for secret in accepted):
        raise Unauthenticated(
            "Nom ou secret de service incorrect.", problem=problem_types.SERVICE_REFUSED
        )
    token = dependencies().signer.service_token(body.client_id)
    return api.AccessToken(access_token=token, expires_in=SERVICE_TOKEN_SECONDS)
