"""Client of accounts for administrators: candidates' accounts looked up, their civil status corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.form_values import Form, Values
from services.chassis.http.client import path


@dataclass(frozen=True)
class RefusedMails:
    address: str
    code: int
    since: str


@dataclass(frozen=True)
class CandidateAccount:
    """`values`: the civil status as its form holds it."""

    id: str
    email: str
    activated: bool
    refused_mails: tuple[RefusedMails, ...]
    values: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.values['nom_famille']} {self.values['prenoms']}"


@dataclass(frozen=True)
class CandidateAccountDetail(CandidateAccount):
    form: dict[str, Any]


class CandidateAccountsClient:
    """Methods take the access token of an administrator."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http

    def search(self, token: str, email: str) -> tuple[CandidateAccount, ...]:
        """The account of this address, else the creations that wait for it."""
        answer = self._http.post("/v1/candidates/search", json={"email": email}, token=token)
        return tuple(parsed(CandidateAccount, item) for item in answer["candidates"])

    def account(self, token: str, account_id: str) -> CandidateAccountDetail:
        return parsed(CandidateAccountDetail, self._http.get(path("/v1/candidates/{}", account_id), token=token))

    def correction_form(self, token: str, account_id: str, values: Values) -> Form:
        """The form holding `values` as typed; changes nothing."""
        form: Form = self._http.ask(path("/v1/candidates/{}/form", account_id), json={"values": values}, token=token)
        return form

    def correct(self, token: str, account_id: str, values: Values, reason: str) -> None:
        """Refused with every error of the form at once."""
        body = {"values": values, "reason": reason}
        self._http.post(path("/v1/candidates/{}/identity", account_id), json=body, token=token)

    def resend_activation(self, token: str, account_id: str) -> None:
        self._http.post(path("/v1/candidates/{}/activation", account_id), token=token)
