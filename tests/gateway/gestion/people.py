"""Gestionnaires with their browsers, and candidates whose pieces they control."""

import io
import itertools
import re
from dataclasses import dataclass
from typing import Any

import pyotp

from gateway.cookies import STAFF_SESSION_COOKIE
from services.accounts.domain.staff import Role
from services.accounts.models import StaffMember, db
from services.accounts.operations import staff_accounts
from services.accounts.operations.sessions import end_all_sessions
from services.chassis.database.audit import Actor
from services.contracts import page_labels
from services.contracts.piece_rules import STATUS_LABELS
from tests.gateway.candidates import CandidateFactory, drop_cached_exchange
from tests.gateway.checked_browser import CheckedBrowser
from tests.gateway.components.html_checks import text_of
from tests.pieces import sample_files
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

PASSWORD = "Gestion/2021"
RECEIVED, NON_COMPLIANT, COMPLIANT = STATUS_LABELS.values()
_numbers = itertools.count(1)
_DEPOSIT = re.compile(r"/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]{32}")


@dataclass(frozen=True)
class StaffAccount:
    id: str
    email: str
    totp_secret: str

    @property
    def code(self) -> str:
        """Of the second factor, now; each is taken once."""
        return pyotp.TOTP(self.totp_secret).now()


@dataclass
class StaffBrowser:
    portal: InProcessFourServices
    browser: ScriptlessBrowser
    account: StaffAccount

    def code(self) -> str:
        """A code that was not used yet, however many there were in these thirty seconds."""
        with self.portal.accounts.app.app_context(), db.operation() as session:
            session.get_one(StaffMember, self.account.id).totp_last_step = 0
        return self.account.code

    def press(self, words: str, **typed: str) -> None:
        self.browser.press(words, **typed)


class StaffFactory:
    def __init__(self, portal: InProcessFourServices) -> None:
        self.portal = portal

    def browser(self) -> ScriptlessBrowser:
        return CheckedBrowser(self.portal.gateway.app, self.portal.url)

    def account(self, *academies: str, role: Role = Role.GESTIONNAIRE) -> StaffAccount:
        email = f"gestion{next(_numbers)}@example.org"
        new: dict[str, Any] = {"email": email, "password": PASSWORD, "nom": "DUVAL", "prenoms": "Anne"}
        new |= {"role": role, "academies": academies}
        with self.portal.accounts.app.app_context():
            staff_id, totp_secret = staff_accounts.create_staff(Actor("command", "test"), **new)
        return StaffAccount(staff_id, email, totp_secret)

    def administrateur(self) -> StaffBrowser:
        return self.with_account(self.account(role=Role.ADMINISTRATEUR), "/gestion/equipe")

    def with_account(self, account: StaffAccount, path: str) -> StaffBrowser:
        browser = self.browser()
        browser.get(path)
        log_in(browser, account)
        assert browser.path == path, browser.text
        member = StaffBrowser(self.portal, browser, account)
        browser.types_itself["one-time-code"] = member.code
        return member

    def logged_in(self, *academies: str, role: Role = Role.GESTIONNAIRE) -> ScriptlessBrowser:
        """A gestionnaire of these académies, or an administrateur, on « À traiter », who types a fresh code of the
        second factor wherever one is asked for."""
        return self.with_account(self.account(*academies, role=role), "/gestion").browser


def log_in(browser: ScriptlessBrowser, account: StaffAccount, **typed: str) -> None:
    given = {"identifiant": account.email, "password": PASSWORD, "code": account.code, **typed}
    browser.press(page_labels.LOG_IN, **given)


def depositor(candidates: CandidateFactory, portal: InProcessFourServices, deposits: int = 1) -> ScriptlessBrowser:
    """A candidate of Besançon who has deposited files for the first pieces, on « Mes justificatifs »."""
    browser = candidates.log_in_registered()
    portal.deliver_events()
    browser.get("/justificatifs")
    [candidature] = [link for link in browser.page.xpath("//main//a/@href") if link.startswith("/justificatifs/")]
    for number in range(deposits):
        browser.get(candidature)
        deposit_pages = sorted(set(_DEPOSIT.findall(browser.answer.text)))
        deposit(browser, deposit_pages[number])
    browser.get(candidature)
    return browser


def deposit(browser: ScriptlessBrowser, deposit_page: str) -> None:
    browser.post(deposit_page, [("fichier", (io.BytesIO(sample_files.pdf()), "piece.pdf"))])
    assert browser.answer.status_code == 200, browser.text


def rows(browser: ScriptlessBrowser) -> list[str]:
    return [text_of(row) for row in browser.page.xpath("//tbody/tr")]


def end_session(portal: InProcessFourServices, browser: ScriptlessBrowser, account: StaffAccount) -> None:
    """The session ends, as after a time without activity; the code that opened it may be used again."""
    with portal.accounts.app.app_context(), db.operation() as session:
        end_all_sessions(session, account.id)
        session.get_one(StaffMember, account.id).totp_last_step = 0
    drop_cached_exchange(portal, browser, STAFF_SESSION_COOKIE)


def open_first(gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser) -> None:
    candidature = candidate.path.rpartition("/")[2]
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])


def statuses(candidate: ScriptlessBrowser) -> list[str]:
    """The badges of the pieces on « Mes justificatifs », as the candidate sees them now."""
    candidate.get(candidate.path)
    return [
        text_of(badge)
        for badge in candidate.page.xpath("//li[contains(@class, 'portail-piece')]//*[contains(@class, 'fr-badge')]")
    ]
