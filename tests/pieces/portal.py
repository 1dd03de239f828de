"""pieces as a test drives it: its web application, its handlers and its worker's follow-ups, over real parts."""

from __future__ import annotations

import dataclasses
import io
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from click.testing import Result
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.chassis import clock
from services.chassis.events.envelope import Envelope
from services.chassis.process.command_line import migrate
from services.chassis.settings import Secret
from services.contracts.base import Contract
from services.objects import ObjectStore
from services.objects.lifecycle import erase_expired
from services.objects.reconciliation import Report
from services.pieces.antivirus import Antivirus
from services.pieces.app import create_app
from services.pieces.follow_ups import registry
from services.pieces.models import AuditEntry, Deposit, db, event_tables, object_tables
from services.pieces.operations.reconciliation import reconciliation
from services.pieces.parts import attach, parts
from services.pieces.settings import PiecesSettings
from tests.pieces import made
from tests.pieces.example import CANDIDATE, CANDIDATURE, DURING, saved
from tests.support.tokens import bearer, candidate_token, key_of, staff_token

if TYPE_CHECKING:
    from tests.support.object_store import Bucket

KEPT_DAYS = 35
STAFF = "57aff000000000000000000000000001"


def settings(database_url: str, objects_url: str, **given: Any) -> PiecesSettings:
    values: dict[str, Any] = {
        "env": "test",
        "log_level": "WARNING",
        "database_url": database_url,
        "broker_url": "sqlite:///:memory:",
        "accounts_url": "http://127.0.0.1:9",
        "client_id": "pieces",
        "client_secret": Secret("not a secret"),
        "objects_url": Secret(objects_url),
        "antivirus_url": "none",
        "portail_offset": (DURING - clock.system_now()).total_seconds(),
        **given,
    }
    return PiecesSettings(**values)


