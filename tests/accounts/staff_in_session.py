"""Members of staff made by commands, in a browser's session, with codes of their second factor, or
invited by mail."""

import re
import time
from dataclasses import dataclass
from typing import Any

import pyotp
from werkzeug.test import TestResponse

from services.accounts.models import StaffMember, db
from services.contracts import page_labels
from tests.accounts.running_accounts import PUBLIC_URL, RunningAccounts

_INVITATION = re.compile(rf"{PUBLIC_URL}/gestion/invitation/([\w-]+)")
EMAIL = "gestion@ac-besancon.fr"
CHIEF = "chef@dec.example"
PASSWORD = "Tilleul/2021"
WHY = "Mutation au 1er décembre"
SUBJECT = f"accès à l'{page_labels.STAFF_PAGES}"


@dataclass
class Session:
    """`secret` is that of the browser's session, `bearer` the access token exchanged for it."""

    accounts: RunningAccounts
    id: str
    email: str
    password: str
    totp_secret: str
    secret: str = ""

    @property
    def bearer(self) -> str:
        answer = self.accounts.post("/sessions/exchange", session=self.secret)
        assert answer.status_code == 200, answer.json
        return str(answer.json["access_token"])

    def code(self) -> str:
        """A code that was not used yet, however many there were in these thirty seconds."""
        with self.accounts.app.app_context(), db.operation() as transaction:
            transaction.get_one(StaffMember, self.id).totp_last_step = 0
        return code_of(self.totp_secret)

    def log_in(self, code: str = "") -> TestResponse:
        answer = self.accounts.try_log_in(self.email, self.password, code=code or self.code())
        if answer.status_code == 201:
            self.secret = answer.json["session"]
        return answer

    def get(self, path: str) -> Any:
        answer = self.accounts.call("GET", path, self.bearer)
        assert answer.status_code == 200, answer.json
        return answer.json

    def post(self, path: str, **body: Any) -> TestResponse:
        """With a fresh code, unless one is given."""
        code = body.pop("code") if "code" in body else self.code()
        return self.accounts.call("POST", path, self.bearer, code=code, **body)

    def search(self, email: str) -> list[dict[str, Any]]:
        """The candidates of that address."""
        answer = self.accounts.call("POST", "/candidates/search", self.bearer, email=email)
        return list(answer.json["candidates"])

    def new_token(self, *options: str) -> dict[str, str]:
        """For a tool, made by a command."""
        return self.accounts.command_result("create-token", "--email", self.email, *options)


def code_of(totp_secret: str) -> str:
    """The code that an application shows at this moment."""
    return pyotp.TOTP(totp_secret).at(int(time.time()))


def creation(email: str, role: str, academies: str) -> tuple[str, ...]:
    """The words of the command that makes a member of staff."""
    person = ("--email", email, "--nom", "Martin", "--prenoms", "Anne")
    return ("create-staff", *person, "--role", role, "--academies", academies)


def created(
    accounts: RunningAccounts,
    email: str = EMAIL,
    role: str = "gestionnaire",
    academies: str = "03,19",
) -> Session:
    """Made by a command, and not logged in yet."""
    made = accounts.command_result(*creation(email, role, academies))
    return Session(accounts, made["id"], email, made["password"], made["totp_secret"])


def logged_in(
    accounts: RunningAccounts, email: str, role: str = "administrateur", academies: str = ""
) -> Session:
    member = created(accounts, email, role, academies)
    assert member.log_in().status_code == 201
    return member


def invitation_token(accounts: RunningAccounts, email: str, subject: str = SUBJECT) -> str:
    """Of the newest link mailed to that address."""
    mail = accounts.newest_mail(email, subject)
    link = _INVITATION.search(mail.text)
    assert link, mail.text
    return link[1]


def proposal(accounts: RunningAccounts, token: str) -> dict[str, str]:
    answer = accounts.post("/staff-invitations/check", token=token)
    assert answer.status_code == 200, answer.json
    assert answer.json["state"] == "usable", answer.json
    return dict(answer.json["proposal"])


def complete(accounts: RunningAccounts, token: str, **changes: str) -> tuple[TestResponse, str]:
    """The answer, and the secret of the second factor that was set up."""
    shown = proposal(accounts, token)
    typed = {
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        "code": code_of(shown["secret"]),
        **changes,
    }
    return accounts.post(
        "/staff-invitations", token=token, **{"proposal": shown["sealed"], **typed}
    ), shown["secret"]
