"""Signing in with FranceConnect or ProConnect: a browser is sent to the provider, and what it comes
back with is verified. Nothing is stored of a browser on its way: what we alone know of it is sealed
in its own cookie."""

import hmac
from datetime import timedelta

from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import IdentityProvider, ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.models import StaffMember, db
from services.accounts.operations import login, provider_identities, second_factor, sessions
from services.accounts.operations.login import LoggedIn
from services.accounts.queries.accounts import Person
from services.accounts.stored_secrets import hash_secret
from services.chassis.errors import found
from services.clock import system_now
from services.contracts.api.sign_in import ATTEMPT_MINUTES, PROCONNECT, SignedIn, SignIn

_SEALED = "sign-in"


def begin(provider: str, *, act: str, session: str) -> SignIn:
    """`act`: which the candidate of this session confirms by signing in anew; else empty. Raises
    NotFound where the provider is not switched on, Unavailable, Forbidden."""
    address, begun = _provider(provider).begin(anew=bool(act))
    confirmed = (
        {"act": act, "session": hash_secret(session), "at": int(system_now().timestamp())}
        if act
        else {}
    )
    attempt = dependencies().derived_keys.seal_content(
        _SEALED, {**begun, **confirmed, "provider": provider}
    )
    return SignIn(address=address, attempt=attempt)


def finish(
    provider: str,
    attempt: str,
    *,
    state: str,
    code: str,
    issuer: str,
    device: str | None,
    session: str,
) -> LoggedIn | SignedIn:
    """The log-in of who is known; else what is asked first. Of an act that was to be confirmed,
    that it is. Raises Forbidden `fournisseur-refuse` for whatever cannot be verified,
    `compte-desactive`, Unavailable; Unauthenticated where the `session` of what was to be confirmed
    is over."""
    asked = _provider(provider)
    begun = (
        dependencies().derived_keys.sealed_content(
            _SEALED, attempt, timedelta(minutes=ATTEMPT_MINUTES)
        )
        or {}
    )
    if begun.get("provider") != provider or not hmac.compare_digest(
        begun["state"].encode(), state.encode()
    ):
        detail = (
            "Cette identification a été commencée dans un autre navigateur, ou il y a trop "
            "longtemps."
        )
        raise asked.refusal("another browser", detail)
    if not code or issuer not in ("", asked.issuer):  # RFC 9207
        raise asked.refusal(
            "no code" if not code else "another issuer", "L'identification n'a pas abouti."
        )
    identity = asked.identity(
        code, nonce=begun["nonce"], verifier=begun["verifier"], since=begun.get("at")
    )
    if "act" not in begun:
        return _log_in(identity, device)
    if hash_secret(session) != begun["session"] or not _confirm(identity, session, begun["act"]):
        raise asked.refusal(
            "another account", "Cette identité n'est pas celle qui ouvre ce compte."
        )
    return SignedIn(confirmed=True)


def _confirm(identity: ProvidedIdentity, secret: str, act: str) -> bool:
    with db.operation() as transaction:
        return sessions.confirm(
            transaction, secret, provider_identities.owner_of(transaction, identity), act
        )


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
    """The log-in of a member of staff of whom ProConnect has seen no second factor. Raises Invalid,
    TooMany, Forbidden."""
    identity = provider_identities.unseal(sealed, PROCONNECT)
    with db.operation() as transaction:
        person = _joined(transaction, identity)
    second_factor.confirm_code(person.id, code or "", at_log_in=True)
    with db.operation() as transaction:
        return login.open_session(transaction, _joined(transaction, identity), device, identity)


def _joined(transaction: Session, identity: ProvidedIdentity) -> Person:
    """Raises Forbidden where nobody has joined it, or another way in was given meanwhile."""
    person = provider_identities.owner_of(transaction, identity)
    if person is None:
        raise _provider(identity.provider).refusal(
            "not joined", "Cette identité n'ouvre aucun compte."
        )
    return person


def _provider(name: str) -> IdentityProvider:
    return found(dependencies().identity_providers.get(name))
