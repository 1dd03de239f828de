"""Administrateurs invite staff by mail, invite them again, and let who lost a second factor set up another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.domain import emails
from services.accounts.domain.civil_status import NAME_LENGTH
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.domain.staff import Role, checked_academies
from services.accounts.models import AuditEntry, StaffMember, db
from services.accounts.operations import mail_links, recovery_codes, second_factor, step_up
from services.accounts.operations.sessions import end_all_sessions
from services.accounts.operations.staff_accounts import known_academie_codes, revoke_all_tokens
from services.accounts.operations.staff_rows import (
    check_actor,
    lock_active_administrateurs,
    lock_member,
    refuse_disabled,
)
from services.accounts.queries import accounts_by_address
from services.chassis.clock import portal_now, system_now
from services.chassis.database.audit import Actor
from services.chassis.database.transactions import new_id
from services.chassis.errors import Conflict, FieldError
from services.chassis.events import follow_up
from services.contracts import problem_types

NO_PASSWORD = ""
"""Stored while the person has not chosen one: no password matches it."""


@dataclass(frozen=True)
class _Invited:
    email: str
    nom: str
    prenoms: str
    role: Role
    academies: list[str] | None


def invite(values: Mapping[str, Any], code: str, actor: Actor) -> str:
    """Create an account that waits for its owner, and mail them the link to set it up; returns its id.

    `values`: email, nom, prenoms, role, academies. Raises Invalid with every mistake, Conflict where the address is
    taken, TooMany, Forbidden for an actor who is disabled.
    """
    invited = _read(values)
    with db.reading() as session:
        _refuse_taken_address(session, invited.email)
    step_up.confirm(actor.id, code)
    try:
        with db.operation() as session:
            check_actor(actor, lock_active_administrateurs(session))
            return _add(session, invited, actor)
    except IntegrityError as error:  # taken at the same moment
        raise _address_taken("Cette adresse mail est déjà celle d'un compte.") from error


def invite_again(staff_id: str, code: str, actor: Actor) -> None:
    """Mail a new link to who has not set up the account; the older one is refused from now on.

    Raises as `invite`, NotFound, Conflict for an account that is set up or disabled.
    """
    step_up.confirm(actor.id, code)
    with db.operation() as session:
        check_actor(actor, lock_active_administrateurs(session))
        member = lock_member(session, staff_id)
        refuse_disabled(member)
        if member.invited_at is None:
            raise Conflict("Ce compte est déjà actif : il n'y a pas d'invitation à renvoyer.")
        _send_link(session, member)
        AuditEntry.record(session, actor, "staff_invited_again", member.id)


def reset_second_factor(staff_id: str, reason: str, code: str, actor: Actor) -> None:
    """The second factor, recovery codes and password are void, sessions and tokens end; a link is mailed as for an
    invitation.

    Raises as `invite`, NotFound, Conflict for one's own account and for an account that is not set up or disabled.
    """
    step_up.confirm(actor.id, code)
    with db.operation() as session:
        check_actor(actor, lock_active_administrateurs(session))
        member = lock_member(session, staff_id)
        if actor.id == member.id:
            detail = "Renouvelez votre propre second facteur depuis « Mon compte »."
            raise Conflict(detail, problem=problem_types.OWN_ACCOUNT)
        refuse_disabled(member)
        if member.invited_at is not None:
            raise Conflict("Ce compte n'est pas encore actif : invitez la personne de nouveau.")
        _void_access(session, member)
        _send_link(session, member, is_reset=True)
        AuditEntry.record(session, actor, "second_factor_reset", member.id, after={"reason": reason})


def _read(values: Mapping[str, Any]) -> _Invited:
    reader = FormReader(values)
    names = {"nom": reader.required_text("nom", "le nom"), "prenoms": reader.required_text("prenoms", "le prénom")}
    for name, text in names.items():
        if len(text) > NAME_LENGTH:
            reader.add_mistake(name, f"{NAME_LENGTH} caractères au plus.")
    email = reader.required_text("email", "l'adresse mail professionnelle")
    if email and not emails.is_valid(email):
        reader.add_mistake("email", emails.INVALID_ADDRESS)
    role = reader.text("role")
    if role not in list(Role):
        reader.add_mistake("role", "Choisissez un profil.")
    if reader.has_mistakes:
        raise reader.error()
    academies = checked_academies(role, values.get("academies") or (), known_academie_codes())
    return _Invited(email, names["nom"], names["prenoms"], Role(role), academies)


def _refuse_taken_address(session: Session, email: str) -> None:
    owner = accounts_by_address.owner_of(session, emails.key_of(email))
    if isinstance(owner, StaffMember):
        raise _address_taken("Cette adresse mail est déjà celle d'un membre de l'équipe.")
    if owner is not None:
        raise _address_taken("Cette adresse mail est déjà celle du compte d'un candidat : indiquez-en une autre.")


def _address_taken(detail: str) -> Conflict:
    return Conflict(detail, problem=problem_types.ADDRESS_TAKEN, errors=(FieldError("#/email", detail),))


def _add(session: Session, invited: _Invited, actor: Actor) -> str:
    _refuse_taken_address(session, invited.email)
    member = StaffMember(
        id=new_id(),
        email=invited.email,
        email_key=emails.key_of(invited.email),
        password_hash=NO_PASSWORD,
        nom=invited.nom,
        prenoms=invited.prenoms,
        role=invited.role.value,
        academies=invited.academies,
        created_at=system_now(),
    )
    second_factor.put_in_force(member, pyotp.random_base32())  # nobody knows it: no code is right until it is replaced
    session.add(member)
    session.flush()
    _send_link(session, member)
    after = {"email": invited.email, "role": invited.role.value, "academies": invited.academies}
    AuditEntry.record(session, actor, "staff_invited", member.id, after=after)
    return member.id


def _void_access(session: Session, member: StaffMember) -> None:
    member.password_hash = NO_PASSWORD
    second_factor.put_in_force(member, pyotp.random_base32())
    recovery_codes.delete_all(session, member.id)
    end_all_sessions(session, member.id)
    revoke_all_tokens(session, member.id)


def _send_link(session: Session, member: StaffMember, *, is_reset: bool = False) -> None:
    """The mail says since when the person is invited: one that a newer invitation has overtaken is not sent."""
    mail_links.close(session, member.id, Purpose.STAFF_INVITATION)
    member.invited_at = portal_now()
    data = {"staff_id": member.id, "invited_at": member.invited_at.isoformat(), "is_reset": is_reset}
    follow_up(session, "send_staff_invitation", data, subject=member.id)
