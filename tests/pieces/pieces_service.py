"""Runs pieces in a test: web application, event handlers, follow-ups and commands, over a real
store and database."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from services import clock
from services.chassis.roles.command_line import migrate
from services.chassis.settings import Secret
from services.chassis.tasks import gauges
from services.clock import PARIS
from services.confined.checks import Program
from services.contracts.base import Contract
from services.contracts.reminder_rules import HOUR
from services.contracts.session_options import SessionOptions
from services.objects.lifecycle import ERASING_DELAY, erase_expired
from services.objects.reconciliation import Report
from services.pieces.app import create_app
from services.pieces.dependencies import Dependencies, attach, dependencies
from services.pieces.jobs import registry
from services.pieces.models import AuditEntry, Deposit, db, object_tables
from services.pieces.operations.restoration import reconciliation
from services.pieces.settings import PiecesSettings
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, DURING, registration_saved, window_changed
from tests.pieces.tus_client import send_file
from tests.support.process_settings import service_settings
from tests.support.service_worker import deliver_event, published, run_follow_ups, stored
from tests.support.tokens import bearer, candidate_token, key_of, staff_token

KEPT_DAYS = PiecesSettings.kept_days
ERASED_AFTER_DAYS = KEPT_DAYS + ERASING_DELAY.days + 0.01
"""How old a removed file is that the nightly job erases."""
NO_STORE = "s3+http://nobody:nothing@127.0.0.1:9/none"
# Every service of this process uses those: a start takes 0.4 s of a processor, and each file has a
# fork of its own.
_IDLE_PROGRAMS: list[Program] = []
STAFF = "57aff000000000000000000000000001"
ILLEGIBLE = "Illisible."  # why they refuse a piece
SEVEN_DAYS, TWO_DAYS, LAST_DAY = (
    datetime(2021, 10, day, HOUR, tzinfo=PARIS) for day in (24, 29, 31)
)
"""The instants of the ladder 7, 2, 0 before the end of the guide's deposit, which closes on the
31st at midnight."""


def build_settings(database_url: str, objects_url: str, **overrides: Any) -> PiecesSettings:
    offset = (DURING - clock.system_now()).total_seconds()
    given = {
        "log_level": "WARNING",
        "objects_url": Secret(objects_url),
        "portail_offset": offset,
        **overrides,
    }
    settings: PiecesSettings = service_settings("pieces", database_url, Path("/nowhere"), **given)
    return settings


def prepare(database_url: str) -> None:
    """Migrate what each test gets a copy of."""
    PiecesService(database_url, NO_STORE).close()


class PiecesService:
    """A running pieces. `now`: when its requests come in, as the gateway stamps them."""

    def __init__(self, database_url: str, objects_url: str, **overrides: Any) -> None:
        self.app: Flask = create_app(
            build_settings(database_url, objects_url, **overrides), key_of=key_of
        )
        migrate(self.app)
        self.dependencies.inspections.checks.idle_programs = _IDLE_PROGRAMS
        self.now = DURING

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        clock.set_offset(0)

    @property
    def dependencies(self) -> Dependencies:
        with self.app.app_context():
            return dependencies()

    def use(self, **others: Any) -> None:
        """These take the place of its dependencies from now on: the `store`, the `antivirus` …"""
        attach(self.app, dataclasses.replace(self.dependencies, **others))

    def handle_events(self, *events: Contract) -> None:
        for event in events:
            deliver_event(self.app, registry, event)

    def run_follow_ups(self) -> list[str]:
        """The names of the errors of those that have to be tried again."""
        return run_follow_ups(self.app, registry)

    def call(self, method: str, path: str, *, by: str = CANDIDATE, **options: Any) -> TestResponse:
        stamp = {"X-Received-At": self.now.astimezone(UTC).isoformat()}
        headers = {**bearer(candidate_token(by)), **stamp, **options.pop("headers", {})}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=headers, **options)

    def list_pieces(self, candidature_id: str = CANDIDATURE, by: str = CANDIDATE) -> dict[str, Any]:
        answer = self.call("GET", f"/candidatures/{candidature_id}/pieces", by=by)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    def groups(self, *candidature: str) -> list[dict[str, Any]]:
        """Of the guide's candidature, or of the one of this id and candidate."""
        return [
            group
            for period in self.list_pieces(*candidature)["periods"]
            for group in period["groups"]
        ]

    def group(self, code: str) -> dict[str, Any]:
        return next(group for group in self.groups() if group["code"] == code)

    def piece(self, code: str, *candidature: str) -> dict[str, Any]:
        pieces = (piece for group in self.groups(*candidature) for piece in group["pieces"])
        return dict(next(piece for piece in pieces if piece["code"] == code))

    def deposit(
        self,
        code: str,
        content: bytes | None = None,
        name: str = "pièce d'identité.pdf",
        **options: Any,
    ) -> TestResponse:
        return self.upload(
            self.piece(code)["id"],
            sample_files.pdf() if content is None else content,
            name,
            **options,
        )

    def upload(self, piece_id: str, content: bytes, name: str, **options: Any) -> TestResponse:
        return send_file(partial(self.call, **options), piece_id, content, name)

    def delete(self, code: str) -> TestResponse:
        return self.call("DELETE", f"/pieces/{self.piece(code)['id']}/deposit")

    def validate(self, group: str) -> TestResponse:
        return self.call("POST", f"/candidatures/{CANDIDATURE}/groups/{group}/validation", json={})

    def download(self, code: str) -> TestResponse:
        return self.call("GET", f"/pieces/{self.piece(code)['id']}/file")

    def preview(self, code: str, **options: Any) -> TestResponse:
        return self.call("GET", f"/pieces/{self.piece(code)['id']}/preview", **options)

    def staff(
        self,
        method: str,
        path: str,
        *,
        by: str = STAFF,
        academies: tuple[str, ...] | None = ("03",),
        **options: Any,
    ) -> TestResponse:
        token = staff_token(by, scopes=("pieces:read", "pieces:control"), academies=academies)
        headers = {**bearer(token), **options.pop("headers", {})}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=headers, **options)

    def read_as_staff(self, path: str, **options: Any) -> dict[str, Any]:
        answer = self.staff("GET", path, **options)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    def read_pages(self, path: str, **who: Any) -> list[dict[str, Any]]:
        """A list in pages of five."""
        pages = [self.read_as_staff(f"{path}?limit=5", **who)]
        while cursor := pages[-1]["next_cursor"]:
            pages.append(self.read_as_staff(f"{path}?limit=5&cursor={cursor}", **who))
        assert all(len(page["items"]) <= 5 for page in pages)
        return pages

    def listed_codes(self, query: str, *academies: str) -> list[str]:
        """The codes of the pieces that staff lists."""
        page = self.read_as_staff(f"/pieces?{query}", academies=academies or ("03",))
        return [item["code"] for item in page["items"]]

    def piece_for_staff(self, code: str) -> dict[str, Any]:
        """The piece as the staff API gives it."""
        answer = self.staff("GET", f"/pieces/{self.piece(code)['id']}")
        piece: dict[str, Any] = answer.get_json()
        assert answer.headers["ETag"] == piece["etag"]
        return piece

    def control(self, code: str, status: str, *, by: str = STAFF, **body: Any) -> TestResponse:
        """Of `academies`, who read `etag`; anything else goes into the body. A refusal says why,
        unless told not to."""
        piece = self.piece_for_staff(code)
        if status == "non_compliant":
            body.setdefault("comment", ILLEGIBLE)
        etag = body.pop("etag", piece["etag"])
        academies = body.pop("academies", ("03",))
        body = {"deposit_id": piece["deposit"] and piece["deposit"]["id"], "status": status, **body}
        who: dict[str, Any] = {
            "by": by,
            "academies": academies,
            "headers": {"If-Match": etag} if etag else {},
        }
        return self.staff("POST", f"/pieces/{piece['id']}/control", json=body, **who)

    def take_back(self, code: str, *, by: str = STAFF, etag: str | None = None) -> TestResponse:
        """The last decision on the piece, who read `etag`."""
        piece = self.piece_for_staff(code)
        read = {"If-Match": etag or piece["etag"]}
        return self.staff("DELETE", f"/pieces/{piece['id']}/control", by=by, headers=read)

    def published(self, type: str = "pieces.pieces_reminded.v1") -> list[dict[str, Any]]:
        """The data of the events of a type, oldest first."""
        return [envelope["data"] for envelope in published(self.app, type)]

    def objects(self) -> set[str]:
        return set(self.dependencies.store.list_keys())

    def run_job(self, name: str) -> None:
        with self.app.app_context():
            registry.jobs[name].run()

    def metrics(self, name: str) -> list[str]:
        """The lines of this metric in the answer of any process, with what the jobs have
        counted."""
        with self.app.app_context():
            gauges.show(db)
        lines = self.app.test_client().get("/metrics").text.splitlines()
        return sorted(line for line in lines if line.startswith(name))

    def run_command(self, *words: str) -> Result:
        """Run a command as an operator types it."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def run_nightly_jobs(self) -> Report:
        """The daily jobs for objects; the report of the reconciliation."""
        with self.app.app_context():
            report = reconciliation().run()
            erase_expired(db, dependencies().store)
            return report

    def age_retained_objects(self, days: float) -> None:
        """Make the notes of removed objects that many days older."""
        with self.app.app_context(), db.operation() as transaction:
            for row in transaction.scalars(select(object_tables.RetiredObject)):
                row.kept_until -= timedelta(days=days)

    def deposits(self) -> list[Deposit]:
        return stored(self.app, select(Deposit).order_by(Deposit.deposited_at))

    def audit_entries(self) -> list[AuditEntry]:
        """All of them, oldest first."""
        return stored(self.app, select(AuditEntry).order_by(AuditEntry.id))

    def audit_trail(self) -> list[tuple[str, str]]:
        return [(entry.actor_kind, entry.action) for entry in self.audit_entries()]

    def registered(self) -> PiecesService:
        """With the guide's candidature saved; the same service, to be chained."""
        self.handle_events(registration_saved())
        return self

    def with_ladder(
        self, revision: int = 1, closes: datetime = CLOSES, refusal_mails: bool = False
    ) -> PiecesService:
        """In the guide's opening with the ladder 7, 2, 0; the same service, to be chained."""
        options = SessionOptions(reminder_days=(7, 2, 0), refusal_mails=refusal_mails)
        self.handle_events(
            dataclasses.replace(window_changed(revision, closes=closes), options=options)
        )
        return self

    def move_to(self, instant: datetime) -> PiecesService:
        """Set the portal's clock to another instant; the same service, to be chained."""
        self.now = instant
        clock.set_offset((instant - clock.system_now()).total_seconds())
        return self


def at_once(*acts: Callable[[], TestResponse]) -> list[int]:
    """Status codes of acts begun together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], TestResponse]) -> int:
        start.wait()
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as windows:
        return list(windows.map(run, acts))
