"""Administrateurs invite staff by mail, invite them again, and let who lost a second factor set up
another. Who was invited opens the mailed link, chooses a password and a second factor, and is
logged in."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import emails, mail_link_rules, passwords
from services.accounts.domain.civil_status import NAME_LENGTH
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.domain.staff import Role, checked_academies
from services.accounts.models import AuditEntry, StaffMember, db
from services.accounts.operations import (
    mail_links,
    provider_identities,
    rate_limits,
    second_factor,
    sessions,
)
from services.accounts.operations.staff_accounts import (
    address_taken,
    lock_active_administrateurs,
    lock_enabled_member,
    new_member,
    record_addition,
    replace_access,
)
from services.accounts.password_hashing import NO_PASSWORD
from services.accounts.queries import accounts, mail_link_states
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import problem_types
from services.contracts.account_rules import State
from services.contracts.api.own_staff_account import (
    InvitationAnswer,
    InvitationLink,
    Invited,
    SetUp,
)
from services.contracts.api.sign_in import PROCONNECT
from services.contracts.api.team import CreatedMember, Invitation
from services.contracts.base import data_of


@dataclass(frozen=True)
class SentInvitation:
    """An invitation whose link is to be mailed. `invited_at`: in portal time; `is_reset`: to set up
    a second factor again."""

    staff_id: str
    invited_at: datetime
    is_reset: bool


OUTDATED_PROPOSAL = (
    "Ce QR code n'est plus valable : scannez celui-ci, puis saisissez le code que montre "
    "l'application."
)


def invite(invitation: Invitation, actor: Actor) -> CreatedMember:
    """Create an account that waits for its owner, and mail them the link to set it up. Raises
    Invalid with every mistake, Conflict where the address is taken, TooMany, Forbidden for an actor
    who is disabled."""
    invited = _read(invitation)
    with db.reading() as transaction:
        _refuse_taken_address(transaction, invited.email)
    second_factor.confirm_code(actor.id, invitation.code)
    try:
        with db.operation() as transaction:
            lock_active_administrateurs(transaction, actor)
            _refuse_taken_address(transaction, invited.email)
            second_factor.put_in_force(
                invited, pyotp.random_base32()
            )  # nobody knows it, no code is right
            transaction.add(invited)
            transaction.flush()
            _send_link(transaction, invited)
            record_addition(transaction, actor, "staff_invited", invited)
            return CreatedMember(id=invited.id)
    except IntegrityError as error:  # taken at the same moment
        raise address_taken() from error


def invite_again(staff_id: str, code: str, actor: Actor) -> None:
    """Mail a new link to who has not set up the account; the older one is refused from now on.
    Raises as `invite`, NotFound, Conflict for an account that is set up or disabled."""
    second_factor.confirm_code(actor.id, code)
    with db.operation() as transaction:
        lock_active_administrateurs(transaction, actor)
        member = lock_enabled_member(transaction, staff_id)
        if member.invited_at is None:
            raise Conflict("Ce compte est déjà actif : il n'y a pas d'invitation à renvoyer.")
        _send_link(transaction, member)
        AuditEntry.record(transaction, actor, "staff_invited_again", member.id)


def reset_second_factor(staff_id: str, reason: str, code: str, actor: Actor) -> None:
    """Make void what gave access, and mail a link as for an invitation. Raises as `invite`,
    NotFound, Conflict for one's own account and for an account that is not set up or disabled."""
    second_factor.confirm_code(actor.id, code)
    with db.operation() as transaction:
        lock_active_administrateurs(transaction, actor)
        member = lock_enabled_member(transaction, staff_id)
        if actor.id == member.id:
            detail = "Renouvelez votre propre second facteur depuis « Mon compte »."
            raise Conflict(detail, problem=problem_types.OWN_ACCOUNT)
        if member.invited_at is not None:
            raise Conflict("Ce compte n'est pas encore actif : invitez la personne de nouveau.")
        replace_access(transaction, member, NO_PASSWORD, pyotp.random_base32())
        _send_link(transaction, member, is_reset=True)
        AuditEntry.record(
            transaction, actor, "second_factor_reset", member.id, after={"reason": reason}
        )


def _read(invitation: Invitation) -> StaffMember:
    """Return the account that is to be created. Raises Invalid with every mistake."""
    reader = FormReader(
        {
            "email": invitation.email,
            "nom": invitation.nom,
            "prenoms": invitation.prenoms,
            "role": invitation.role,
        }
    )
    names = {
        "nom": reader.required_text("nom", "le nom"),
        "prenoms": reader.required_text("prenoms", "le prénom"),
    }
    for name, text in names.items():
        if len(text) > NAME_LENGTH:
            reader.add_mistake(name, f"{NAME_LENGTH} caractères au plus.")
    email = reader.required_text("email", "l'adresse mail professionnelle")
    if email and not emails.is_valid(email):
        reader.add_mistake("email", emails.INVALID_ADDRESS)
    role = reader.text("role")
    if role not in list(Role):
        reader.add_mistake("role", "Choisissez un profil.")
    reader.refuse_mistakes()
    academies = checked_academies(role, invitation.academies)
    member = new_member(email, names["nom"], names["prenoms"], Role(role), academies)
    member.password_hash = NO_PASSWORD
    return member


