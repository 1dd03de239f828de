"""A portal that holds one of everything, with its ids, its links, someone of each kind who may
call, and an administrateur who makes more of it."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from gateway.web import mails
from services import clock
from services.accounts.domain.staff import scopes_of, session_scopes
from services.contracts.api.passkeys import CREATION
from tests.accounts.creation_form import PASSWORD
from tests.documents.imports.exam_office import CELLS, csv_of
from tests.documents.imports.exam_office import NEW as NEW_IMPORT
from tests.gateway.candidates import Browser, CandidateFactory, creation_answers, new_address
from tests.gateway.gestion.people import StaffBrowser, StaffFactory
from tests.pieces import sample_files
from tests.pieces.tus_client import send_file, send_upload, take_upload
from tests.registrations.service.candidate_client import opening_id
from tests.support import tokens
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser
from tests.support.service_worker import database_of
from tests.tools.tool import tool_token

TABS = range(1, 10)
ACADEMIES = {"gestionnaire": ["03"], "administrateur": None}
REASON = {"reason": "Demande écrite du 4 octobre"}
MESSAGE = {
    "title": "Fermeture",
    "text": "Le service est fermé lundi.",
    "severity": "info",
    "shown_from": "2021-10-04T08:00:00+02:00",
    "shown_until": "2021-10-05T08:00:00+02:00",
}
_PLACE = re.compile(r"<(?:\w+:)?([\w-]+)>")


class _ReaderOfDocuments(Browser):
    """Stored documents are no pages of the portal."""

    def checked(self, answer: TestResponse) -> TestResponse:
        return answer


class _Visitors(CandidateFactory):
    def browser(self) -> Browser:
        return _ReaderOfDocuments(self.portal)


class Examples:
    """`values` is what stands for each part of an address; `browser` is the candidate's,
    `gestionnaire` that of one who is logged in to « Espace de gestion », `chief` an administrateur
    there, who may do all that staff may."""

    def __init__(self, folder: Path, bucket_url: str) -> None:
        self.portal = InProcessFourServices(folder, bucket_url)
        for app in self.portal.apps.values():
            tokens.accept(app)
        self.staff = StaffFactory(self.portal)
        self.visitors = _Visitors(self.portal)
        self.chief = self.staff.administrateur()
        self._member = self.staff.account("03")
        self._tool = tool_token(self.portal, self._member, *scopes_of("gestionnaire"))
        self._of_accounts("/tools/exchange", token=self._tool)  # a first use is written down
        email = self.visitors.create_activated_account()
        sent = {"email": email, "password": PASSWORD, "device": None, "source": "192.0.2.9"}
        self._session = self._of_accounts("/sessions", **sent)["session"]
        # Before the candidature: accounts is not told of it by what changes an account.
        self.values = self._links(email)
        self.visitors.register(email)
        self.portal.deliver()
        self.values |= self._registered() | {
            "name": next(mails.read_mails(self.portal.mail_folder)).name
        }
        self.values |= {
            "deposit_id": self._deposit(self.values["piece_id"]),
            "copy_id": self._copy(),
        }
        self.portal.deliver()
        self.browser = self.visitors.log_in(email)
        self.gestionnaire = self.staff.logged_in("03")
        started = self.post(
            "registrations", f"/staff/candidatures/{self.values['candidature_id']}/correction"
        )
        self.values |= {"import_id": self.checked_import()["id"], "correction_id": started["id"]}
        invited = new_address()
        self.values |= {"staff_id": self._member.id, "disabled_id": self.disabled_member()}
        self.values |= {"invited_id": self.invite(invited), "invitation": self._mailed_to(invited)}

    @property
    def apps(self) -> dict[str, Flask]:
        return {**self.portal.apps, "gateway": self.portal.gateway.app}

    @property
    def engines(self) -> dict[str, Engine]:
        engines = {}
        for name, app in self.portal.apps.items():
            with app.app_context():
                engines[name] = database_of(app).engine
        return engines

    def addresses(self, pattern: str, who: str) -> Iterator[str]:
        """The addresses that `pattern` stands for; the draft of staff is a correction."""
        for number in TABS if "<int:number>" in pattern else TABS[:1]:
            known = {**self.values, "number": str(number)}
            if who.startswith("staff"):
                known["draft_id"] = self.values["correction_id"]
            yield _PLACE.sub(lambda place, known=known: known[place[1]], pattern)  # type: ignore[misc]

    def tool(self) -> ScriptlessBrowser:
        return ScriptlessBrowser(self.apps["gateway"], self.portal.url, tokens.bearer(self._tool))

    def headers(self, kind: str, name: str = "") -> dict[str, str]:
        """What a caller sends to a service: a candidate, staff who may do `name`, the service
        `name`, or anyone (« public »)."""
        if kind == "public":
            return {}
        if kind == "candidate":
            return tokens.bearer(
                self._of_accounts("/sessions/exchange", session=self._session)["access_token"]
            )
        if kind == "service":
            return tokens.bearer(tokens.service_token(name))
        role = "gestionnaire" if name in scopes_of("gestionnaire") else "administrateur"
        token = tokens.staff_token(
            self._member.id, scopes=session_scopes(role), academies=ACADEMIES[role]
        )
        return tokens.bearer(token)

    def close(self) -> None:
        self.portal.close()
        clock.set_offset(0)

    # Calls, which are answered with what was asked for

    def call(
        self, service: str, method: str, path: str, *, by: StaffBrowser | None = None, **given: Any
    ) -> TestResponse:
        """By an administrateur, in a browser's session."""
        who = by or self.chief
        path_of_token = "/sessions/exchange"
        code = {}
        if service != "accounts":  # whether or not the act asks for one
            path_of_token = "/sessions/confirmation"
            code = {"code": who.code()}
        token = self._of_accounts(path_of_token, session=self._session_of(who), **code)[
            "access_token"
        ]
        return self._call(tokens.bearer(token), service, method, path, **given)

    def post(self, service: str, path: str, **body: Any) -> dict[str, Any]:
        return dict(self.call(service, "POST", path, json=body).json or {})

    def read(self, service: str, path: str) -> Any:
        return self.call(service, "GET", path).json

    def with_code(self, **fields: Any) -> dict[str, Any]:
        return {**fields, "code": self.chief.code()}

    def passkey_options(self) -> dict[str, Any]:
        """For a passkey to be made in the administrateur's session."""
        asked = {"session": self._session_of(self.chief), "purpose": CREATION}
        return dict(self._of_accounts("/passkeys/options", **asked)["options"])

    def _session_of(self, member: StaffBrowser) -> str:
        name = cookie_name(self.apps["gateway"].extensions["portail"], STAFF_SESSION_COOKIE)
        return str(member.cookie(name))

    def _of_accounts(self, path: str, **sent: Any) -> dict[str, Any]:
        """What accounts answers the gateway."""
        return dict(
            self._call(self.headers("service", "gateway"), "accounts", "POST", path, json=sent).json
            or {}
        )

    def _as_candidate(self, service: str, method: str, path: str, **given: Any) -> TestResponse:
        return self._call(self.headers("candidate"), service, method, path, **given)

    def _call(
        self, identity: dict[str, str], service: str, method: str, path: str, **given: Any
    ) -> TestResponse:
        headers = identity | given.pop("headers", {})
        answer = (
            self.portal.apps[service]
            .test_client()
            .open(f"/v1{path}", method=method, headers=headers, **given)
        )
        assert 200 <= answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer

    # What there is

    def _links(self, email: str) -> dict[str, str]:
        waiting = self.visitors.create_account()
        new = new_address()
        change = creation_answers(
            new, password="", password_confirmation="", current_password=PASSWORD
        )
        self._as_candidate("accounts", "PUT", "/me", json={"values": change})
        self._of_accounts("/password-resets", email=email)
        mailed = {"activation": waiting, "adresse": new, "annulation": email, "mot-de-passe": email}
        return {
            kind: self._mailed_to(address, f"/compte/{kind}") for kind, address in mailed.items()
        }

    def _mailed_to(self, address: str, path: str = "/gestion/invitation/") -> str:
        """What the link to that page ends with."""
        return self.visitors.link_to(address, path).rpartition("/")[2]

    def _registered(self) -> dict[str, str]:
        candidature = self._as_candidate("pieces", "GET", "/candidatures").json["candidatures"][0][
            "id"
        ]
        identity = {
            "assertion": self._as_candidate("accounts", "GET", "/me/identity").json["assertion"]
        }
        draft = self._as_candidate(
            "registrations", "POST", f"/candidatures/{candidature}/draft", json=identity
        ).json
        documents = self._as_candidate(
            "documents", "GET", f"/candidatures/{candidature}/documents"
        ).json["documents"]
        periods = self._as_candidate("pieces", "GET", f"/candidatures/{candidature}/pieces").json[
            "periods"
        ]
        group = next(
            group for period in periods for group in period["groups"] if len(group["pieces"]) == 1
        )
        candidate = jwt.decode(identity["assertion"], options={"verify_signature": False})["sub"]
        return {
            "candidate_id": candidate,
            "candidature_id": candidature,
            "draft_id": draft["id"],
            "document_id": documents[0]["id"],
            "group": group["code"],
            "piece_id": group["pieces"][0]["id"],
            "account_id": candidate,
            "opening_id": opening_id(self.apps["registrations"]),
            "code": "BTSEE-EF3",
            "service": "pieces",
        }

    def numero_candidat(self) -> str:
        answer = self._as_candidate(
            "registrations", "GET", f"/candidatures/{self.values['candidature_id']}"
        )
        return str(answer.json["recap"]["numero_candidat"])

    def _copy(self) -> str:
        """One that is there once events are delivered."""
        self._as_candidate("accounts", "POST", "/me/copies", json={"current_password": PASSWORD})
        return str(self._as_candidate("accounts", "GET", "/me/copies").json["copy"]["id"])

    def _deposit(self, piece_id: str) -> str:
        answer = send_file(
            partial(self._as_candidate, "pieces"), piece_id, sample_files.pdf(), "pièce.pdf"
        )
        return str((answer.json or {})["deposit"]["id"])

    # What acts are done to: each its own

    def member(self) -> str:
        return self.staff.account("03").id

    def disabled_member(self) -> str:
        member = self.member()
        self.post("accounts", f"/staff/{member}/disable", **self.with_code(**REASON))
        return member

    def invite(self, address: str) -> str:
        invited = {
            "email": address,
            "nom": "DURAND",
            "prenoms": "Paule",
            "role": "gestionnaire",
            "academies": ["03"],
        }
        return str(self.post("accounts", "/staff", **self.with_code(**invited))["id"])

    def candidate(self) -> dict[str, Any]:
        email = self.visitors.create_activated_account()
        return dict(self.post("accounts", "/candidates/search", email=email)["candidates"][0])

    def asked_erasure(self) -> None:
        """Somebody with a candidature has asked for the erasure of their data."""
        browser = self.visitors.log_in_registered()
        browser.get("/compte/effacement")
        browser.press("Demander l'effacement", current_password=PASSWORD)

    def candidature(self) -> str:
        email = self.visitors.create_activated_account()
        self.visitors.register(email)
        self.portal.deliver_events()
        listed = self.read("registrations", f"/staff/candidatures?text={quote(email)}")
        return str(listed["candidatures"][0]["id"])

    def correction(self) -> str:
        return str(
            self.post("registrations", f"/staff/candidatures/{self.candidature()}/correction")["id"]
        )

    def token(self) -> str:
        sent = self.with_code(name="outil", scopes=["pieces:read"], days=7)
        return str(self.post("accounts", "/staff/me/tokens", **sent)["id"])

    def opening(self) -> dict[str, Any]:
        return dict(self.read("registrations", f"/staff/openings/{self.values['opening_id']}"))

    def message(self) -> str:
        return str(self.post("registrations", "/staff/messages", **MESSAGE)["id"])

    def checked_import(self) -> dict[str, Any]:
        """Of convocations, with the candidate's document in it."""
        new = self.post("documents", "/imports", **NEW_IMPORT)
        sent = csv_of([f"{self.numero_candidat()};{CELLS['convocation']}"])
        checked = dict(self.send_file(new["id"], sent, "convocations.csv").json or {})
        assert checked["ready"] == 1
        return checked

    def send_file(self, import_id: str, content: bytes, name: str) -> TestResponse:
        call = partial(self.call, "documents")
        begun = send_upload(call, f"/imports/{import_id}/uploads", content, name)
        return take_upload(call, f"/imports/{import_id}/files", begun)

    def published_import(self) -> dict[str, Any]:
        ready = self.checked_import()
        accepted = {"revision": ready["revision"], "accept_incomplete": True}
        self.post("documents", f"/imports/{ready['id']}/publication", **accepted)
        self.portal.deliver()
        return ready

    def piece(self) -> dict[str, Any]:
        return dict(self.read("pieces", f"/pieces/{self.values['piece_id']}"))