class Portal:
    """One running pieces, at `now` by the gateway's stamp."""

    def __init__(self, database_url: str, objects_url: str, **given: Any) -> None:
        self.app: Flask = create_app(settings(database_url, objects_url, **given), key_of=key_of)
        migrate(self.app)
        self.now = DURING

    @classmethod
    def over_the_store_of(cls, bucket: Bucket) -> Portal:
        """With an empty database of its own."""
        return cls(f"sqlite:///{tempfile.mkdtemp()}/other.db", bucket.url)

    def close(self) -> None:
        with self.app.app_context():
            parts().inspections.close()
            db.engine.dispose()
        clock.set_offset(0)

    def stores_in(self, store: ObjectStore) -> None:
        """Its files are kept there from now on."""
        with self.app.app_context():
            attach(self.app, dataclasses.replace(parts(), store=store))

    def asks(self, antivirus: Antivirus) -> None:
        """Its files are scanned there from now on."""
        with self.app.app_context():
            attach(self.app, dataclasses.replace(parts(), antivirus=antivirus))

    # What other services tell

    def hears(self, *events: Contract) -> None:
        for event in events:
            envelope = Envelope(uuid.uuid4().hex, "/registrations", event.TYPE, "x", self.now, event.to_data(), "test")
            with self.app.app_context(), db.operation() as session:
                for reaction in registry.reactions(event.TYPE):
                    reaction.run(session, type(event).from_data(event.to_data()), envelope)

    # The worker

    def works(self) -> list[str]:
        """Run each follow-up that waits, once; the names of the errors that would have them tried again."""
        outbox, failures = event_tables.Outbox, []
        with self.app.app_context():
            with db.reading() as session:
                rows = session.scalars(select(outbox).filter_by(published_at=None).order_by(outbox.sequence)).all()
            for row in rows:
                envelope = Envelope.from_json(row.envelope)
                run = registry.named_follow_up(row.type)
                assert run is not None
                try:
                    run(envelope.data, envelope)
                except Exception as error:
                    failures.append(type(error).__name__)
                    continue
                with db.operation() as session:
                    session.get_one(outbox, row.sequence).published_at = clock.system_now()
        return failures

    # A candidate

    def call(self, method: str, path: str, *, by: str = CANDIDATE, **given: Any) -> TestResponse:
        stamp = {"X-Received-At": self.now.astimezone(UTC).isoformat()}
        headers = {**bearer(candidate_token(by)), **stamp, **given.pop("headers", {})}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=headers, **given)

    def asked(self, candidature_id: str = CANDIDATURE) -> dict[str, Any]:
        answer = self.call("GET", f"/candidatures/{candidature_id}/pieces")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def group(self, code: str) -> dict[str, Any]:
        groups = [group for period in self.asked()["periods"] for group in period["groups"]]
        return next(group for group in groups if group["code"] == code)

    def piece(self, code: str) -> dict[str, Any]:
        groups = [group for period in self.asked()["periods"] for group in period["groups"]]
        found = [piece for group in groups for piece in group["pieces"] if piece["code"] == code]
        return dict(found[0])

    def deposit(
        self, code: str, content: bytes | None = None, name: str = "pièce d'identité.pdf", **given: Any
    ) -> TestResponse:
        return self.upload(self.piece(code)["id"], made.pdf() if content is None else content, name, **given)

    def upload(self, piece_id: str, content: bytes, name: str, **given: Any) -> TestResponse:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            **given.pop("headers", {}),
        }
        announced = given.pop("announced", len(content))  # the test client leaves out a length of 0
        environ = {"CONTENT_LENGTH": str(announced)}
        path = f"/pieces/{piece_id}/deposit"
        return self.call("PUT", path, data=content, headers=headers, environ_overrides=environ, **given)

    def delete(self, code: str) -> TestResponse:
        return self.call("DELETE", f"/pieces/{self.piece(code)['id']}/deposit")

    def validate(self, group: str) -> TestResponse:
        return self.call("POST", f"/candidatures/{CANDIDATURE}/groups/{group}/validation", json={})

    def opened(self, code: str) -> TestResponse:
        return self.call("GET", f"/pieces/{self.piece(code)['id']}/file")

    # Staff

    def staff(
        self, method: str, path: str, *, academies: tuple[str, ...] | None = ("03",), **given: Any
    ) -> TestResponse:
        scopes = given.pop("scopes", ("pieces:read", "pieces:control"))
        token = staff_token(STAFF, scopes=scopes, academies=academies)
        headers = {**bearer(token), **given.pop("headers", {})}
        return self.app.test_client().open(f"/v1{path}", method=method, headers=headers, **given)

    def seen(self, code: str) -> dict[str, Any]:
        """The piece as staff reads it."""
        answer = self.staff("GET", f"/pieces/{self.piece(code)['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        assert answer.headers["ETag"] == found["etag"]
        return found

    def control(self, code: str, status: str, **body: Any) -> TestResponse:
        seen = self.seen(code)
        deposit_id = seen["deposit"]["id"] if seen["deposit"] else None
        etag = body.pop("etag", seen["etag"])
        return self.staff(
            "POST",
            f"/pieces/{seen['id']}/control",
            headers={"If-Match": etag} if etag else {},
            json={"deposit_id": deposit_id, "status": status, **body},
        )

    # Behind the scenes

    def objects(self) -> set[str]:
        with self.app.app_context():
            return set(parts().store.list_keys())

    def stores(self, key: str, content: bytes = b"bytes") -> None:
        """Put an object there behind the service's back."""
        with self.app.app_context():
            parts().store.put(key, io.BytesIO(content), len(content), "application/pdf")

    def loses(self, key: str) -> None:
        """An object vanishes behind the service's back."""
        with self.app.app_context():
            parts().store.delete(key)

    def commands(self, *words: str) -> Result:
        """What an operator types."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def runs_nightly_jobs(self) -> Report:
        """Of those that deal with objects."""
        with self.app.app_context():
            report = reconciliation().run()
            erase_expired(db, parts().store)
            return report

    def ages(self, days: float) -> None:
        """What is known of removed and unknown objects is that much older."""
        with self.app.app_context(), db.operation() as session:
            for row in session.scalars(select(object_tables.RetiredObject)):
                row.kept_until -= timedelta(days=days)
            for row in session.scalars(select(object_tables.UnknownObject)):
                row.first_seen_at -= timedelta(days=days)

    def deposits(self) -> list[Deposit]:
        with self.app.app_context(), db.reading() as session:
            return list(session.scalars(select(Deposit).order_by(Deposit.deposited_at)))

    def trail(self) -> list[tuple[str, str]]:
        with self.app.app_context(), db.reading() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(entry.actor_kind, entry.action) for entry in entries]

    def registered(self) -> Portal:
        """With the guide's candidature."""
        self.hears(saved())
        return self

    def at(self, instant: datetime) -> Portal:
        """Go on at another instant, for rules and texts alike."""
        self.now = instant
        clock.set_offset((instant - clock.system_now()).total_seconds())
        return self
