"""People who register, deposit and make accounts in a composed portal that is disturbed, and what must hold then."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic

from deploy.service_names import OBJECT_SERVICES, SERVICES
from tests.composed.pending_work import wait_until_work_done
from tests.journeys.acknowledged_work import AcknowledgedWork
from tests.journeys.background_load import (
    RetryingBrowser,
    create_accounts,
    deposit_once,
    deposit_repeatedly,
    read_home_page,
    running_in_threads,
    save_repeatedly,
)
from tests.journeys.registered_candidate import RegisteredCandidate
from tests.support.composed_portal import ComposedPortal
from tests.support.processes import ServiceFailed, wait_until

ACTIVATION = "Activer mon compte"
MODIFICATION = "Modification d'inscription"


class PortalUnderLoad:
    """A composed portal, candidates who are registered in it, and the ledger of what all were answered."""

    def __init__(self, composed: ComposedPortal, candidates: list[RegisteredCandidate]) -> None:
        self.composed = composed
        self.candidates = candidates
        self.ledger = AcknowledgedWork()

    @contextmanager
    def load(self) -> Iterator[None]:
        """Every candidate saves and deposits, others make accounts and read, until the block ends."""
        stop = threading.Event()

        def visit(cookies: dict[str, str]) -> RetryingBrowser:
            return RetryingBrowser(self.composed.url, self.ledger, cookies, stop)

        everybody = [partial(create_accounts, visit({})), partial(read_home_page, visit({}))]
        for candidate in self.candidates:
            cookies, candidature = candidate.cookies, candidate.candidature
            everybody.append(partial(save_repeatedly, visit(cookies), candidature))
            everybody.append(partial(deposit_repeatedly, visit(cookies), candidature, candidate.replaced_piece))
        with running_in_threads(*everybody, stop=stop, work=self.ledger):
            yield

    def deposit_for_good(self, candidate: RegisteredCandidate) -> None:
        """A file that nobody replaces."""
        deposit_once(self._visit(candidate), candidate.candidature, candidate.unreplaced_piece)

    def wait_until_answered(self, after: str, seconds: float) -> float:
        """Wait until each candidature has a version more and a file more, and there is an account and a page more.

        The seconds it took. Raises ServiceFailed, with what `after` disturbed the portal, after `seconds`.
        """
        saves = {candidature: saves.acknowledged for candidature, saves in self.ledger.saves.items()}
        files = {piece: deposits.acknowledged for piece, deposits in self.ledger.deposits.items()}
        read, accounts = self.ledger.pages_read, len(self.ledger.accounts)

        def answered() -> bool:
            return (
                all(self.ledger.saves[candidature].acknowledged > number for candidature, number in saves.items())
                and all(self.ledger.deposits[piece].acknowledged != digest for piece, digest in files.items())
                and self.ledger.pages_read > read
                and len(self.ledger.accounts) > accounts
            )

        began = monotonic()
        try:
            wait_until(answered, seconds, f"everybody answered again after {after}")
        except ServiceFailed as failure:
            raise ServiceFailed(f"{failure}; {self.ledger.summary}; {self.ledger.faults}") from None
        took = monotonic() - began
        met = dict(self.ledger.refusals)
        print(f"\n{after}: everybody answered again within {took:.1f} s; met so far: {met}", end="", flush=True)
        return took

    def assert_nothing_lost_or_doubled(self) -> None:
        """Once nothing is under way any more: what was acknowledged is there, once, and nothing was given up."""
        print(f"\n{self.ledger.summary}")
        wait_until_work_done(self.composed)
        assert self.ledger.faults == []
        for candidate in self.candidates:
            self._every_version_is_there_once(candidate)
            self._the_files_acknowledged_are_there(candidate)
        self._check_mails()
        self._the_stores_hold_what_the_rows_say()

    def _visit(self, candidate: RegisteredCandidate) -> RetryingBrowser:
        return RetryingBrowser(self.composed.url, self.ledger, candidate.cookies, threading.Event())

    def _every_version_is_there_once(self, candidate: RegisteredCandidate) -> None:
        where = f"where candidature_id = '{candidate.candidature}'"
        saves = self.ledger.saves[candidate.candidature]
        versions = self._numbers("registrations", f"select version from candidature_versions {where}")
        assert versions == list(range(1, len(versions) + 1))
        assert saves.acknowledged <= len(versions) <= saves.attempts
        for kind in ("confirmation", "demande_pieces"):
            rendered = self._numbers("documents", f"select version from documents {where} and type = '{kind}'")
            assert rendered == versions, kind
        known = self._numbers("pieces", f"select version from candidatures where id = '{candidate.candidature}'")
        assert known == [len(versions)]
        mails = {str(mail.message["Message-ID"]) for mail in self.composed.mails(candidate.email, MODIFICATION)}
        assert len(mails) == len(versions) - 1

    def _numbers(self, service: str, query: str) -> list[int]:
        return sorted(int(row[0]) for row in self.composed.query_database(service, query))

    def _the_files_acknowledged_are_there(self, candidate: RegisteredCandidate) -> None:
        def digest_of(piece: str) -> str:
            content = self._visit(candidate).get(f"/justificatifs/fichier/{piece}").content
            return hashlib.sha256(content).hexdigest()

        assert self.ledger.deposits[candidate.candidature, candidate.replaced_piece].may_hold(
            digest_of(candidate.replaced_piece)
        )
        assert self.ledger.unreplaced_files[candidate.candidature, candidate.unreplaced_piece] == digest_of(
            candidate.unreplaced_piece
        )

    def _check_mails(self) -> None:
        for email, tries in self.ledger.accounts.items():
            mails = {str(mail.message["Message-ID"]) for mail in self.composed.mails(email, ACTIVATION)}
            assert 1 <= len(mails) <= tries, email

    def _the_stores_hold_what_the_rows_say(self) -> None:
        for service in OBJECT_SERVICES:
            container = self.composed.containers(service)[0]
            assert " 0 perdu(s)" in self.composed.run_in(container, "python", "-m", f"services.{service}", "reconcile")
        for service in SERVICES:
            parked = "select count(*) from parked where settled_at is null"
            assert self.composed.query_database(service, parked) == [["0"]]
