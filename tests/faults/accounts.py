"""Accounts: a civil status changed by its owner or corrected by staff, a new address confirmed,
one's data copied."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import jwt
from sqlalchemy import select

from services.accounts.app import create_app
from services.accounts.dependencies import dependencies
from services.accounts.follow_ups import registry
from services.accounts.models import Account, IdentityChange, PersonalCopy
from services.accounts.operations.identity_changes import finish_all_pending_changes
from services.chassis.settings import Secret
from services.contracts.api.passkeys import CREATION
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, PASSWORD, creation_form
from tests.accounts.fake_registrations import FakeRegistrations
from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts, settings, token_in
from tests.accounts.staff_in_session import invitation_token, logged_in
from tests.faults.operation import (
    CODE_SPENT,
    COUNTED,
    NOTED,
    TAKEN,
    DoneByTheWorker,
    Operation,
    RunningService,
    State,
)
from tests.support.authenticator import Authenticator
from tests.support.object_store import Bucket
from tests.support.service_worker import stored
from tests.support.smtp import Mailbox

NEW_NAME = "Laurent Marie"
INVITED = "nouvelle@x.fr"


class Accounts(RunningService):
    """With the guide's candidate, who has logged in, a mail server, a store, and registrations that
    answers, for the other services too."""

    name = "accounts"
    needs = ("mailbox", "registrations", "bucket")
    registry = registry
    jobs = (finish_all_pending_changes,)

    def __init__(
        self,
        database_url: str,
        folder: Path,
        mailbox: Mailbox,
        registrations: FakeRegistrations,
        bucket: Bucket,
    ) -> None:
        self.mailbox = mailbox
        self.registrations = registrations
        urls = dict.fromkeys(
            ("registrations_url", "documents_url", "pieces_url"), registrations.url
        )
        store = Secret(bucket.url)
        self.app = create_app(
            settings(database_url, folder, **urls, mail_url=mailbox.url, objects_url=store)
        )
        self.accounts = RunningAccounts(self.app, mailbox)
        with self.app.app_context():
            self.store = dependencies().store

    def restoring(self) -> Callable[[], None]:
        restore_objects = super().restoring()

        def restore() -> None:
            self.mailbox.clear()
            restore_objects()

        return restore


class _AccountOperation(Operation[Accounts]):
    service = Accounts

    def prepare(self) -> None:
        self.login = self.running.accounts.log_in_new_candidate()

    def state(self) -> State:
        accounts = self.running.accounts
        token = accounts.call("GET", "/me/identity", self.login["access_token"]).json["assertion"]
        identity = jwt.decode(token, options={"verify_signature": False})["identity"]
        return {
            "the identity": (identity["version"], identity["prenoms"], identity["email"]),
            "the candidate logs in": accounts.try_log_in(identity["email"]).status_code,
            "changes pending": len(stored(self.running.app, select(IdentityChange))),
            "told": self.running.published_events(),
            "mails": [(mail.recipients, mail.subject) for mail in self.running.mailbox.received],
        }


def _with(identity: tuple[int, str, str], addresses: list[tuple[str]]) -> State:
    return {
        "the identity": identity,
        "the candidate logs in": 201,
        "changes pending": 0,
        "told": addresses,
        "mails": [],
    }


class CreateAccount(Operation[Accounts]):
    """Asked for again, another creation waits beside the first."""

    service = Accounts
    done: ClassVar[State] = {"an account waits": True, "the newest link": "usable"}

    def prepare(self) -> None:
        """An address that nobody has used."""

    def do(self) -> int:
        return self.running.accounts.create_account().status_code

    def state(self) -> State:
        accounts = stored(self.running.app, select(Account))
        return {
            "an account waits": bool(accounts),
            "the newest link": _newest_link(self.running, EMAIL, "activations"),
        }


class ChangeCivilStatus(_AccountOperation):
    """Once it is committed as pending, the worker's job agrees it with registrations and puts it in
    force."""

    commits = ("asked for", "in force")
    done: ClassVar[State] = _with((2, NEW_NAME, EMAIL), [])

    def do(self) -> int:
        return self.login.change(prenoms=NEW_NAME).status_code


class CorrectIdentity(_AccountOperation):
    done: ClassVar[State] = _with((2, NEW_NAME, EMAIL), [("identity_corrected",)])

    def prepare(self) -> None:
        super().prepare()
        self.administrator = logged_in(self.running.accounts, "admin@x.fr").bearer

    def do(self) -> int:
        path = f"/candidates/{self.login['subject']}/identity"
        given = {"values": creation_form(prenoms=NEW_NAME), "reason": "Pièce d'identité reçue"}
        return self.running.accounts.call("POST", path, self.administrator, **given).status_code


class AskNewAddress(_AccountOperation):
    """Asked for again, the older link dies and the newest mail counts."""

    commits = (COUNTED, "the right password is told", "the address is asked for")
    decided_by = 2
    done: ClassVar[State] = {"pending address": NEW_EMAIL, "the newest link": "usable"}

    def do(self) -> int:
        return self.login.ask_new_email().status_code

    def state(self) -> State:
        pending = self.running.accounts.call("GET", "/me", self.login["access_token"]).json[
            "pending_email"
        ]
        return {
            "pending address": pending,
            "the newest link": _newest_link(self.running, NEW_EMAIL, "email-changes"),
        }


class ConfirmAddress(_AccountOperation):
    repeated = (410,)  # the link was used
    done: ClassVar[State] = {
        **_with((2, "Laurent", NEW_EMAIL), [("email_changed",)]),
        "mails": [([EMAIL], "[CYCLADES] L'adresse mail de votre compte a été modifiée")],
    }

    def prepare(self) -> None:
        super().prepare()
        assert self.login.ask_new_email().status_code == 200
        self.token = self.running.accounts.newest_token(NEW_EMAIL, "Confirmer")
        self.running.mailbox.clear()

    def do(self) -> int:
        return self.running.accounts.post("/email-changes", token=self.token).status_code


class AskCopy(_AccountOperation):
    """Asked for again it is the same copy, which the worker makes, and of which it tells once."""

    commits = (COUNTED, "the right password is told", "the copy is asked for")
    decided_by = 2
    done: ClassVar[State] = {"copies": 1, "it opens": 200, "objects": 1, "mails": 1}

    def do(self) -> int:
        return self.running.accounts.call(
            "POST", "/me/copies", self.bearer, current_password=PASSWORD
        ).status_code

    @property
    def bearer(self) -> str:
        return str(self.login["access_token"])

    def state(self) -> State:
        accounts = self.running.accounts
        copy = accounts.call("GET", "/me/copies", self.bearer).json["copy"]
        opened = (
            accounts.call("GET", f"/me/copies/{copy['id']}/file", self.bearer) if copy else None
        )
        with self.running.app.app_context():
            objects = len(list(dependencies().store.list_keys()))
        return {
            "copies": len(accounts.stored(PersonalCopy)),
            "it opens": opened and opened.status_code,
            "objects": objects,
            "mails": len(self.running.mailbox.find(EMAIL, "Vos données sont prêtes")),
        }


class MakeCopy(DoneByTheWorker, AskCopy):
    commits = (TAKEN, "the copy is there", NOTED)


class _StaffOperation(Operation[Accounts]):
    """By an administrateur, with a code of the second factor, which is spent whatever becomes of
    the act."""

    service = Accounts
    commits = (COUNTED, CODE_SPENT, "it is done")
    decided_by = 2
    repeated = (409,)  # done already

    def prepare(self) -> None:
        self.chief = logged_in(self.running.accounts, "chef@x.fr")
        self.codes = list(
            (self.chief.post("/staff/me/recovery-codes").json or {})["recovery_codes"]
        )
        self.bearer = self.chief.bearer

    def acts(self, path: str, **body: Any) -> int:
        """With a code that was not used, and without another commit."""
        code, *self.codes = self.codes
        sent = {**body, "code": code}
        return self.running.accounts.call("POST", path, self.bearer, **sent).status_code

    def retry(self) -> int | None:
        """With another code: the first may have been spent, by a process that did not live to say
        so."""
        self.codes = self.codes[1:]
        return self.do()

    def newest_invitation(self) -> str | None:
        """In which state the link of the newest mail to the invited person is; None without a
        mail."""
        if not self.running.mailbox.find(INVITED):
            return None
        token = invitation_token(self.running.accounts, INVITED)
        return str(
            self.running.accounts.post("/staff-invitations/check", token=token).json["state"]
        )


class InviteStaff(_StaffOperation):
    done: ClassVar[State] = {"members": 2, "the newest link": "usable"}

    def do(self) -> int:
        person = {
            "email": INVITED,
            "nom": "Durand",
            "prenoms": "Paule",
            "role": "gestionnaire",
            "academies": ["03"],
        }
        return self.acts("/staff", **person)

    def state(self) -> State:
        return {
            "members": len(self.chief.get("/staff")["items"]),
            "the newest link": self.newest_invitation(),
        }


class AddPasskey(_StaffOperation):
    repeated = (422,)  # the credential is known
    done: ClassVar[State] = {"passkeys": ["clé"]}

    def prepare(self) -> None:
        super().prepare()
        asked = {"purpose": CREATION, "session": self.chief.secret}
        options = (self.running.accounts.post("/passkeys/options", **asked).json or {})["options"]
        self.made = Authenticator(PUBLIC_URL).make(options)

    def do(self) -> int:
        return self.acts("/staff/me/passkeys", name="clé", passkey=self.made)

    def state(self) -> State:
        return {
            "passkeys": [passkey["name"] for passkey in self.chief.get("/staff/me")["passkeys"]]
        }


class ResetSecondFactor(_StaffOperation):
    done: ClassVar[State] = {"the old access": 401, "mails": 1, "state": "invited"}

    def prepare(self) -> None:
        super().prepare()
        self.member = logged_in(self.running.accounts, INVITED, "gestionnaire", "03")

    def do(self) -> int:
        return self.acts(f"/staff/{self.member.id}/second-factor-reset", reason="Perdu")

    def state(self) -> State:
        self.running.accounts.send_mails()
        return {
            "the old access": self.running.accounts.post(
                "/sessions/exchange", session=self.member.secret
            ).status_code,
            "mails": len(self.running.mailbox.find(INVITED)),
            "state": self.chief.get(f"/staff/{self.member.id}")["state"],
        }


def _newest_link(running: Accounts, address: str, path: str) -> str | None:
    """In which state the link of the newest mail to this address is; None without a mail."""
    mails = running.mailbox.find(address)
    if not mails:
        return None
    return str(running.accounts.post(f"/{path}/check", token=token_in(mails[-1])).json["state"])
