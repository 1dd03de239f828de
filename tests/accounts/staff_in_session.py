"""Members of staff made by commands, in a browser's session, with codes of their second factor, or invited by mail."""

import json
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
PERSON = ("--nom", "Roux", "--prenoms", "Anne")
GESTIONNAIRE = ("--email", EMAIL, "--role", "gestionnaire", "--academies", "03,19", *PERSON)
PASSWORD = "Tilleul/2021"
SUBJECT = f"accès à l'{page_labels.STAFF_PAGES}"


def run_command(accounts: RunningAccounts, *arguments: str, stdin: str | None = None) -> tuple[int, str]:
    with accounts.app.app_context():
        result = accounts.app.test_cli_runner().invoke(args=list(arguments), input=stdin)
    return result.exit_code, result.output


def command_result(accounts: RunningAccounts, *arguments: str, stdin: str | None = None) -> dict[str, Any]:
    code, output = run_command(accounts, *arguments, stdin=stdin)
    assert code == 0, output
    return dict(json.loads(output))


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
        with self.accounts.app.app_context(), db.operation() as session:
            session.get_one(StaffMember, self.id).totp_last_step = 0
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


def code_of(totp_secret: str, seconds: int = 0) -> str:
    """The code that an application shows in so many seconds."""
    return pyotp.TOTP(totp_secret).at(int(time.time()) + seconds)


def log_in_staff(accounts: RunningAccounts, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The session of who was made by a command, with the code of the moment unless one is given."""
    typed = {"code": code_of(made["totp_secret"]), **more}
    answer = accounts.try_log_in(made["email"], made["password"], **typed)
    assert answer.status_code == 201, answer.json
    return dict(answer.json or {})


def logged_in(accounts: RunningAccounts, email: str, role: str = "administrateur", academies: str = "") -> Session:
    person = ("--email", email, "--nom", "Martin", "--prenoms", "Anne", "--academies", academies)
    made = command_result(accounts, "create-staff", "--role", role, *person)
    member = Session(accounts, made["id"], email, made["password"], made["totp_secret"])
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
        "proposal": shown["sealed"],
        "code": code_of(shown["secret"]),
    }
    return accounts.post("/staff-invitations", token=token, **{**typed, **changes}), shown["secret"]
