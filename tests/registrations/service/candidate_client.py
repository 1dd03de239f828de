"""Calls the API of registrations as a candidate, or as staff, in the guide's session; loads the
guide's catalogue; reads what waits to be done and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from services import clock
from services.chassis.database.audit import Actor
from services.chassis.tasks.tables import tasks
from services.registrations.catalogue.contents import Catalogue
from services.registrations.domain.date_changes import DateChange
from services.registrations.domain.exam_definition import Exam
from services.registrations.models import AuditEntry, Draft, OpeningRow, db
from services.registrations.operations.catalogue import load_catalogue
from services.registrations.operations.openings import change_openings
from tests.registrations.domain.example_dossier import (
    ANSWERS,
    BESANCON,
    BTS,
    MOVED,
    SCHOOLS,
    SESSION,
    at,
)
from tests.support import tokens
from tests.support.service_worker import stored

NOW = at("2021-10-05 12:00")
OPERATOR = Actor("operator", "test")
AMIENS = replace(BESANCON, academie="20", label="ACADÉMIE D'AMIENS")
GUIDE_SESSION = replace(SESSION, openings=(AMIENS, BESANCON))
GUIDE = replace(BTS, sessions=(GUIDE_SESSION,))
STAFF_SCOPES = ("candidatures:read", "candidatures:manage")


def guide(**changes: Any) -> Exam:
    """The guide's exam, whose session is changed."""
    return replace(GUIDE, sessions=(replace(GUIDE_SESSION, **changes),))


def with_catalogue(app: Flask, exam: Exam = GUIDE) -> None:
    """Load the guide's exam and its establishments."""
    load(app, exam)
    with app.app_context():
        load_catalogue(Catalogue(etablissements=SCHOOLS), actor=OPERATOR, at=NOW)


def load(app: Flask, *exams: Exam) -> None:
    """Load one exam after the other."""
    with app.app_context():
        for exam in exams:
            load_catalogue(Catalogue((exam,), files={exam.code: b"PK"}), actor=OPERATOR, at=NOW)


def change_dates(app: Flask, **dates: datetime) -> None:
    """Besançon's."""
    with app.app_context():
        with db.reading() as reading:
            opening = reading.get_one(OpeningRow, opening_id(app))
        change = DateChange(opening_id=opening.id, revision=opening.revision, **dates)
        change_openings([change], reason="Prolongation", confirmed=True, actor=OPERATOR, at=NOW)


def move_to(instant: datetime) -> None:
    """It is that instant on the portal's clock."""
    clock.set_offset((instant - clock.system_now()).total_seconds())


def opening_id(app: Flask, academie: str = "03", session: str = "2022") -> str:
    opening = select(OpeningRow.id).filter_by(exam="BTS", session=session, academie=academie)
    with app.app_context(), db.reading() as reading:
        return reading.scalars(opening).one()


def follow_ups_of(app: Flask) -> list[str]:
    """The names of the service's own follow-ups, oldest first."""
    own = select(tasks.c.envelope).where(tasks.c.envelope != "", tasks.c.channel != "events")
    return [
        json.loads(envelope)["type"] for envelope in stored(app, own.order_by(tasks.c.sequence))
    ]


def audited(app: Flask, **which: str) -> list[AuditEntry]:
    return stored(app, select(AuditEntry).filter_by(**which).order_by(AuditEntry.id))


def forget_receipts(app: Flask, candidate_id: str) -> None:
    """A candidate's mails of receipt that wait are asked for no more: most tests are of other
    mails."""
    receipts = text(
        "DELETE FROM tasks WHERE handler = 'send_receipt_mail' AND subject = :candidate_id"
    )
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(receipts, {"candidate_id": candidate_id})


@dataclass(frozen=True)
class Answer:
    """What came back; `json` is None where there is no body."""

    status_code: int
    text: str
    json: Any

    @classmethod
    def of(cls, response: TestResponse) -> Answer:
        return cls(response.status_code, response.text, response.get_json(silent=True))


def as_service(app: Flask, service: str, method: str, path: str, json: Any = None) -> Answer:
    """What another service is answered."""
    headers = tokens.bearer(tokens.service_token(service))
    return Answer.of(
        app.test_client().open(f"/v1{path}", method=method, json=json, headers=headers)
    )


def choices(app: Flask, query: str, purpose: str = "register") -> dict[str, Any]:
    """What « Ouverture des services » offers after these choices."""
    answer = Answer.of(app.test_client().get(f"/v1/openings/choices?purpose={purpose}&{query}"))
    assert answer.status_code == 200
    return dict(answer.json)


