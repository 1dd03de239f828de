"""A portal that holds one of everything, with its ids, its links, and someone of each kind who may call."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.web import mails
from services.accounts.domain.staff import scopes_of, session_scopes
from services.accounts.operations.staff_accounts import disable_staff
from services.accounts.queries.staff import staff_id_of
from services.chassis import clock
from services.chassis.database.audit import Actor
from services.contracts.api.own_account import change_account, read_identity
from services.contracts.api.passkeys import CREATION
from services.contracts.api.registrations import start_modification
from services.contracts.api.visitors import ask_reset
from tests.accounts.creation_form import PASSWORD
from tests.documents.imports.exam_office import CELLS, csv_of
from tests.documents.imports.exam_office import NEW as EXAMPLE_IMPORT
from tests.gateway.candidates import Browser, CandidateFactory, creation_answers, new_address
from tests.gateway.gestion.people import StaffBrowser, StaffFactory, invite
from tests.pieces import sample_files
from tests.pieces.tus_client import send_file, send_upload, take_upload
from tests.registrations.service.candidate_client import opening_id
from tests.support import tokens
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser
from tests.support.service_worker import database_of

TABS = range(1, 10)
ACADEMIES = {"gestionnaire": ["03"], "administrateur": None}
TOOLS_SCOPES = sorted(scopes_of("gestionnaire"))
_PLACE = re.compile(r"<(?:\w+:)?([\w-]+)>")


class _ReaderOfDocuments(Browser):
    """Stored documents are no pages of the portal."""

    def checked(self, answer: TestResponse) -> TestResponse:
        return answer


class _Visitors(CandidateFactory):
    def browser(self) -> Browser:
        return _ReaderOfDocuments(self.portal)


class Examples:
    """`values` is what stands for each part of an address; `browser` is the candidate's, `gestionnaire` and
    `administrator` the browsers of two who are logged in to « Espace de gestion »."""

    def __init__(self, folder: Path, bucket_url: str) -> None:
        self.portal = InProcessFourServices(folder, bucket_url)
        for app in self.portal.apps.values():
            tokens.accept(app)
        self._member = StaffFactory(self.portal).account("03")
        self._tool = self._used_token()
        self._visitors = _Visitors(self.portal)
        self.email = self._visitors.create_activated_account()
        self._session = self._logged_in(self.email)
        self.values = self._links()  # before the candidature: accounts is not told of it by what changes an account
        self._visitors.register(self.email)
        self.portal.deliver()
        self.values |= self._registered() | {"name": next(mails.read_mails(self.portal.mail_folder)).name}
        self.values |= {"deposit_id": self._deposit(self.values["piece_id"]), "copy_id": self._copy()}
        self.portal.deliver()
        self.browser = self._visitors.log_in(self.email)
        self.gestionnaire = StaffFactory(self.portal).logged_in("03")
        self.administrator = StaffFactory(self.portal).administrateur()
        self.values |= self._team(self.administrator)
        self.values |= {"import_id": self._import(), "correction_id": self._correction(), "staff_id": self._member.id}

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

    def stranger(self) -> ScriptlessBrowser:
        return self._visitors.browser()

    def tool(self) -> ScriptlessBrowser:
        return ScriptlessBrowser(self.apps["gateway"], self.portal.url, {"Authorization": f"Bearer {self._tool}"})

    def headers(self, kind: str, name: str = "") -> dict[str, str]:
        """What a caller sends to a service: a candidate, staff who may do `name`, the service `name`, or anyone
        (« public »)."""
        if kind == "public":
            return {}
        if kind == "candidate":
            return tokens.bearer(self._candidates_token())
        if kind == "service":
            return tokens.bearer(tokens.service_token(name))
        role = "gestionnaire" if name in scopes_of("gestionnaire") else "administrateur"
        token = tokens.staff_token(self._member.id, scopes=session_scopes(role), academies=ACADEMIES[role])
        return tokens.bearer(token)

    def close(self) -> None:
        self.portal.close()
        clock.set_offset(0)

    # Tokens, as accounts gives them

    def _candidates_token(self) -> str:
        return str(self._accounts("/v1/sessions/exchange", session=self._session)["access_token"])

    def session_token_of(self, browser: ScriptlessBrowser, **code: str) -> str:
        """The access token of a member of staff's browser; with a `code`, for an act that asks for one."""
        path = "/v1/sessions/confirmation" if code else "/v1/sessions/exchange"
        return str(self._accounts(path, session=self._session_of(browser), **code)["access_token"])

    def passkey_options_of(self, browser: ScriptlessBrowser) -> dict[str, Any]:
        """For a passkey to be made in the session of this member of staff."""
        asked = {"session": self._session_of(browser), "purpose": CREATION}
        return dict(self._accounts("/v1/passkeys/options", **asked)["options"])

    def _session_of(self, browser: ScriptlessBrowser) -> str:
        return str(browser.cookie(cookie_name(self.apps["gateway"].extensions["portail"], STAFF_SESSION_COOKIE)))

    def _logged_in(self, email: str) -> str:
        sent = {"email": email, "password": PASSWORD, "device": None, "source": "192.0.2.9"}
        return str(self._accounts("/v1/sessions", **sent)["session"])

    def _accounts(self, path: str, **sent: Any) -> dict[str, Any]:
        headers = self.headers("service", "gateway")
        answer = self.apps["accounts"].test_client().post(path, json=sent, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json or {})

    def _used_token(self) -> str:
        """A tool's: a first use is written down."""
        app, asked = self.apps["accounts"], ("--email", self._member.email, "--scopes", ",".join(TOOLS_SCOPES))
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["create-token", *asked])
        assert done.exit_code == 0, done.output
        token = str(json.loads(done.output)["token"])
        self._accounts("/v1/tools/exchange", token=token)
        return token

    # What there is

    def _links(self) -> dict[str, str]:
        waiting, new = self._visitors.create_account(), new_address()
        with self.apps["gateway"].app_context():
            change = creation_answers(new, password="", password_confirmation="", current_password=PASSWORD)
            changed = clients().passwords.call(change_account, self._candidates_token(), body={"values": change})
            assert changed.email_change_pending
            clients().call(ask_reset, body={"email": self.email})
        mailed = {"activation": waiting, "adresse": new, "annulation": self.email, "mot-de-passe": self.email}
        links = {kind: self._visitors.link_to(address, f"/compte/{kind}") for kind, address in mailed.items()}
        return {kind: link.rpartition("/")[2] for kind, link in links.items()}

    def _team(self, chief: StaffBrowser) -> dict[str, str]:
        """Somebody who is invited, with the link, and somebody who is disabled."""
        invited, disabled = new_address(), StaffFactory(self.portal).account("03")
        invite(chief, invited)
        link = self._visitors.link_to(invited, "/gestion/invitation/")
        with self.apps["accounts"].app_context():
            disable_staff(disabled.id, "Mutation", Actor("command", "test"))
            invited_id = staff_id_of(invited)
        return {"invitation": link.rpartition("/")[2], "invited_id": invited_id, "disabled_id": disabled.id}

    def _registered(self) -> dict[str, str]:
        with self.apps["gateway"].app_context():
            token = self._candidates_token()
            candidature = self._get("pieces", "/v1/candidatures")["candidatures"][0]["id"]
            pages = clients().for_pages
            body = {"assertion": pages["accounts"].call(read_identity, token).assertion}
            draft = pages["registrations"].call(start_modification, token, body=body, candidature_id=candidature)
        documents = self._get("documents", f"/v1/candidatures/{candidature}/documents")["documents"]
        periods = self._get("pieces", f"/v1/candidatures/{candidature}/pieces")["periods"]
        group = next(group for period in periods for group in period["groups"] if len(group["pieces"]) == 1)
        return {
            "candidate_id": jwt.decode(token, options={"verify_signature": False})["sub"],
            "candidature_id": candidature,
            "draft_id": draft.id,
            "document_id": documents[0]["id"],
            "group": group["code"],
            "piece_id": group["pieces"][0]["id"],
            "account_id": jwt.decode(token, options={"verify_signature": False})["sub"],
            "opening_id": opening_id(self.apps["registrations"]),
            "code": "BTSEE-EF3",
            "service": "pieces",
        }

    def _get(self, service: str, path: str) -> Any:
        answer = self.apps[service].test_client().get(path, headers=self.headers("candidate"))
        assert answer.status_code == 200, answer.text
        return answer.json

    def _import(self) -> str:
        """A checked import of convocations, with the candidate's document in it."""
        service, headers = self.apps["documents"].test_client(), self.headers("staff", "documents:publish")
        new = service.post("/v1/imports", json=EXAMPLE_IMPORT, headers=headers)
        assert new.status_code == 201, new.text
        import_id = str((new.json or {})["id"])
        sent = csv_of([f"{self.numero_candidat()};{CELLS['convocation']}"])

        def call(method: str, path: str, **given: Any) -> TestResponse:
            return service.open(f"/v1{path}", method=method, headers=headers | given.pop("headers", {}), **given)

        begun = send_upload(call, f"/imports/{import_id}/uploads", sent, "convocations.csv")
        checked = take_upload(call, f"/imports/{import_id}/files", begun)
        assert (checked.json or {})["ready"] == 1, checked.text
        return import_id

    def _correction(self) -> str:
        path = f"/v1/staff/candidatures/{self.values['candidature_id']}/correction"
        headers = self.headers("staff", "candidatures:manage")
        answer = self.apps["registrations"].test_client().post(path, headers=headers)
        assert answer.status_code == 201, answer.text
        return str((answer.json or {})["id"])

    def numero_candidat(self) -> str:
        answer = self._get("registrations", f"/v1/candidatures/{self.values['candidature_id']}")
        return str(answer["recap"]["numero_candidat"])

    def _copy(self) -> str:
        """One that is there once events are delivered."""
        account, headers = self.apps["accounts"].test_client(), self.headers("candidate")
        asked = account.post("/v1/me/copies", json={"current_password": PASSWORD}, headers=headers)
        assert asked.status_code == 202, asked.text
        return str(self._get("accounts", "/v1/me/copies")["copy"]["id"])

    def _deposit(self, piece_id: str) -> str:
        def call(method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any) -> TestResponse:
            client, candidate = self.apps["pieces"].test_client(), self.headers("candidate")
            return client.open(f"/v1{path}", method=method, headers={**candidate, **(headers or {})}, **sent)

        answer = send_file(call, piece_id, sample_files.pdf(), "pièce.pdf")
        assert answer.status_code == 201, answer.text
        return str((answer.json or {})["deposit"]["id"])
