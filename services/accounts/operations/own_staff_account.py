"""What a member of staff changes in their own account: what opens it with a code of the second
factor, saved filters without."""

from services.accounts.dependencies import dependencies
from services.accounts.domain import passwords
from services.accounts.domain.form_reader import FormReader
from services.accounts.models import AuditEntry, db
from services.accounts.operations import passkeys, second_factor, sessions
from services.accounts.operations.passwords import check_current_password, wrong_password_error
from services.accounts.operations.staff_accounts import lock_enabled_member, lock_member
from services.accounts.operations.staff_invitations import OUTDATED_PROPOSAL
from services.accounts.queries.staff import passkeys_of, stored_member
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Invalid, found
from services.contracts.account_rules import MOST_SAVED_FILTERS
from services.contracts.api.own_staff_account import (
    MaybeProposedFactor,
    NewSession,
    NewStaffPassword,
    ProposedFactor,
    RecoveryCodes,
)
from services.contracts.api.passkeys import MOST_PASSKEYS

WRONG_CODE = (
    "Ce code n'est pas celui du nouveau second facteur : saisissez celui que montre votre "
    "application."
)
TOO_MANY_FILTERS = (
    f"Vous avez déjà {MOST_SAVED_FILTERS} filtres enregistrés : supprimez-en, ou reprenez un nom."
)


def change_password(staff_id: str, new: NewStaffPassword) -> NewSession:
    """Replace the password. Every session ends, and a new one begins. Raises Invalid, TooMany,
    Unavailable."""
    reader = FormReader(
        {"password": new.password, "password_confirmation": new.password_confirmation}
    )
    password = passwords.read_confirmed(reader, passwords.RECOMMENDED)
    reader.refuse_mistakes()
    member = stored_member(staff_id)
    with dependencies().password_hasher.turn():  # first: a code is spent by its check
        check_current_password(member, new.current_password)
        second_factor.confirm_code(staff_id, new.code)
        password_hash = dependencies().password_hasher.hash(password)
    with db.operation() as transaction:
        locked = lock_enabled_member(transaction, staff_id)
        if locked.password_hash != member.password_hash:  # replaced meanwhile
            raise wrong_password_error()
        locked.password_hash = password_hash
        AuditEntry.record(transaction, Actor("staff", staff_id), "password_changed", staff_id)
        return NewSession(session=sessions.replace_staff_sessions(transaction, locked))


def propose_second_factor(staff_id: str, code: str) -> ProposedFactor:
    """Propose a new secret, not in force before a code of its own confirms it. Raises Invalid,
    TooMany."""
    second_factor.confirm_code(staff_id, code)
    member = stored_member(staff_id)
    return second_factor.propose(second_factor.for_renewal(member), member.email)


def proposed_again(staff_id: str, proposal: str) -> MaybeProposedFactor:
    """Return the same proposal, for the page that asks for its code again; None where it is no
    longer valid."""
    member = stored_member(staff_id)
    subject = second_factor.for_renewal(member)
    is_valid = second_factor.proposed_secret(proposal, subject) is not None
    return MaybeProposedFactor(
        proposal=second_factor.propose(subject, member.email, proposal) if is_valid else None
    )


def renew_second_factor(staff_id: str, proposal: str, code: str) -> NewSession:
    """Put the proposed secret, whose `code` this is, in force; every session ends, and a new one
    begins. Raises Invalid."""
    with db.operation() as transaction:
        member = lock_enabled_member(transaction, staff_id)
        secret = second_factor.proposed_secret(proposal, second_factor.for_renewal(member))
        step = second_factor.matching_step(secret, code) if secret else None
        if secret is None or step is None:
            raise Invalid.in_field("code", WRONG_CODE if secret else OUTDATED_PROPOSAL)
        second_factor.put_in_force(member, secret, used_step=step)
        AuditEntry.record(transaction, Actor("staff", staff_id), "second_factor_renewed", staff_id)
        return NewSession(session=sessions.replace_staff_sessions(transaction, member))


def new_recovery_codes(staff_id: str, code: str) -> RecoveryCodes:
    """Return a new set of recovery codes, which are shown only once; the old set is void. Raises
    Invalid, TooMany."""
    second_factor.confirm_code(staff_id, code)
    with db.operation() as transaction:
        lock_enabled_member(transaction, staff_id)
        codes = second_factor.replace_recovery_codes(transaction, staff_id)
        AuditEntry.record(transaction, Actor("staff", staff_id), "recovery_codes_renewed", staff_id)
        return RecoveryCodes(recovery_codes=tuple(codes))


def add_passkey(staff_id: str, name: str, passkey: str, code: str) -> None:
    """Make what the browser has made a second factor. Raises Invalid, TooMany."""
    name = " ".join(name.split())
    if not name:
        raise Invalid.in_field("name", "Saisissez le nom de cette clé d'accès.")
    second_factor.confirm_code(staff_id, code)
    with db.operation() as transaction:
        member = lock_enabled_member(transaction, staff_id)
        if len(passkeys_of(transaction, staff_id)) >= MOST_PASSKEYS:
            raise Invalid.in_field(
                "name", f"Vous avez déjà {MOST_PASSKEYS} clés d'accès : retirez-en."
            )
        transaction.add(passkeys.made_passkey(transaction, member, name, passkey))
        AuditEntry.record(
            transaction, Actor("staff", staff_id), "passkey_added", staff_id, after={"name": name}
        )


def remove_passkey(staff_id: str, passkey_id: str) -> None:
    """Delete a passkey. Raises NotFound; Conflict for the last one where the member's codes cannot
    be verified any more."""
    with db.operation() as transaction:
        member = lock_member(transaction, staff_id)
        theirs = {passkey.id: passkey for passkey in passkeys_of(transaction, staff_id)}
        passkey = found(theirs.get(passkey_id))
        if len(theirs) == 1 and not dependencies().derived_keys.opens(member.totp_sealed):
            raise Conflict(
                "Cette clé d'accès est votre seul second facteur : renouvelez d'abord l'autre."
            )
        transaction.delete(passkey)
        AuditEntry.record(
            transaction,
            Actor("staff", staff_id),
            "passkey_removed",
            staff_id,
            before={"name": passkey.name},
        )


def save_filters(staff_id: str, name: str, query: str) -> None:
    """Save filters under a name, in the place of those that have it; delete those where `query` is
    empty. Raises Invalid."""
    name = " ".join(name.split())
    if not name:
        raise Invalid.in_field("name", "Saisissez le nom de ces filtres.")
    with db.operation() as transaction:
        member = lock_member(transaction, staff_id)
        before = member.saved_filters
        saved = {key: value for key, value in {**before, name: query}.items() if value}
        if len(saved) > MOST_SAVED_FILTERS:
            raise Invalid.in_field("name", TOO_MANY_FILTERS)
        if saved != before:
            member.saved_filters = saved
            was = {"filters": before.get(name)}
            now = {"filters": saved.get(name)}
            AuditEntry.record(
                transaction,
                Actor("staff", staff_id),
                "filters_saved",
                staff_id,
                before=was,
                after=now,
            )
