"""An administrateur at work in a browser's session, and what there is to work on."""

import re
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from werkzeug.test import TestResponse

from tests.accounts.creation_form import PASSWORD
from tests.architecture.examples import Examples
from tests.documents.imports.exam_office import CELLS, csv_of
from tests.documents.imports.exam_office import NEW as NEW_IMPORT
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffBrowser, StaffFactory
from tests.pieces.tus_client import send_upload, take_upload
from tests.support.tokens import bearer

MESSAGE = {
    "title": "Fermeture",
    "text": "Le service est fermé lundi.",
    "severity": "info",
    "shown_from": "2021-10-04T08:00:00+02:00",
    "shown_until": "2021-10-05T08:00:00+02:00",
}


class Sent(NamedTuple):
    """The ids of a route's address in their order, and the body."""

    ids: tuple[str, ...]
    body: dict[str, Any]


def to(*ids: str, **body: Any) -> Sent:
    return Sent(ids, body)


class StaffAtWork:
    """An administrateur in a browser's session, who may do all that staff may, and what there is to do it to."""

    def __init__(self, examples: Examples) -> None:
        self.examples, self.portal = examples, examples.portal
        self.staff, self.visitors = StaffFactory(self.portal), CandidateFactory(self.portal)
        self.chief = self.staff.administrateur()

    def call(
        self, service: str, method: str, path: str, *, by: StaffBrowser | None = None, **given: Any
    ) -> TestResponse:
        app, who = self.portal.apps[service], by or self.chief
        code = {} if service == "accounts" else {"code": who.code()}  # whether or not the act asks for one
        headers = bearer(self.examples.session_token_of(who, **code)) | given.pop("headers", {})
        answer = app.test_client().open(f"/v1{path}", method=method, headers=headers, **given)
        assert 200 <= answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer

    def send(self, service: str, route: str, sent: Sent) -> None:
        """Call a route (« POST /staff/<staff_id>/profile »)."""
        method, _, rule = route.partition(" ")
        ids = iter(sent.ids)
        self.call(service, method, re.sub("<[^>]+>", lambda _: next(ids), rule), json=sent.body or None)

    def read(self, service: str, path: str) -> Any:
        return self.call(service, "GET", path).json

    def with_code(self, **fields: Any) -> dict[str, Any]:
        return {**fields, "code": self.chief.code()}

    # What acts are done to: each its own

    def member(self) -> str:
        return self.staff.account("03").id

    def candidate(self) -> dict[str, Any]:
        email = self.visitors.create_activated_account()
        answer = self.call("accounts", "POST", "/candidates/search", json={"email": email})
        return dict((answer.json or {})["candidates"][0])

    def asked_erasure(self) -> None:
        """Somebody with a candidature has asked for the erasure of their data."""
        email = self.visitors.create_activated_account()
        self.visitors.register(email)
        browser = self.visitors.log_in(email)
        browser.get("/compte/effacement")
        browser.press("Demander l'effacement", current_password=PASSWORD)

    def candidature(self) -> str:
        email = self.visitors.create_activated_account()
        self.visitors.register(email)
        self.portal.deliver_events()
        listed = self.read("registrations", f"/staff/candidatures?text={quote(email)}")
        return str(listed["candidatures"][0]["id"])

    def correction(self) -> str:
        path = f"/staff/candidatures/{self.candidature()}/correction"
        return str((self.call("registrations", "POST", path).json or {})["id"])

    def token(self) -> str:
        sent = self.with_code(name="outil", scopes=["pieces:read"], days=7)
        return str((self.call("accounts", "POST", "/staff/me/tokens", json=sent).json or {})["id"])

    def opening(self) -> dict[str, Any]:
        return dict(self.read("registrations", f"/staff/openings/{self.examples.values['opening_id']}"))

    def message(self) -> str:
        return str((self.call("registrations", "POST", "/staff/messages", json=MESSAGE).json or {})["id"])

    def checked_import(self) -> dict[str, Any]:
        new = self.call("documents", "POST", "/imports", json=NEW_IMPORT).json or {}
        return dict(self.send_file(new["id"], self.csv(), "convocations.csv").json or {})

    def send_file(self, import_id: str, content: bytes, name: str) -> TestResponse:
        call = partial(self.call, "documents")
        begun = send_upload(call, f"/imports/{import_id}/uploads", content, name)
        return take_upload(call, f"/imports/{import_id}/files", begun)

    def published_import(self) -> dict[str, Any]:
        ready = self.checked_import()
        accepted = {"revision": ready["revision"], "accept_incomplete": True}
        self.call("documents", "POST", f"/imports/{ready['id']}/publication", json=accepted)
        self.portal.deliver()
        return ready

    def csv(self) -> bytes:
        return csv_of([f"{self.examples.numero_candidat()};{CELLS['convocation']}"])

    def piece(self) -> dict[str, Any]:
        return dict(self.read("pieces", f"/pieces/{self.examples.values['piece_id']}"))
