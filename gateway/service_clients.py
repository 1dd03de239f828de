"""The clients of the four services, connected once per process; which of them a page's call takes;
and answers that are kept for use while their service does not answer."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from flask import current_app

from gateway.clients.base import ServiceClient, optional_calls
from gateway.settings import GatewaySettings
from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.http.service_token import ServiceToken
from services.chassis.http.sessions import Sessions
from services.chassis.process.kept_results import ExpiringCache
from services.contracts.api import erasure, own_account, own_staff_account, sessions, visitors
from services.contracts.api.openings import HomeMessage, Selection, list_messages, read_choices
from services.contracts.api.operation import Answer, Operation, Request
from services.contracts.api.served import SECTIONS
from services.contracts.registration_rules import Purpose

SERVICE_LABELS: Mapping[str, str] = {
    "accounts": "Le service des comptes",
    "registrations": "Le service des inscriptions",
    "documents": "Le service des documents",
    "pieces": "Le service des justificatifs",
}
KEPT_SECONDS = 24 * 3600.0
MAX_KEPT = 500
PASSWORD_QUEUE_SECONDS = 5.0
"""How long a call that has a password hashed waits for a place: less than a form that is sent again
waits."""
_SERVICES = defaultdict[Operation[Any], list[str]](list)
"""Which answer an operation."""
for _service, _sections in SECTIONS.items():
    for _operation in chain.from_iterable(section.operations for section in _sections):
        _SERVICES[_operation].append(_service)
_HASHING = (
    sessions.log_in,
    visitors.create_account,
    visitors.complete_reset,
    own_account.ask_copy,
    own_account.change_account,
    own_account.delete_account,
    erasure.ask_erasure,
    own_staff_account.change_password,
    own_staff_account.complete_invitation,
)
"""Operations of accounts that have a password hashed."""


class _PasswordClient(ServiceClient):
    """A form of _HASHING makes no other change: where this client has no place for its call,
    nothing of it is done."""

    def busy(self) -> Unavailable:
        return Unavailable(super().busy().detail, nothing_done=True)


class Openings:
    """What everyone reads of registrations. It is always asked; while it does not answer, its last
    answer of the day is used."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._answers: ExpiringCache[Any] = ExpiringCache(seconds=KEPT_SECONDS, at_most=MAX_KEPT)

    def messages(self) -> list[HomeMessage]:
        """Return the messages to show now."""
        return self._fresh_or_last_known(list_messages(), lambda _: True)

    def choices(self, chosen: Mapping[str, str]) -> Selection:
        """Return what « Ouverture des services » offers once domaine, exam, session, academie are
        chosen, as far as they are. The answer to choices that do not exist is not kept."""
        query = {"purpose": Purpose.CONSULT.value, **chosen}
        return self._fresh_or_last_known(
            read_choices(query=query), lambda choices: len(choices.steps) == len(chosen)
        )

    def _fresh_or_last_known(
        self, request: Request[Answer], is_worth_keeping: Callable[[Answer], bool]
    ) -> Answer:
        """Return the answer, or the last one to the same question. Raises Unavailable without
        either."""
        question = f"{request.operation.path}?{urlencode(request.query or {})}"
        known: Answer | None = self._answers.get(question)
        try:
            with nullcontext() if known is None else optional_calls():
                answer = self._http.call(request)
        except Unavailable:
            if known is None:
                raise
            return known
        if is_worth_keeping(answer):
            self._answers.put(question, answer)
        return answer


class ServiceClients:
    """`for_pages`, `for_staff` and `for_tools` are the clients by service. Calls of tools, and
    those of gestionnaires' pages, have separate limits, so that they never use up the connections
    for candidates' pages. `passwords`: for the calls of accounts that have a password hashed, which
    may queue, and of which one address has a quarter at most. `copies`: for copies of one's data,
    which come at their reader's pace: one address has half. All clients of a service share its
    sessions."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._page_seconds = settings.page_seconds
        self._sessions = {service: Sessions(settings.url_of(service)) for service in SERVICE_LABELS}
        self.own_token = self._own_token(settings)
        self.for_pages = self._by_service("", settings.page_calls_at_once)
        self.for_staff = self._by_service("_for_staff", settings.staff_calls_at_once)
        self.for_tools = self._by_service(
            "_for_tools", settings.staff_calls_at_once, queue_seconds=0.0
        )
        at_once = settings.password_calls_at_once
        quarter_of_threads = max(1, settings.threads // 4)
        quarter = {
            "each_running": max(1, at_once // 4),
            "each": quarter_of_threads,
            "waiting": quarter_of_threads,
        }
        self.passwords = self._client(
            "accounts",
            "_for_passwords",
            at_once,
            _PasswordClient,
            queue_seconds=PASSWORD_QUEUE_SECONDS,
            **quarter,
        )
        copies_at_once = settings.staff_calls_at_once
        half = {"each_running": max(1, copies_at_once // 2)}
        self.copies = self._client("accounts", "_for_copies", copies_at_once, **half)
        self.openings = Openings(self.for_pages["registrations"])

    def client_of(
        self, operation: Operation[Any], at: str | None = None, *, is_for_staff: bool = False
    ) -> ServiceClient:
        """With which a page calls the operation; `at`: of an operation of several services, at
        which of them."""
        if operation in _HASHING:
            return self.passwords
        if operation is own_account.download_copy:
            return self.copies
        [service] = [at] if at else _SERVICES[operation]
        return (self.for_staff if is_for_staff else self.for_pages)[service]

    def call(self, request: Request[Answer], *, is_for_staff: bool = False) -> Answer:
        """Return the answer to a call of the gateway itself, for who is not logged in."""
        client = self.client_of(request.operation, is_for_staff=is_for_staff)
        return client.call(request, self.own_token)

    def _by_service(self, purpose: str, at_once: int, **limits: float) -> dict[str, ServiceClient]:
        return {
            service: self._client(service, purpose, at_once, **limits) for service in SERVICE_LABELS
        }

    def _client(
        self,
        service: str,
        purpose: str,
        at_once: int,
        kind: type[ServiceClient] = ServiceClient,
        /,
        **limits: float,
    ) -> ServiceClient:
        return kind(
            self._sessions[service],
            service + purpose,
            label=SERVICE_LABELS[service],
            page_seconds=self._page_seconds,
            at_once=at_once,
            **limits,
        )

    def _own_token(self, settings: GatewaySettings) -> ServiceToken:
        """With a separate client: calls that wait for this token already hold places of the other
        clients."""
        limits: dict[str, Any] = {
            "label": SERVICE_LABELS["accounts"],
            "page_seconds": self._page_seconds,
        }
        client = Client(self._sessions["accounts"], "accounts_for_tokens", **limits)
        return ServiceToken(client, settings.client_id, settings.client_secret.each[0])


def clients() -> ServiceClients:
    connected: ServiceClients = current_app.extensions["service_clients"]
    return connected
