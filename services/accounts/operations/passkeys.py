"""Passkeys of staff (WebAuthn): the answer of one is given in the place of a code of the second
factor. System time.

Nothing is stored of a challenge: it is sealed, with what it is for and the session that it was made
in. What was made before a member's last passkey was added or used is refused, so that a challenge
is answered once.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.accounts.dependencies import dependencies
from services.accounts.models import AuditEntry, LoginSession, Passkey, StaffMember, db
from services.accounts.queries.staff import passkeys_of
from services.accounts.stored_secrets import hash_secret
from services.chassis import brand
from services.chassis.database.audit import Actor
from services.chassis.errors import Invalid, Unauthenticated
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.passkeys import ACT, CREATION, LOG_IN, Options

CHALLENGE_LIFETIME = timedelta(minutes=5)
NOT_VERIFIED = "Cette clé d'accès n'a pas pu être vérifiée : recommencez."
_SEALED = "passkey challenge"
_UNVERIFIED = (WebAuthnException, ValueError)
log = structlog.get_logger()


@dataclass(frozen=True)
class _Challenge:
    """The origin of a challenge: what it was made for (`use`), in which session (its hash, "" for a
    log-in), and when (seconds since 1970)."""

    use: str
    session: str
    at: float


def prepared(purpose: str, login_secret: str) -> Options:
    """Return what a browser passes to `navigator.credentials`, in JSON's types: of whoever is
    logged in their own passkeys alone; a log-in names nobody. Raises Unauthenticated
    `session-expiree` where a session of staff is needed."""
    made_in = "" if purpose == LOG_IN else hash_secret(login_secret)
    with db.reading() as transaction:
        login = _open_login(transaction, made_in)
        member = transaction.get(StaffMember, login.subject_id) if login else None
        known = passkeys_of(transaction, member.id) if member else []
    if purpose != LOG_IN and member is None:
        raise Unauthenticated(problem=problem_types.SESSION_EXPIRED)
    made = _Challenge(use=purpose, session=made_in, at=system_now().timestamp())
    challenge = dependencies().derived_keys.seal_content(_SEALED, made).encode()
    theirs = [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
        for passkey in known
    ]
    rp_id = _rp_id()
    required = UserVerificationRequirement.REQUIRED
    options = (
        generate_registration_options(
            rp_id=rp_id,
            rp_name=brand.NAME,
            user_id=member.id.encode(),
            user_name=member.email,
            challenge=challenge,
            exclude_credentials=theirs,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=required
            ),
        )
        if purpose == CREATION and member is not None
        else generate_authentication_options(
            rp_id=rp_id, challenge=challenge, allow_credentials=theirs, user_verification=required
        )
    )
    return Options(options=json.loads(options_to_json(options)))


def made_passkey(transaction: Session, member: StaffMember, name: str, given: str) -> Passkey:
    """Return the row of what a browser has made for the member. Raises Invalid on `passkey`."""
    try:
        credential = parse_registration_credential_json(given)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=_answered(
                transaction, member, credential.response.client_data_json, CREATION
            ),
            expected_origin=_origin(),
            expected_rp_id=_rp_id(),
            require_user_verification=True,
        )
    except _UNVERIFIED as error:
        raise _refused(member, error) from error
    credential_id = bytes_to_base64url(verified.credential_id)
    if transaction.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)):
        raise Invalid.in_field("passkey", NOT_VERIFIED)
    return Passkey(
        staff_id=member.id,
        credential_id=credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        created_at=system_now(),
    )


def use(transaction: Session, member: StaffMember, given: str, *, at_log_in: bool) -> bool:
    """Tell whether this is the answer of a passkey of the member to a challenge for this purpose,
    and mark that passkey used, with an audit entry. The caller has locked the member."""
    try:
        credential = parse_authentication_credential_json(given)
        known = select(Passkey).where(
            Passkey.credential_id == bytes_to_base64url(credential.raw_id)
        )
        passkey = transaction.scalar(known.where(Passkey.staff_id == member.id))
        if passkey is None:
            return False
        purpose = LOG_IN if at_log_in else ACT
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=_answered(
                transaction, member, credential.response.client_data_json, purpose
            ),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            expected_origin=_origin(),
            expected_rp_id=_rp_id(),
            require_user_verification=True,
        )
    except _UNVERIFIED as error:
        _refused(member, error)
        return False
    passkey.sign_count = verified.new_sign_count
    passkey.last_used_at = system_now()
    AuditEntry.record(
        transaction,
        Actor("staff", member.id),
        "passkey_used",
        member.id,
        after={"name": passkey.name},
    )
    return True


def forget(transaction: Session, staff_id: str) -> None:
    transaction.execute(delete(Passkey).where(Passkey.staff_id == staff_id))


def _answered(transaction: Session, member: StaffMember, client_data: bytes, purpose: str) -> bytes:
    """Return the challenge, which was made here for this purpose, in an open session of the
    member's (but for a log-in), and not before their last passkey was added or used. Raises
    ValueError, WebAuthnException."""
    challenge = parse_client_data_json(client_data).challenge
    sealed = challenge.decode("ascii", "replace")
    keys = dependencies().derived_keys
    made = keys.sealed_content(_SEALED, sealed, CHALLENGE_LIFETIME, _Challenge)
    if made is None or made.use != purpose:
        raise ValueError("not a challenge for this, or an old one")
    login = _open_login(transaction, made.session)
    if purpose != LOG_IN and (login is None or login.subject_id != member.id):
        raise ValueError("a challenge of another session")
    made_at = datetime.fromtimestamp(made.at, UTC)
    # A creation is confirmed by a code, which may be the answer of another passkey, given
    # meanwhile.
    known = passkeys_of(transaction, member.id)
    since = [
        key.created_at if purpose == CREATION else key.last_used_at or key.created_at
        for key in known
    ]
    if made_at > system_now() or any(made_at <= moment for moment in since):
        raise ValueError("a challenge that was answered")
    return challenge


def _open_login(transaction: Session, secret_hash: str) -> LoginSession | None:
    login = transaction.get(LoginSession, secret_hash)
    return login if login is not None and login.ended_at is None else None


def _rp_id() -> str:
    """Return the relying party of WebAuthn: the portal's host."""
    return urlsplit(_origin()).hostname or ""


def _origin() -> str:
    """Return the origin of the portal, as browsers say it."""
    return dependencies().settings.public_url.rstrip("/")


def _refused(member: StaffMember, error: Exception) -> Invalid:
    log.warning("passkey_refused", staff_id=member.id, reason=type(error).__name__)
    return Invalid.in_field("passkey", NOT_VERIFIED)