@dataclass
class CandidateClient:
    """Calls the API as a candidate, as the gateway does for a browser, at portal time
    `received`."""

    app: Flask
    id: str
    identity: Mapping[str, Any]
    received: datetime = NOW

    def call(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        sent = {
            **tokens.bearer(tokens.candidate_token(self.id)),
            "X-Received-At": self.received.astimezone(UTC).isoformat(),
            **(headers or {}),
        }
        return Answer.of(
            self.app.test_client().open(f"/v1{path}", method=method, json=json, headers=sent)
        )

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    @property
    def assertion(self) -> str:
        return tokens.identity_assertion(self.id, self.identity)

    def open(self, academie: str = "03") -> Answer:
        body = {"opening_id": opening_id(self.app, academie), "assertion": self.assertion}
        return self.call("POST", "/drafts", body)

    def draft(self, academie: str = "03") -> dict[str, Any]:
        answer = self.open(academie)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json)

    def tab(self, draft: Mapping[str, Any], number: int) -> dict[str, Any]:
        return dict(self.get(f"/drafts/{draft['id']}/tabs/{number}"))

    def searched(
        self, draft: Mapping[str, Any], number: int, field: str, typed: str
    ) -> dict[str, Any]:
        """What a search of a tab's field answers."""
        return dict(
            self.get(f"/drafts/{draft['id']}/tabs/{number}/search?field={field}&q={quote(typed)}")
        )

    def write(
        self,
        draft: Mapping[str, Any],
        number: int,
        values: Mapping[str, Any],
        action: str = "next",
        revision: int = 0,
    ) -> Answer:
        body = {"revision": revision or draft["revision"], "values": dict(values), "action": action}
        headers = {"X-Identity": self.assertion}
        return self.call("PUT", f"/drafts/{draft['id']}/tabs/{number}", body, headers)

    def fill(self, draft: dict[str, Any]) -> dict[str, Any]:
        """Go through every tab with « Suivant » up to « N° Inscription »; the draft as it then
        is."""
        number = 1
        last = len(draft["tabs"])
        while number < last:
            name = draft["tabs"][number - 1]["name"]
            answer = self.write(draft, number, ANSWERS.get(name, {}))
            assert answer.status_code == 200, (name, answer.text)
            draft = {**draft, "revision": answer.json["revision"]}
            assert answer.json["goto"] == number + 1
            number = answer.json["goto"]
        return draft

    def save(self, draft: Mapping[str, Any], revision: int = 0) -> Answer:
        body = {"revision": revision or draft["revision"], "assertion": self.assertion}
        return self.call("POST", f"/drafts/{draft['id']}/save", body)

    def filled(self, academie: str = "03") -> dict[str, Any]:
        """A draft whose every tab is answered, stored at once."""
        draft = self.draft(academie)
        with self.app.app_context(), db.operation() as transaction:
            row = transaction.get_one(Draft, draft["id"])
            row.answers = {tab["name"]: dict(ANSWERS.get(tab["name"], {})) for tab in draft["tabs"]}
            row.current_tab = len(draft["tabs"])
            row.revision = row.revision + 1
            return {**draft, "revision": row.revision}

    def registered(self, academie: str = "03") -> str:
        """A saved candidature, whose mail of receipt does not matter."""
        answer = self.save(self.filled(academie))
        assert answer.status_code == 201, answer.text
        forget_receipts(self.app, self.id)
        return str(answer.json["candidature_id"])

    def acknowledgement(self, candidature_id: str) -> dict[str, Any]:
        return dict(self.get(f"/candidatures/{candidature_id}/acknowledgement"))

    def modify(self, candidature_id: str) -> Answer:
        return self.call(
            "POST", f"/candidatures/{candidature_id}/draft", {"assertion": self.assertion}
        )

    def moved(self, candidature_id: str) -> dict[str, Any]:
        """The draft of a modification, with another address."""
        draft = self.modify(candidature_id).json
        return {**draft, **self.write(draft, 2, MOVED).json}

    def withdraw(self, candidature_id: str) -> Answer:
        return self.call("POST", f"/candidatures/{candidature_id}/withdrawal", {})

    def undo_withdrawal(self, candidature_id: str) -> Answer:
        return self.call("DELETE", f"/candidatures/{candidature_id}/withdrawal")


class Desk:
    """A gestionnaire at work."""

    def __init__(
        self,
        app: Flask,
        *academies: str,
        scopes: Collection[str] = STAFF_SCOPES,
        name: str = "agent",
        **claims: Any,
    ) -> None:
        self.client = app.test_client()
        token = tokens.staff_token(name, scopes=scopes, academies=academies or None, **claims)
        self.headers = tokens.bearer(token)

    def call(self, method: str, path: str, **body: Any) -> Answer:
        answer = self.client.open(
            f"/v1{path}", method=method, json=body or None, headers=self.headers
        )
        return Answer.of(answer)

    def get(self, path: str) -> Answer:
        return self.call("GET", f"/staff/candidatures{path}")

    def names(self, query: str = "") -> list[str]:
        return [row["name"] for row in self.get(f"?{query}").json["candidatures"]]

    def end(self, candidature_id: str, how: str, reason: str = "Demande écrite") -> Answer:
        return self.call("POST", f"/staff/candidatures/{candidature_id}/{how}", reason=reason)


def pierre(app: Flask) -> CandidateClient:
    return CandidateClient(app, "pierre", tokens.DUBOIS)


def titles_of_messages(app: Flask) -> list[str]:
    """Of the home page, as anybody reads them."""
    return [message["title"] for message in Answer.of(app.test_client().get("/v1/messages")).json]
