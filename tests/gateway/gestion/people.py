"""Gestionnaires with their browsers, and candidates whose pieces they control."""

import io
import itertools
import re
from dataclasses import dataclass
from typing import Any

import pyotp
from sqlalchemy import inspect, or_, select, update

from services.accounts.domain.staff import Role
from services.accounts.models import StaffMember, db
from services.accounts.operations import staff_accounts
from services.accounts.operations.sessions import end_all_sessions
from services.chassis.database.audit import Actor
from services.chassis.database.columns import new_id
from services.contracts import page_labels
from services.contracts.piece_rules import STATUS_LABELS
from services.pieces.models import Deposit, Piece
from services.pieces.models import db as pieces_db
from tests.gateway.candidates import Browser, CandidateFactory
from tests.pieces import sample_files
from tests.support.in_process_four_services import InProcessFourServices

PASSWORD = "Gestion/2021"
NEW_PASSWORD = "Tilleul/2021"
RECEIVED, NON_COMPLIANT, COMPLIANT = STATUS_LABELS.values()
_numbers = itertools.count(1)


@dataclass(frozen=True)
class StaffAccount:
    id: str
    email: str
    totp_secret: str

    @property
    def code(self) -> str:
        """Of the second factor, now; each is taken once."""
        return pyotp.TOTP(self.totp_secret).now()


class StaffBrowser(Browser):
    """Types a fresh code of the second factor wherever one is asked for."""

    portal: InProcessFourServices

    def __init__(self, portal: InProcessFourServices, account: StaffAccount) -> None:
        super().__init__(portal)
        self.account = account
        self.types_itself["one-time-code"] = self.code

    def code(self) -> str:
        """A code that was not used yet, however many there were in these thirty seconds."""
        with self.portal.accounts.app.app_context(), db.operation() as transaction:
            transaction.get_one(StaffMember, self.account.id).totp_last_step = 0
        return self.account.code


class StaffFactory:
    def __init__(self, portal: InProcessFourServices) -> None:
        self.portal = portal

    def browser(self) -> Browser:
        return Browser(self.portal)

    def account(self, *academies: str, role: Role = Role.GESTIONNAIRE) -> StaffAccount:
        email = f"gestion{next(_numbers)}@example.org"
        new: dict[str, Any] = {
            "email": email,
            "password": PASSWORD,
            "nom": "DUVAL",
            "prenoms": "Anne",
        }
        new |= {"role": role, "academies": academies}
        with self.portal.accounts.app.app_context():
            staff_id, totp_secret = staff_accounts.create_staff(Actor("command", "test"), **new)
        return StaffAccount(staff_id, email, totp_secret)

    def administrateur(self) -> StaffBrowser:
        return self.logged_in(role=Role.ADMINISTRATEUR)

    def logged_in(self, *academies: str, role: Role = Role.GESTIONNAIRE) -> StaffBrowser:
        """A gestionnaire of these académies, or an administrateur, on « À traiter »."""
        return self.with_account(self.account(*academies, role=role), "/gestion")

    def with_account(self, account: StaffAccount, path: str) -> StaffBrowser:
        browser = StaffBrowser(self.portal, account)
        browser.get(path)
        log_in(browser, account)
        assert browser.path == path, browser.text
        return browser


def log_in(browser: Browser, account: StaffAccount, **typed: str) -> None:
    given = {"identifiant": account.email, "password": PASSWORD, "code": account.code, **typed}
    browser.press(page_labels.LOG_IN, **given)


def depositor(
    candidates: CandidateFactory, portal: InProcessFourServices, deposits: int = 1
) -> Browser:
    """A candidate of Besançon who has deposited files for the first pieces, on « Mes justificatifs
    »."""
    browser = candidates.log_in_registered()
    portal.deliver_events()
    browser.get("/justificatifs")
    candidature = browser.link("/justificatifs/")
    for page in deposit_pages(browser, candidature)[:deposits]:
        deposit(browser, page)
    browser.get(candidature)
    return browser


def deposit_pages(browser: Browser, candidature: str) -> list[str]:
    """Where files are deposited for the pieces of the candidature of that page."""
    browser.get(candidature)
    return sorted(set(re.findall(rf"{candidature}/depot/[0-9a-f]{{32}}", browser.answer.text)))


def deposit(browser: Browser, page: str, name: str = "piece.pdf") -> None:
    answer = browser.post(page, [("fichier", (io.BytesIO(sample_files.pdf()), name))])
    assert answer.status_code == 200, browser.text


def add_pieces_to_control(running: InProcessFourServices, candidature_id: str, number: int) -> None:
    """Copies of one of the candidature's deposited pieces, under codes of their own; their files
    are not stored."""
    with running.pieces.app.app_context(), pieces_db.operation() as transaction:
        piece = transaction.scalars(
            select(Piece).where(Piece.candidature_id == candidature_id, Piece.deposited)
        ).first()
        assert piece is not None
        deposit_row = transaction.scalars(
            select(Deposit).where(Deposit.piece_id == piece.id)
        ).first()
        assert deposit_row is not None
        for index in range(number):
            copy = _copied(piece, code=f"COPIE{index:03}", id=new_id())
            transaction.add(copy)
            transaction.flush()
            transaction.add(
                _copied(deposit_row, id=new_id(), piece_id=copy.id, object_key=f"copies/{copy.id}")
            )


def _copied(row: Any, **changed: Any) -> Any:
    columns = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return type(row)(**{**columns, **changed})


def change_deposit(running: InProcessFourServices, which: str, **values: Any) -> None:
    """`which`: the id of its piece, or the name of its file."""
    with running.pieces.app.app_context(), pieces_db.operation() as transaction:
        chosen = or_(Deposit.piece_id == which, Deposit.filename == which)
        transaction.execute(update(Deposit).where(chosen).values(values))


def end_session(browser: Browser, account: StaffAccount) -> None:
    """The session ends, as after a time without activity; the code that opened it may be used
    again."""
    with browser.portal.accounts.app.app_context(), db.operation() as transaction:
        end_all_sessions(transaction, account.id)
        transaction.get_one(StaffMember, account.id).totp_last_step = 0
    browser.drop_cached_exchange()


def open_first(gestionnaire: Browser, candidature: str) -> None:
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])


def statuses(candidate: Browser) -> list[str]:
    """The badges of the pieces on « Mes justificatifs », as the candidate sees them now."""
    candidate.get(candidate.path)
    return candidate.texts(
        "//li[contains(@class, 'portail-piece')]//*[contains(@class, 'fr-badge')]"
    )


def invite(chief: Browser, email: str, academies: str = "03") -> None:
    """By mail, to be a gestionnaire."""
    chief.get("/gestion/equipe/invitation")
    given = {
        "nom": "DURAND",
        "prenoms": "Paule",
        "email": email,
        "role": "gestionnaire",
        "academies": academies,
    }
    chief.press("Envoyer l'invitation", **given)


def shown_secret(browser: Browser) -> str:
    """The secret of the second factor, as the page writes it beside the QR code."""
    return browser.texts("//*[@data-cle]")[0].replace(" ", "")


def set_up(browser: Browser, **typed: str) -> str:
    """Choose the password and the second factor on the page of an invitation; returns the factor's
    secret."""
    secret = shown_secret(browser)
    given = {
        "password": NEW_PASSWORD,
        "password_confirmation": NEW_PASSWORD,
        "code": pyotp.TOTP(secret).now(),
    }
    browser.press("Activer mon accès", **{**given, **typed})
    return secret
