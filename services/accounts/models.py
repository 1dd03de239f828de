"""Tables of accounts. Secrets are stored as hashes; throttling stores neither mail addresses nor
network addresses."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.accounts.domain.civil_status import NAME_LENGTH, PLACE_LENGTH, Birthplace, CivilStatus
from services.accounts.domain.emails import ADDRESS_LENGTH
from services.chassis.database.audit import AuditColumns, audit_indexes
from services.chassis.database.audit_chain import AuditChain
from services.chassis.database.columns import UtcDateTime, new_id
from services.chassis.database.migrations import partial_index
from services.chassis.database.transactions import Database
from services.chassis.tasks.tables import EventTables
from services.contracts.account_rules import TOKEN_NAME_LENGTH, MemberState
from services.mail.sent_mails import SentMails

db = Database()
events = EventTables(db)
sent_mails = SentMails(db)

_ID = String(32)
_HASH = String(64)
_PROVIDER = String(16)


class Account(db.Model):
    """A candidate's account, or a creation that waits for its activation (`activated_at` None). Any
    number of creations may have the same address, but only one activated account.

    `engaged_at`: when accounts first learned that the candidate has a candidature. `warned_at`:
    when its owner was last told by mail that it will be erased unless it is used. `version` is the
    identity's: a trigger of the database refuses another civil status or address under the same
    version.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    email_key: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    engaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    civilite: Mapped[str] = mapped_column(String(8))
    nom_famille: Mapped[str] = mapped_column(String(NAME_LENGTH))
    nom_usage: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    prenoms: Mapped[str] = mapped_column(String(NAME_LENGTH))
    date_naissance: Mapped[date] = mapped_column(Date, index=True)
    pays_naissance: Mapped[str] = mapped_column(String(3))
    departement_naissance: Mapped[str | None] = mapped_column(String(3))
    commune_naissance: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    commune_hors_liste: Mapped[bool] = mapped_column(default=False)
    certified_by: Mapped[str | None] = mapped_column(_PROVIDER)
    """The provider whose identity filled the civil status, which its owner does not change then."""

    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        partial_index(
            "uq_accounts_email_key_activated",
            "email_key",
            unique=True,
            where="activated_at IS NOT NULL",
        ),
        partial_index(
            "ix_accounts_waiting", "email_key", "created_at", where="activated_at IS NULL"
        ),
    )

    @property
    def civil_status(self) -> CivilStatus:
        return CivilStatus(
            civilite=self.civilite,
            nom_famille=self.nom_famille,
            nom_usage=self.nom_usage,
            prenoms=self.prenoms,
            date_naissance=self.date_naissance,
            naissance=Birthplace(
                pays=self.pays_naissance,
                departement=self.departement_naissance,
                commune=self.commune_naissance,
                hors_liste=self.commune_hors_liste,
            ),
        )

    @civil_status.setter
    def civil_status(self, status: CivilStatus) -> None:
        place = status.naissance
        names = (status.nom_famille, status.nom_usage, status.prenoms)
        self.civilite = status.civilite
        self.date_naissance = status.date_naissance
        self.nom_famille, self.nom_usage, self.prenoms = names
        self.pays_naissance = place.pays
        self.departement_naissance = place.departement
        self.commune_naissance = place.commune
        self.commune_hors_liste = place.hors_liste


