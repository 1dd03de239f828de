"""The person who was invited opens the mailed link, chooses a password and a second factor, and is logged in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.domain import mail_link_rules, passwords
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import AuditEntry, db
from services.accounts.operations import (
    factor_proposals,
    mail_links,
    rate_limits,
    recovery_codes,
    second_factor,
    sessions,
)
from services.accounts.queries import mail_link_states
from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.contracts.account_rules import State
from services.contracts.api.operation import answer_of
from services.contracts.api.own_staff_account import InvitationLink, Invited, SetUp
from services.contracts.api.visitors import LinkState

OUTDATED_PROPOSAL = "Ce QR code n'est plus valable : scannez celui-ci, puis saisissez le code que montre l'application."


def shown(token: str, sealed: str = "") -> LinkState:
    """The state of the link and what to tell about one that is not usable; of a usable one also whose it is, and a
    second factor to set up (that of the proposal `sealed`, while it is valid). Changes nothing."""
    link = mail_link_states.link_state(Purpose.STAFF_INVITATION, token)
    with db.reading() as session:
        member = mail_link_states.member_by_token(session, token)
    if link.state != State.USABLE or member is None:
        return link
    proposal = factor_proposals.propose(factor_proposals.for_link(token), member.email, sealed)
    invited = answer_of(Invited, member, password_hint=dependencies().profile.hint)
    return answer_of(InvitationLink, link, invited=invited, proposal=proposal)


def complete(token: str, values: Mapping[str, Any]) -> SetUp:
    """Set the password typed twice and the proposed second factor, which `code` confirms; the link is used.

    `values`: password, password_confirmation, proposal, code. Raises Gone for a link that is not usable, Invalid with
    every mistake (the link then stays usable), Unavailable.
    """
    with db.reading() as session:
        current = mail_link_states.state_by_token(session, Purpose.STAFF_INVITATION, token)
    if current is not State.USABLE:
        raise mail_link_rules.unusable_link_error(Purpose.STAFF_INVITATION, current)
    password, secret, step = _read(token, values)
    password_hash = dependencies().password_hasher.hash(password)
    with db.operation() as session:
        member = mail_links.use_invitation(session, token)
        member.password_hash = password_hash
        member.invited_at = None
        member.last_login_at = portal_now()
        second_factor.put_in_force(member, secret, used_step=step)
        rate_limits.forget_failures(session, member.email_key)
        codes = recovery_codes.replace(session, member.id)
        AuditEntry.record(session, Actor("staff", member.id), "staff_set_up", member.id)
        return SetUp(session=sessions.replace_staff_sessions(session, member), recovery_codes=tuple(codes))


def _read(token: str, values: Mapping[str, Any]) -> tuple[str, str, int]:
    """The password, the secret of the second factor, and the time step of the code that confirms it."""
    reader = FormReader(values)
    password = passwords.read_confirmed(reader, dependencies().profile)
    secret = factor_proposals.secret_of(reader.raw("proposal"), factor_proposals.for_link(token))
    step = second_factor.matching_step(secret, reader.raw("code")) if secret else None
    if secret is None:
        reader.add_mistake("code", OUTDATED_PROPOSAL)
    elif not reader.text("code"):
        reader.add_mistake("code", "Saisissez le code à six chiffres que montre votre application.")
    elif step is None:
        reader.add_mistake("code", "Ce code n'est pas le bon : saisissez celui que montre votre application.")
    if password is None or secret is None or step is None:
        raise reader.error()
    return password, secret, step
