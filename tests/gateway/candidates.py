"""Candidates for tests of pages: each with an account, a mail address and a browser of their
own."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from werkzeug.test import TestResponse

from gateway.cookies import SESSION_COOKIE, STAFF_SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.sessions import EXCHANGES
from gateway.web import mails
from services.contracts import page_labels
from services.contracts.api import drafts
from services.contracts.api.openings import read_choices
from services.contracts.api.own_account import read_identity
from services.contracts.api.sessions import log_in
from services.contracts.registration_rules import NEXT, Purpose
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.gateway.components.html_checks import problems_of, text_of
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.in_process_portal import InProcessPortal
from tests.support.processes import wait_until
from tests.support.scriptless_browser import ScriptlessBrowser

MAIL_SECONDS = 60.0
_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/[a-z]+/[a-z-]+/[\w-]+)")


def new_address() -> str:
    return f"candidat{next(_numbers)}@example.org"


class Browser(ScriptlessBrowser):
    """No page that it comes to has a mistake: strict HTML, a name for everything, nothing
    inline."""

    def __init__(self, portal: InProcessPortal) -> None:
        super().__init__(portal.gateway.app, portal.url)
        self.portal = portal

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.checked(super().get(path, **options))

    def post(self, path: str, fields: Any = (), **options: Any) -> TestResponse:
        return self.checked(super().post(path, fields, **options))

    def checked(self, answer: TestResponse) -> TestResponse:
        """Redirections apart, which have no page, and the HTML of mails, which is shown in a frame
        of its own."""
        is_mail = "sandbox" in answer.headers.get("Content-Security-Policy", "")
        is_page = (
            answer.mimetype == "text/html" and answer.data and answer.status_code not in (302, 303)
        )
        if is_page and not is_mail:
            problems = problems_of(answer.text)
            assert not problems, f"{answer.request.path}: {problems}"
        return answer

    @property
    def shown_id(self) -> str:
        """At the end of its address."""
        return self.path.rpartition("/")[2]

    def texts(self, xpath: str) -> list[str]:
        return [text_of(element) for element in self.page.xpath(xpath)]

    def rows(self) -> list[str]:
        return self.texts("//tbody/tr")

    def shows(self, *words: str) -> None:
        assert [missing for missing in words if missing not in self.text] == [], self.text

    def candidature_page(self) -> str:
        """The address of the first candidature of « Mes inscriptions »."""
        self.get("/inscriptions")
        return str(self.page.xpath("//main//h3/a/@href")[0])

    def link(self, beginning: str) -> str:
        """The first of the page that begins so."""
        return next(
            str(link) for link in self.page.xpath("//main//a/@href") if link.startswith(beginning)
        )

    def session(self, cookie: str = SESSION_COOKIE) -> str:
        return self.cookie(cookie_name(self.portal.gateway.app.extensions["portail"], cookie)) or ""

    def drop_cached_exchange(self) -> None:
        """The gateway asks accounts anew whose session this is, as it does after four seconds."""
        for cookie in (SESSION_COOKIE, STAFF_SESSION_COOKIE):
            self.portal.gateway.app.extensions[EXCHANGES].forget(self.session(cookie))


class CandidateFactory:
    """Makes accounts, log-ins and candidatures on the portal, and reads the mails it sends."""

    def __init__(self, portal: InProcessPortal) -> None:
        self.portal = portal

    def browser(self) -> Browser:
        return Browser(self.portal)

    def mail_to(self, address: str) -> mails.Mail:
        return next(self._mails_to(address))

    def link_to(self, address: str, beginning: str = "/compte/") -> str:
        """The path of the link that begins so in the newest mail to that address."""
        links: list[str] = []

        def is_there() -> bool:
            matches = (_LINK.search(mail.text) for mail in self._mails_to(address))
            links[:] = [match[1] for match in matches if match and match[1].startswith(beginning)]
            return bool(links)

        wait_until(
            is_there, MAIL_SECONDS, "a mail with that link"
        )  # a worker of the portal may have it in hand
        return links[0]

    def _mails_to(self, address: str) -> Iterator[mails.Mail]:
        self.portal.deliver_events()
        return (mail for mail in mails.read_mails(self.portal.mail_folder) if mail.to == address)

    def create_account(self, address: str | None = None, **answers: str) -> str:
        """The address of an account that waits for its activation; `answers` replace the
        guide's."""
        email = address or new_address()
        answer = self.browser().post("/compte/creation", creation_answers(email, **answers))
        assert answer.request.path == "/compte/creation/confirmation", answer.text
        return email

    def create_activated_account(self, address: str | None = None, **answers: str) -> str:
        email = self.create_account(address, **answers)
        browser = self.browser()
        browser.get(self.link_to(email))
        browser.press("Activer mon compte")
        assert browser.path == "/connexion", browser.text
        return email

    def log_in(self, address: str | None = None) -> Browser:
        email = address or self.create_activated_account()
        browser = self.browser()
        browser.get("/connexion")
        browser.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
        assert browser.path == "/", browser.text
        return browser

    def log_in_registered(self) -> Browser:
        """The browser of a logged-in candidate who has a candidature in Besançon."""
        email = self.create_activated_account()
        self.register(email)
        return self.log_in(email)

    def open_draft(self, email: str) -> str:
        """« Valider »: a draft is opened, nothing is saved yet. The path of its tabs."""
        with self.portal.gateway.app.app_context():
            return f"/inscription/{self._open_draft(*self._identified(email)).id}"

    def _identified(self, email: str) -> tuple[str, str]:
        sent = {"email": email, "password": PASSWORD, "source": "192.0.2.7"}
        token = clients().call(log_in(body=sent)).access_token
        return token, clients().client_of(read_identity).call(read_identity(), token).assertion

    def _open_draft(self, token: str, assertion: str, exam: str = "BTS") -> drafts.Draft:
        chosen = {"domaine": "Examen", "exam": exam, "session": "2022", "academie": "03"}
        query = {"purpose": Purpose.REGISTER.value, **chosen}
        opening = clients().client_of(read_choices).call(read_choices(query=query)).information
        assert opening is not None
        body = {"opening_id": opening.opening_id, "assertion": assertion}
        return clients().client_of(drafts.open_draft).call(drafts.open_draft(body=body), token)

    def register(self, email: str, exam: str = "BTS") -> None:
        with self.portal.gateway.app.app_context():
            token, assertion = self._identified(email)
            draft = self._open_draft(token, assertion, exam)
            revision = draft.revision
            registrations = clients().for_pages["registrations"]
            for tab in draft.tabs[:-1]:
                body = {"revision": revision, "values": ANSWERS.get(tab.name, {}), "action": NEXT}
                revision = registrations.call(
                    drafts.write_tab(
                        draft.id, tab.number, body=body, headers={"X-Identity": assertion}
                    ),
                    token,
                ).revision
            saved = {"revision": revision, "assertion": assertion}
            registrations.call(drafts.save_draft(draft.id, body=saved), token)


def creation_answers(address: str, **changes: Any) -> dict[str, Any]:
    return creation_form(**{"email": address, "email_confirmation": address, **changes})
