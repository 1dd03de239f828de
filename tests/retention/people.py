"""Candidates of three sessions in the four services, each with values that nobody else has; where
these are found."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select
from werkzeug.test import TestResponse

from services import clock
from services.accounts.models import Account, AuditEntry
from services.accounts.models import db as accounts_db
from services.chassis.database.audit import Actor
from services.contracts.retention import retention
from tests.pieces import sample_files
from tests.pieces.tus_client import send_file
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import NOW, CandidateClient
from tests.support import tokens
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.object_store import Bucket
from tests.support.service_worker import database_of

CLOSED = {
    "2022": at("2023-01-01 00:00"),
    "2023": at("2024-01-01 00:00"),
    "2024": at("2025-01-01 00:00"),
}
"""When the sessions close."""
STAFF = Actor("staff", "57aff000000000000000000000000001")
Content = bytes | mmap
DAY = timedelta(days=1)
NOTICE = retention().kind("comptes").notice
SCOPES = (
    "pieces:read",
    "pieces:control",
    "candidatures:read",
    "candidatures:manage",
    "documents:publish",
)


@dataclass
class Person(CandidateClient):
    """Of a session. `mark` is in their name, mail, file and in what staff wrote of them."""

    session: str = ""
    mark: str = ""
    found: dict[str, str] = field(default_factory=dict, compare=False)

    def open(self, academie: str = "03") -> candidate_client.Answer:
        opening = candidate_client.opening_id(self.app, academie, self.session)
        return self.call("POST", "/drafts", {"opening_id": opening, "assertion": self.assertion})

    @property
    def values(self) -> tuple[str, ...]:
        return self.mark, self.found["number"]


class Portal:
    """The four services; `apps` by name."""

    def __init__(self, running: InProcessFourServices, bucket: Bucket) -> None:
        self.running = running
        self.bucket = bucket
        self.apps = running.apps
        for name in ("registrations", "documents", "pieces"):
            tokens.accept(self.apps[name])
        sessions = tuple(
            replace(
                candidate_client.GUIDE_SESSION,
                name=name,
                label=f"BTS {name}",
                closes=closes,
                openings=(BESANCON,),
            )
            for name, closes in CLOSED.items()
        )
        candidate_client.load(
            self.apps["registrations"], replace(candidate_client.GUIDE, sessions=sessions)
        )

    def people(self, session: str, number: int) -> list[Person]:
        return [self._person(session, index) for index in range(number)]

    def _person(self, session: str, index: int) -> Person:
        mark = f"QX{session}N{index:04}"
        candidate_id = f"{session}{index:028x}"
        names = {
            "nom_famille": mark,
            "prenoms": f"Paul{mark}",
            "email": f"{mark}@example.org".lower(),
        }
        person = Person(
            self.apps["registrations"],
            candidate_id,
            {**tokens.DUBOIS, **names},
            session=session,
            mark=mark,
        )
        birth = datetime.fromisoformat(person.identity["date_naissance"]).date()
        status = {
            name: value
            for name, value in person.identity.items()
            if name not in ("version", "email")
        }
        with self.apps["accounts"].app_context(), accounts_db.operation() as rows:
            rows.add(
                Account(
                    id=candidate_id,
                    email=names["email"],
                    email_key=names["email"],
                    password_hash="x",
                    created_at=NOW,
                    activated_at=NOW,
                    last_login_at=NOW,
                    **{**status, "date_naissance": birth},
                )
            )
        saved = person.save(person.filled())
        assert saved.status_code == 201, saved.text
        person.found["id"] = str(saved.json["candidature_id"])
        person.found["number"] = str(person.acknowledgement(person.found["id"])["numero_candidat"])
        return person

    def work_on(self, person: Person) -> None:
        """Files, decisions, notes and documents that name the person."""
        call = partial(self._call, "pieces", tokens.candidate_token(person.id))
        pieces = call("GET", f"/candidatures/{person.found['id']}/pieces").json or {}
        [piece, *_] = [
            piece["id"]
            for period in pieces["periods"]
            for group in period["groups"]
            for piece in group["pieces"]
        ]
        content = sample_files.pdf() + f"\n%{person.mark}\n".encode()
        for name in (f"avant {person.mark}.pdf", f"carte {person.mark}.pdf"):
            assert send_file(call, piece, content, name).status_code < 300
        staff = tokens.staff_token(STAFF.id, scopes=SCOPES)
        read = self._call("pieces", staff, "GET", f"/pieces/{piece}").json or {}
        decision = {
            "deposit_id": read["deposit"]["id"],
            "status": "non_compliant",
            "comment": f"Relire, {person.mark}",
        }
        headers = {"If-Match": read["etag"]}
        decided = self._call(
            "pieces", staff, "POST", f"/pieces/{piece}/control", json=decision, headers=headers
        )
        assert decided.status_code == 200, decided.text
        path = f"/staff/candidatures/{person.found['id']}/notes"
        noted = self._call(
            "registrations", staff, "POST", path, json={"text": f"Rappeler {person.mark}"}
        )
        assert noted.status_code < 300, noted.text
        order = {
            "type": "relance_pieces",
            "title": "Relance",
            "paragraphs": [f"Bonjour {person.mark}"],
        }
        order |= {"candidatures": [person.found["id"]]}
        ordered = self._call("documents", staff, "POST", "/publications", json=order)
        assert ordered.status_code < 300, ordered.text
        with self.apps["accounts"].app_context(), accounts_db.operation() as rows:
            AuditEntry.record(
                rows, STAFF, "identity_corrected", person.id, after={"nom_famille": person.mark}
            )

    def _call(
        self, service: str, token: str, method: str, path: str, **options: Any
    ) -> TestResponse:
        headers = {
            **tokens.bearer(token),
            "X-Received-At": NOW.isoformat(),
            **options.pop("headers", {}),
        }
        return (
            self.apps[service]
            .test_client()
            .open(f"/v1{path}", method=method, headers=headers, **options)
        )

    def move_to(self, instant: datetime) -> None:
        clock.set_offset((instant - clock.system_now()).total_seconds())

    def run(self, service: str, job: str) -> None:
        with self.apps[service].app_context():
            import_module(f"services.{service}.jobs").registry.jobs[job].run()

    def erase(self) -> None:
        """What the workers do of it in a day, in the order in which it is found."""
        self.run("registrations", "erase-due")
        self.running.deliver()
        now = clock.portal_now()
        for instant in (now, NOTICE.after(now) + DAY):  # its owner is told, then it is erased
            self.move_to(instant)
            self.run("accounts", "erase-unused")
        self.move_to(now)
        self.run("documents", "erase-publications")
        for service in ("documents", "pieces"):
            self.run(service, "erase-retired")
        for app in self.apps.values():  # as the next run of each does
            with app.app_context():
                database_of(app).forget_what_was_erased()

    def found(self, people: Iterable[Person]) -> dict[str, set[str]]:
        """By each mark and number of these people the names of what holds it, in whatever case: a
        database's file (of PostgreSQL: all rows; without its log's suffix) or an object. Objects
        are found by the candidature's id too."""
        people = list(people)
        known = {value for person in people for value in person.values} | {
            person.found["id"] for person in people
        }
        numbers = "|".join(sorted({person.found["number"][:5] for person in people}))
        words = re.compile(
            f"qx20[0-9]{{2}}n[0-9]{{4}}|(?=((?:{numbers})[0-9]{{6}}))".encode(), re.IGNORECASE
        )
        found: dict[str, set[str]] = {value: set() for value in known}
        for name, content in self._contents():
            for value in {match[1] or match[0].upper() for match in words.finditer(content)}:
                if value.decode() in known:
                    found[value.decode()].add(name.removesuffix("-wal"))
            for value in {*re.findall("[0-9a-f]{32}", name)} & known:
                found[value].add(name)
        return found

    def _contents(self) -> Iterator[tuple[str, Content]]:
        for service, url in self.running.databases.items():  # as its file is named on SQLite
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                tables = connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                for (table,) in tables:
                    rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
                    yield f"{service}.db", repr(rows).encode()
        databases = [(path.name, path) for path in sorted(self.running.folder.glob("*.db*"))]
        folder = Path(self.bucket.folder)
        objects = [
            (str(path.relative_to(folder)), path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        for name, path in (*databases, *objects):
            if path.stat().st_size:
                with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                    yield name, content

    def rows_of(self, service: str, table: str) -> int:
        app = self.apps[service]
        with app.app_context(), database_of(app).reading() as transaction:
            return len(transaction.execute(select(database_of(app).metadata.tables[table])).all())

    def mismatches(self) -> list[str]:
        """Of all audit trails, chained to their end."""
        found = []
        for service, app in self.apps.items():
            with app.app_context():
                chain = import_module(f"services.{service}.models").audit_chain
                chain.extend()
                found += [f"{service}: {each.text}" for each in chain.mismatches(service, [], None)]
        return found
