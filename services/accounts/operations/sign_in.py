"""Signing in with FranceConnect or ProConnect: a browser is sent to the provider, and what it comes
back with is verified. Nothing is stored of a browser on its way: what we alone know of it is sealed
in its own cookie."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import IdentityProvider, ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.models import LoginSession, StaffMember, db
from services.accounts.operations import confirmations, login, provider_identities, second_factor
from services.accounts.operations.login import LoggedIn
from services.accounts.queries.accounts import Person
from services.accounts.stored_secrets import hash_secret
from services.chassis.errors import found
from services.clock import system_now
from services.contracts.api.sessions import STAFF
from services.contracts.api.sign_in import (
    ATTEMPT_MINUTES,
    PROCONNECT,
    ProviderLogOut,
    Return,
    SignedIn,
    SignIn,
)

_SEALED = "sign-in"
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A browser on its way, as we alone know it. Of an act that is confirmed: the hash of the
    secret of the session in which that is, and since when (`at`, in seconds since 1970)."""

    provider: str
    state: str
    nonce: str
    verifier: str
    act: str | None = None
    session: str | None = None
    at: int | None = None

    def is_of(self, back: Return) -> bool:
        """Tell whether it is this browser that has come back."""
        state = back.state.encode("utf-8", "replace")
        return self.provider == back.provider and hmac.compare_digest(self.state.encode(), state)


def begin(provider: str, *, act: str, login_secret: str) -> SignIn:
    """Return where to send the browser. `act`: which the candidate of this session confirms by
    signing in anew; else empty. Raises NotFound where the provider is not switched on, Unavailable,
    Forbidden."""
    departure = _provider(provider).begin(anew=bool(act))
    begun = _Begun(
        provider=provider,
        state=departure.state,
        nonce=departure.nonce,
        verifier=departure.verifier,
        act=act or None,
        session=hash_secret(login_secret) if act else None,
        at=int(system_now().timestamp()) if act else None,
    )
    attempt = dependencies().derived_keys.seal_content(_SEALED, begun)
    return SignIn(address=departure.address, attempt=attempt)


def finish(back: Return) -> LoggedIn | SignedIn:
    """Log in who is known; else return what is asked first. Of an act that was to be confirmed,
    note that it is. Raises Forbidden `fournisseur-refuse` for whatever cannot be verified,
    `compte-desactive`, Unavailable; Unauthenticated where the session in which something was to be
    confirmed is over."""
    asked = _provider(back.provider)
    begun = dependencies().derived_keys.sealed_content(
        _SEALED, back.attempt, timedelta(minutes=ATTEMPT_MINUTES), _Begun
    )
    if begun is None or not begun.is_of(back):
        detail = (
            "Cette identification a été commencée dans un autre navigateur, ou il y a trop "
            "longtemps."
        )
        raise asked.refusal("another browser", detail)
    if not back.code or back.issuer not in ("", asked.issuer):  # RFC 9207
        raise asked.refusal(
            "another issuer" if back.code else "no code", "L'identification n'a pas abouti."
        )
    identity = asked.identity(back.code, nonce=begun.nonce, verifier=begun.verifier, since=begun.at)
    if begun.act is None:
        return _log_in(identity, back.device)
    is_same_login = hash_secret(back.session) == begun.session
    if not is_same_login or not _confirm(identity, back.session, begun.act):
        raise asked.refusal(
            "another account", "Cette identité n'est pas celle qui ouvre ce compte."
        )
    return SignedIn(confirmed=True)


def _confirm(identity: ProvidedIdentity, login_secret: str, act: str) -> bool:
    with db.operation() as transaction:
        owner = provider_identities.owner_of(transaction, identity)
        return confirmations.confirm(transaction, login_secret, owner, act)


def _log_in(identity: ProvidedIdentity, device: str | None) -> LoggedIn | SignedIn:
    with db.operation() as transaction:
        person = provider_identities.owner_of(transaction, identity)
        if person is None:
            return SignedIn(identity=provider_identities.seal(identity))
        if isinstance(person, StaffMember) and person.disabled_at is not None:
            raise login.disabled_error()
        if isinstance(person, StaffMember) and not identity.has_second_factor:
            return SignedIn(identity=provider_identities.seal(identity), asks_code=True)
        return login.open_session(transaction, person, device, identity)


def give_code(sealed: str, code: str | None, device: str | None) -> LoggedIn:
    """Log in a member of staff of whom ProConnect has seen no second factor. Raises Invalid,
    TooMany, Forbidden."""
    identity = provider_identities.unseal(sealed, PROCONNECT)
    with db.operation() as transaction:
        person = _joined(transaction, identity)
    second_factor.confirm_code(person.id, code or "", at_log_in=True)
    with db.operation() as transaction:
        return login.open_session(transaction, _joined(transaction, identity), device, identity)


def provider_log_out(login_secret: str) -> ProviderLogOut:
    """Return where the browser of this session, which has just ended, ends that with the provider,
    too."""
    with db.reading() as transaction:
        login = transaction.get(LoginSession, hash_secret(login_secret))
    provider = dependencies().identity_providers.get(login.provider or "") if login else None
    if login is None or provider is None or login.id_token_sealed is None:
        return ProviderLogOut(address=None)
    try:
        id_token = dependencies().derived_keys.unseal(login.id_token_sealed)
    except InvalidToken:  # sealed with a key that is no longer in force
        log.error("id_token_unopened", provider=provider.name)
        return ProviderLogOut(address=None)
    back = "/gestion/connexion" if login.kind == STAFF else "/"
    return ProviderLogOut(
        address=provider.log_out_address(id_token, dependencies().settings.public_url + back)
    )


def _joined(transaction: Session, identity: ProvidedIdentity) -> Person:
    """Return whose account the identity opens. Raises Forbidden where nobody has joined it, or
    another way in was given meanwhile."""
    person = provider_identities.owner_of(transaction, identity)
    if person is None:
        raise _provider(identity.provider).refusal(
            "not joined", "Cette identité n'ouvre aucun compte."
        )
    return person


def _provider(name: str) -> IdentityProvider:
    return found(dependencies().identity_providers.get(name))
