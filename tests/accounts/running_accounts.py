"""The service running in a test: calls as the gateway makes them, mails as people receive them, its
clock."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from deploy.containers.secret_makers import ed25519_pem
from deploy.service_names import SERVICES
from services import clock
from services.accounts.dependencies import dependencies
from services.accounts.jobs import registry
from services.accounts.models import AuditEntry, LoginSession, db
from services.accounts.settings import AccountsSettings, ClientSecrets
from services.accounts.signing import SERVICE_TOKEN_SECONDS
from services.chassis.settings import Secret
from services.contracts.accounts import Identity
from tests.accounts.creation_form import EMAIL, NEW_EMAIL, PASSWORD, creation_form
from tests.accounts.fake_registrations import FakeRegistrations
from tests.support.continuous_requests import in_threads
from tests.support.service_worker import run_follow_ups
from tests.support.smtp import Mailbox, ReceivedMail
from tests.support.time_limits import PAGE_SECONDS

GATEWAY_SECRET = "the gateway's secret"
PUBLIC_URL = "http://portail.example"
_LINK = re.compile(rf"{PUBLIC_URL}/compte/[a-z-]+/([\w-]+)")
_SIGNING_KEY = Secret(ed25519_pem())
_NOBODY = "http://127.0.0.1:9"


def settings(database_url: str, folder: Path, **changes: Any) -> AccountsSettings:
    """Settings as in production, but with cheap password hashes, and nobody to talk to; `changes`
    replace some."""
    values: dict[str, Any] = {
        "env": "test",
        "log_level": "WARNING",
        "database_url": database_url,
        "broker_url": f"sqlite:///{folder / 'broker.db'}",
        **{f"{name}_url": _NOBODY for name in SERVICES},
        "mail_url": f"file://{folder / 'mail'}",
        "objects_url": Secret("s3+http://key:secret@127.0.0.1:9/accounts"),
        "page_seconds": PAGE_SECONDS,
        "client_id": "accounts",
        "client_secret": Secret("the secret of accounts"),
        "signing_key": _SIGNING_KEY,
        "client_secrets": ClientSecrets(f'{{"gateway": "{GATEWAY_SECRET}"}}'),
        "public_url": PUBLIC_URL,
        "argon2_memory_kib": 8,
        "argon2_passes": 1,
    }
    return AccountsSettings(**values | changes)


class Login(dict[str, Any]):
    """The session of a candidate, as the gateway gets it, and what is asked in it."""

    def __init__(self, accounts: "RunningAccounts", opened: TestResponse) -> None:
        assert opened.status_code == 201, opened.json
        super().__init__(opened.json or {})
        self.accounts = accounts

    def call(self, method: str, path: str, **body: Any) -> TestResponse:
        return self.accounts.call(method, path, self["access_token"], **body)

    def me(self) -> dict[str, Any]:
        return dict(self.call("GET", "/me").json or {})

    def identity(self) -> Identity:
        assertion = self.call("GET", "/me/identity").json["assertion"]
        return Identity(**claims_of(assertion)["identity"])

    def change(self, **values: Any) -> TestResponse:
        """By « Modifier mes informations », with the same password unless another is given."""
        return self.call("PUT", "/me", values=creation_form(**{"password": "", **values}))

    def ask_new_email(self, email: str = NEW_EMAIL) -> TestResponse:
        return self.change(email=email, current_password=PASSWORD)

    def new_email_token(self) -> str:
        """Of the link that puts the new address in force."""
        assert self.ask_new_email().json == {"email_change_pending": True}
        return self.accounts.newest_token(NEW_EMAIL, "Confirmer")

    def delete_account(self) -> TestResponse:
        return self.call("POST", "/me/deletion", current_password=PASSWORD)


class RunningAccounts:
    """The service, its mail server and the registrations that it asks. Calls carry the gateway's
    token unless another is given."""

    def __init__(
        self, app: Flask, mailbox: Mailbox, registrations: FakeRegistrations | None = None
    ) -> None:
        self.app = app
        self.mailbox = mailbox
        self.registrations = registrations or FakeRegistrations()
        self.client = app.test_client()
        self._gateway = ("", 0.0)

    def service_token(self, secret: str = GATEWAY_SECRET) -> str:
        answer = self.client.post(
            "/v1/tokens", json={"client_id": "gateway", "client_secret": secret}
        )
        assert answer.status_code == 200, answer.json
        return str(answer.json["access_token"])

    def gateway_token(self) -> str:
        """The gateway asks for another now and then, not at each call."""
        token, asked_at = self._gateway
        if not token or time.monotonic() - asked_at > SERVICE_TOKEN_SECONDS / 2:
            token = self.service_token()
            self._gateway = token, time.monotonic()
        return token

    def call(
        self, method: str, path: str, bearer: str | None = None, /, **body: Any
    ) -> TestResponse:
        headers = {"Authorization": f"Bearer {bearer or self.gateway_token()}"}
        sent = None if method == "GET" else body
        return self.client.open(f"/v1{path}", method=method, headers=headers, json=sent)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.call("POST", path, **body)

    def create_account(self, **changes: Any) -> TestResponse:
        return self.post("/accounts", values=creation_form(**changes))

    def send_mails(self) -> None:
        """Run all waiting follow-ups, as the worker does."""
        run_follow_ups(self.app, registry)

    def newest_mail(self, to: str, subject: str = "") -> ReceivedMail:
        self.send_mails()
        return self.mailbox.wait_for(to=to, subject=subject, seconds=5)

    def newest_token(self, to: str, subject: str = "") -> str:
        """The token of the link in the newest mail to that address."""
        return token_in(self.newest_mail(to, subject))

    def activate_new_account(self, **changes: Any) -> str:
        """Create and activate an account; returns its address."""
        assert self.create_account(**changes).status_code == 202
        email = str(creation_form(**changes)["email"])
        assert (
            self.post("/activations", token=self.newest_token(email, "Activer")).status_code == 200
        )
        self.mailbox.clear()
        return email

    def try_log_in(
        self, email: str = EMAIL, password: str = PASSWORD, source: str = "192.0.2.1", **more: Any
    ) -> TestResponse:
        return self.post(
            "/sessions", email=email, password=password, source=source, **{"device": None, **more}
        )

    def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> Login:
        return Login(self, self.try_log_in(email, password))

    def log_in_new_candidate(self, **changes: Any) -> Login:
        """Create, activate and log in to an account."""
        email = self.activate_new_account(**changes)
        return self.log_in(email, creation_form(**changes)["password"])

    def run_command(self, *words: str, stdin: str | None = None) -> tuple[int, str]:
        """Its exit code and its output."""
        with self.app.app_context():
            result = self.app.test_cli_runner().invoke(args=list(words), input=stdin)
        return result.exit_code, result.output

    def command_result(self, *words: str) -> dict[str, Any]:
        code, output = self.run_command(*words)
        assert code == 0, output
        return dict(json.loads(output))

    def run_job(self, name: str) -> None:
        with self.app.app_context():
            registry.jobs[name].run()

    def stored(self, *models: Any) -> list[Any]:
        """The rows of these tables."""
        with self.app.app_context(), db.reading() as transaction:
            return [row for model in models for row in transaction.query(model)]

    def audit_entries(self, subject: str | None = None) -> list[AuditEntry]:
        """The trail, of one subject or whole, the oldest entry first."""
        entries = sorted(self.stored(AuditEntry), key=lambda entry: entry.id)
        return [entry for entry in entries if subject in (None, entry.subject)]

    def waiting_for_locks(self) -> int:
        """How many sessions of PostgreSQL wait for each other."""
        here = "datname = current_database() AND wait_event_type = 'Lock'"
        with self.app.app_context(), db.engine.connect() as connection:
            return int(
                connection.execute(
                    text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")
                ).scalar_one()
            )

    def age_sessions(self, *, seen: float = 0, created: float = 0) -> None:
        """The last activity and the beginning of every session were that many seconds earlier."""
        with self.app.app_context(), db.operation() as transaction:
            for row in transaction.query(LoginSession):
                row.last_seen_at -= timedelta(seconds=seen)
                row.created_at -= timedelta(seconds=created)

    def advance_clock(self, time: timedelta = timedelta(0), /, **more: float) -> None:
        """Move the portal's clock forward by `time` and `more`."""
        clock.set_offset((clock.offset() + time + timedelta(**more)).total_seconds())


Start = Callable[..., RunningAccounts]


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def token_in(mail: ReceivedMail) -> str:
    link = _LINK.search(mail.text)
    assert link, mail.text
    return link[1]


def problem_slug(answer: TestResponse) -> str:
    """The last part of a problem's type."""
    assert answer.content_type == "application/problem+json", answer.data
    return str(answer.json["type"]).removeprefix("/problems/")


def refused_fields(answer: TestResponse) -> set[str]:
    """The fields that a refusal is about."""
    return {error["pointer"].removeprefix("#/") for error in answer.json["errors"]}


@contextmanager
def occupy_hashing_turns(app: Flask) -> Iterator[None]:
    """Every turn at hashing is taken by other threads while the block runs."""
    over = threading.Event()
    turns = threading.Semaphore(0)

    def take() -> None:
        with app.app_context(), dependencies().password_hasher.turn():
            turns.release()
            over.wait(90)

    with app.app_context():
        acts = [take] * dependencies().password_hasher._limit.running
    with in_threads(over, *acts):
        assert all(turns.acquire(timeout=90) for _ in acts)
        yield