class EmailChange(db.Model):
    """A new address that waits for its owner's confirmation. The row is deleted some time later."""

    __tablename__ = "email_changes"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    previous_address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailRefusal(db.Model):
    """An address for which the mail server refuses a candidate's mails for good; deleted once it
    accepts one. `code` is what the server answered last, `refused_at` when it did so first."""

    __tablename__ = "mail_refusals"

    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), primary_key=True)
    code: Mapped[int] = mapped_column(Integer)
    refused_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityChange(db.Model):
    """A change or deletion that registrations must agree to first: committed as `version`, then
    asked, then applied."""

    __tablename__ = "identity_changes"

    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer)
    civil_status: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    """The new civil status as plain data; None asks for the account's deletion."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    email: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    """The new address that the same form asks for, to be confirmed by its owner."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """The hash of the new password that the same form asks for."""
    verified_hash: Mapped[str | None] = mapped_column(String(255))
    """The hash of the current password, as it was verified for the address and the password; None
    where the form changes neither."""


class ErasureRequest(db.Model):
    """Someone who has a candidature asked for the erasure of their data. `answer`: what they were
    told, until their account is erased."""

    __tablename__ = "erasure_requests"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(_ID, index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(Text)


class PersonalCopy(db.Model):
    """A copy of an account's data: an archive in the store once it has a `size`. The row is there
    before its object, and until that is deleted, once `expires_at` is over; it outlives the
    account."""

    __tablename__ = "personal_copies"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(_ID, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    size: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    @property
    def object_key(self) -> str:
        return f"copies/{self.account_id}/{self.id}.zip"


class MailLink(db.Model):
    """A mailed link, by its token's hash. It outlives its account, so that it can still say that it
    expired."""

    __tablename__ = "mail_links"

    token_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[str | None] = mapped_column(_ID, index=True)
    email_change_id: Mapped[str | None] = mapped_column(_ID)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(db.Model):
    """A log-in, by the hash of the browser's secret. System time. Ended ones stay, to know whose
    they were."""

    __tablename__ = "login_sessions"

    secret_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(_ID, index=True)
    previous_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider: Mapped[str | None] = mapped_column(_PROVIDER)
    id_token_sealed: Mapped[str | None] = mapped_column(Text)
    """The token of a log-in with a provider, which is told by it that the session ends."""
    confirmed_act: Mapped[str | None] = mapped_column(_HASH)
    """The act for which the candidate has signed in with the provider anew, until it is done,
    once."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProviderIdentity(db.Model):
    """An identity of FranceConnect or ProConnect (`sub`), and whose account it opens: a candidate's
    or a member of staff's. `joined_at`: None while it waits, as its creation does, for the
    activation."""

    __tablename__ = "provider_identities"

    provider: Mapped[str] = mapped_column(_PROVIDER, primary_key=True)
    sub: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject_id: Mapped[str] = mapped_column(_ID, primary_key=True, index=True)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        partial_index(
            "uq_provider_identities_joined",
            "provider",
            "sub",
            unique=True,
            where="joined_at IS NOT NULL",
        ),
    )


class KnownBrowser(db.Model):
    """A browser that has logged in to an account before: failures of unknown browsers do not slow
    it."""

    __tablename__ = "known_browsers"

    subject_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    device_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LoginFailures(db.Model):
    """Failed tries of one account under one slot (a source, a known browser, all unknown ones
    together)."""

    __tablename__ = "login_failures"

    account_trace: Mapped[str] = mapped_column(_HASH, primary_key=True)
    slot: Mapped[str] = mapped_column(_HASH, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class MailQuota(db.Model):
    """A count of the mails that were recently asked for at an address, with or without an
    account."""

    __tablename__ = "mail_quotas"

    trace: Mapped[str] = mapped_column(_HASH, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class StaffMember(db.Model):
    """Staff who are limited to académies, or an administrateur (`academies` None: all)."""

    __tablename__ = "staff_members"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    email_key: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    nom: Mapped[str] = mapped_column(String(NAME_LENGTH))
    prenoms: Mapped[str] = mapped_column(String(NAME_LENGTH))
    role: Mapped[str] = mapped_column(String(16))
    academies: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    totp_sealed: Mapped[str] = mapped_column(String(255))
    totp_last_step: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The instant since which they can no longer log in; the row stays, since the audit trail and
    the controls name it."""
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The instant at which they were last invited, in portal time; None once they have chosen a
    password and a second factor."""
    saved_filters: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """Filters of the list of candidatures, by the names that they gave them: each the query of an
    address."""

    @property
    def state(self) -> MemberState:
        if self.disabled_at is not None:
            return MemberState.DISABLED
        return MemberState.ACTIVE if self.invited_at is None else MemberState.INVITED


class RecoveryCode(db.Model):
    """A code that replaces the second factor's once, by its hash. A new set deletes the old one."""

    __tablename__ = "staff_recovery_codes"

    code_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE"), index=True
    )
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(db.Model):
    """A passkey (WebAuthn) of a member of staff, which replaces the second factor's code."""

    __tablename__ = "staff_passkeys"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """In base64url: at most 1023 bytes."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(TOKEN_NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffToken(db.Model):
    """A personal access token of a tool, by its hash; it allows no more than its owner's role."""

    __tablename__ = "staff_tokens"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(TOKEN_NAME_LENGTH))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The last use, to the hour: not every use is stored."""


class AuditEntry(AuditColumns, db.Model):
    """An act: who did what to whom, when, before and after. Append-only: triggers of the database
    refuse changes."""

    __tablename__ = "audit_entries"
    __table_args__ = audit_indexes("audit_entries")


audit_chain = AuditChain(db, AuditEntry)