def _refuse_taken_address(transaction: Session, email: str) -> None:
    owner = accounts.owner_of(transaction, emails.key_of(email))
    if isinstance(owner, StaffMember):
        raise address_taken("Cette adresse mail est déjà celle d'un membre de l'équipe.")
    if owner is not None:
        raise address_taken(
            "Cette adresse mail est déjà celle du compte d'un candidat : indiquez-en une autre."
        )


def _send_link(transaction: Session, member: StaffMember, *, is_reset: bool = False) -> None:
    """Have the link mailed, and note since when the person is invited. A mail that a newer
    invitation has overtaken is not sent."""
    mail_links.close(transaction, member.id, Purpose.STAFF_INVITATION)
    invited_at = portal_now()
    member.invited_at = invited_at
    invitation = SentInvitation(member.id, invited_at, is_reset)
    follow_up(transaction, "send_staff_invitation", data_of(invitation), subject=member.id)


def shown(token: str, proposal: str = "") -> InvitationLink:
    """Return the state of the link and what to tell about one that is not usable; of a usable one
    also whose it is, and a second factor to set up (that of the sealed `proposal`, while it is
    valid). Nothing is changed."""
    link = mail_link_states.link_state(Purpose.STAFF_INVITATION, token)
    with db.reading() as transaction:
        member = mail_link_states.owner_by_token(
            transaction, StaffMember, Purpose.STAFF_INVITATION, token
        )
    if link.state != State.USABLE or member is None:
        return InvitationLink(state=link.state, detail=link.detail)
    invited = Invited(
        email=member.email,
        nom=member.nom,
        prenoms=member.prenoms,
        role=member.role,
        password_hint=passwords.RECOMMENDED.hint,
    )
    proposed = second_factor.propose(second_factor.for_link(token), member.email, proposal)
    return InvitationLink(state=link.state, detail=link.detail, invited=invited, proposal=proposed)


def complete(answer: InvitationAnswer) -> SetUp:
    """Set the password typed twice and the proposed second factor, which the code confirms; with an
    identity of ProConnect, which has the invited mail address, no password. Raises Conflict for
    another identity, Gone for a link that is not usable, Invalid with every mistake (the link then
    stays usable), Unavailable."""
    token = answer.token
    with db.reading() as transaction:
        current = mail_link_states.state_by_token(transaction, Purpose.STAFF_INVITATION, token)
    if current is not State.USABLE:
        raise mail_link_rules.unusable_link_error(Purpose.STAFF_INVITATION, current)
    identity = provider_identities.unseal(answer.identity, PROCONNECT) if answer.identity else None
    chosen = _read_set_up(answer, has_password=identity is None)
    password_hash = NO_PASSWORD
    if chosen.password:
        password_hash = dependencies().password_hasher.hash(chosen.password)
    with db.operation() as transaction:
        _, member = mail_links.use(transaction, StaffMember, Purpose.STAFF_INVITATION, token)
        if identity is not None and (
            refusal := provider_identities.join(transaction, member, identity)
        ):
            raise refusal
        member.password_hash = password_hash
        member.invited_at = None
        member.last_login_at = portal_now()
        second_factor.put_in_force(member, chosen.totp_secret, used_step=chosen.used_step)
        rate_limits.forget_failures(transaction, member.email_key)
        codes = second_factor.replace_recovery_codes(transaction, member.id)
        AuditEntry.record(transaction, Actor("staff", member.id), "staff_set_up", member.id)
        return SetUp(
            session=sessions.replace_staff_sessions(transaction, member, identity),
            recovery_codes=tuple(codes),
        )


@dataclass(frozen=True)
class _Chosen:
    """The password and the second factor that were chosen. `password`: "" where a provider's
    identity opens the account; `used_step`: the time step of the code that confirms the secret of
    the second factor."""

    password: str
    totp_secret: str
    used_step: int


def _read_set_up(answer: InvitationAnswer, *, has_password: bool) -> _Chosen:
    """Return what is chosen. Raises Invalid with every mistake."""
    reader = FormReader(
        {
            "password": answer.password,
            "password_confirmation": answer.password_confirmation,
            "code": answer.code,
        }
    )
    password = passwords.read_confirmed(reader, passwords.RECOMMENDED) if has_password else ""
    secret = second_factor.proposed_secret(answer.proposal, second_factor.for_link(answer.token))
    step = second_factor.matching_step(secret, answer.code) if secret else None
    if secret is None:
        reader.add_mistake("code", OUTDATED_PROPOSAL)
    elif not reader.text("code"):
        reader.add_mistake("code", "Saisissez le code à six chiffres que montre votre application.")
    elif step is None:
        reader.add_mistake(
            "code", "Ce code n'est pas le bon : saisissez celui que montre votre application."
        )
    if secret is None or step is None or reader.has_mistakes:
        raise reader.error()
    return _Chosen(password, secret, step)
