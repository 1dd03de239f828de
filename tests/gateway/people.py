"""Candidates as the pages see them: each with an address of his own and a browser of his own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from gateway.clients.drafts import Draft
from gateway.services import services
from gateway.settings import cookie_name
from gateway.web.mails import boite
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.registrations.domain.bts import ANSWERS
from tests.support.plain_browser import PlainBrowser
from tests.support.portal import Portal

_numbers = itertools.count(1)
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/compte/[a-z-]+/[\w-]+)")


def new_address() -> str:
    return f"candidat{next(_numbers)}@example.org"


class Visitors:
    """What happens to people around their visits: mails that arrive, accounts that exist already."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def browser(self) -> PlainBrowser:
        return PlainBrowser(self.portal.gateway.app, self.portal.url)

    def mail_to(self, address: str) -> boite.Mail:
        return next(self._mails_to(address))

    def link_to(self, address: str, kind: str = "") -> str:
        """The path of the link (of that kind: what stands after /compte/) in the newest mail to that address."""
        links = (_LINK.search(mail.text) for mail in self._mails_to(address))
        return next(link[1] for link in links if link and link[1].startswith(f"/compte/{kind}"))

    def _mails_to(self, address: str) -> Iterator[boite.Mail]:
        """Newest first."""
        self.portal.deliver()
        return (mail for mail in boite.mails(self.portal.mail) if mail.to == address)

    def created(self, address: str | None = None) -> str:
        """The address of an account that waits for its activation."""
        email = address or new_address()
        answer = self.browser().post("/compte/creation", typed(email))
        assert answer.request.path == "/compte/creation/confirmation", answer.text
        return email

    def activated(self, address: str | None = None) -> str:
        email = self.created(address)
        browser = self.browser()
        browser.get(self.link_to(email))
        browser.press("Activer mon compte")
        assert browser.path == "/connexion", browser.text
        return email

    def logged_in(self, address: str | None = None) -> PlainBrowser:
        """A browser in which the owner of that (or a new) account is logged in."""
        email = address or self.activated()
        browser = self.browser()
        browser.get("/connexion")
        browser.press("Me connecter", identifiant=email, password=PASSWORD)
        assert browser.path == "/", browser.text
        return browser

    def registered(self) -> PlainBrowser:
        """Someone logged in who has a candidature in Besançon."""
        email = self.activated()
        self.register(email)
        return self.logged_in(email)

    def begin(self, email: str) -> str:
        """« Valider »: a draft is opened, nothing is saved yet. The path of its tabs."""
        with self.portal.gateway.app.app_context():
            return f"/inscription/{self._open_draft(*self._identified(email)).id}"

    def _identified(self, email: str) -> tuple[str, str]:
        """An access token, and the identity that accounts vouches for."""
        token = services().accounts.log_in(email, PASSWORD, device=None, source="192.0.2.7").access_token
        return token, services().accounts.identity(token)

    def _open_draft(self, token: str, assertion: str) -> Draft:
        chosen = {"domaine": "Examen", "exam": "BTS", "session": "2022", "academie": "03"}
        opening = services().registrations.choices("register", chosen).information
        assert opening is not None
        return services().registrations.open_draft(token, opening.opening_id, assertion)

    def register(self, email: str) -> None:
        with self.portal.gateway.app.app_context():
            token, assertion = self._identified(email)
            draft = self._open_draft(token, assertion)
            revision, registrations = draft.revision, services().registrations
            for tab in draft.tabs[:-1]:
                values: Any = ANSWERS.get(tab.name, {})
                revision = registrations.write_tab(
                    token, draft.id, tab.number, revision=revision, values=values, action="next", assertion=assertion
                ).revision
            registrations.save(token, draft.id, revision=revision, assertion=assertion)


def typed(address: str, **changes: Any) -> dict[str, Any]:
    """The guide's « Formulaire de création », at that address."""
    return creation_form(**{"email": address, "email_confirmation": address, **changes})


def forget_exchange(portal: Portal, browser: PlainBrowser) -> None:
    """The gateway asks accounts anew whose session this is, as it does after four seconds."""
    extensions = portal.gateway.app.extensions
    extensions["visitors"].forget(browser.cookie(cookie_name(extensions["portail"], "session")))
