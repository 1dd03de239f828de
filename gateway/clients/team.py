"""Client of accounts for staff themselves: the team, one's own account, and invitations received by mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.clients.accounts import LinkState
from gateway.clients.base import ServiceClient, parsed
from services.chassis.http.client import path
from services.chassis.http.service_token import ServiceToken


@dataclass(frozen=True)
class StaffName:
    id: str
    nom: str
    prenoms: str

    @property
    def name(self) -> str:
        return f"{self.prenoms} {self.nom}"


@dataclass(frozen=True)
class Member(StaffName):
    """`academies`: codes, None for all; `state`: invited, active or disabled. Instants are ISO 8601."""

    email: str
    role: str
    academies: tuple[str, ...] | None
    last_login_at: str | None
    state: str


@dataclass(frozen=True)
class MemberPage:
    items: tuple[Member, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Academie:
    """`value` is the code."""

    value: str
    label: str


@dataclass(frozen=True)
class OwnAccount:
    """`scopes`: what one's own tokens may do at most."""

    email: str
    nom: str
    prenoms: str
    role: str
    scopes: tuple[str, ...]
    recovery_codes_left: int
    password_hint: str


@dataclass(frozen=True)
class Token:
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True)
class TokenPage:
    items: tuple[Token, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Proposal:
    """A second factor to set up: `uri` is scanned, `secret` typed; `sealed` is posted with the code that confirms."""

    secret: str
    uri: str
    sealed: str


@dataclass(frozen=True)
class Invited:
    email: str
    nom: str
    prenoms: str
    role: str
    password_hint: str


@dataclass(frozen=True)
class Invitation(LinkState):
    """`invited` and `proposal` come with a usable link."""

    invited: Invited | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True)
class SetUp:
    """The session of who has just set up their account, and recovery codes, shown once."""

    session: str
    recovery_codes: tuple[str, ...]


class TeamClient:
    """Methods take the access token of the member of staff; acts take a `code` of the second factor too. Refusals are
    raised as ProblemAnswer. What hashes a password goes through the client `passwords`, which may queue."""

    def __init__(self, http: ServiceClient, own_token: ServiceToken, passwords: ServiceClient) -> None:
        self._http = http
        self._own_token = own_token
        self._passwords = passwords

    def members(self, token: str, cursor: str) -> MemberPage:
        params = {"cursor": cursor} if cursor else None
        return parsed(MemberPage, self._http.get("/v1/staff", params=params, token=token))

    def member(self, token: str, staff_id: str) -> Member:
        return parsed(Member, self._http.get(path("/v1/staff/{}", staff_id), token=token))

    def names(self, token: str, staff_ids: Iterable[str]) -> dict[str, str]:
        """By id, of those who share an académie with the token's owner; the others are missing."""
        params = {"ids": ",".join(sorted(set(staff_ids)))}
        items = parsed(tuple[StaffName, ...], self._http.get("/v1/staff/names", params=params, token=token)["items"])
        return {item.id: item.name for item in items}

    def academies(self, token: str) -> tuple[Academie, ...]:
        return parsed(tuple[Academie, ...], self._http.get("/v1/staff/academies", token=token)["academies"])

    def invite(self, token: str, values: Mapping[str, Any], code: str) -> None:
        """`values`: email, nom, prenoms, role, academies."""
        self._http.post("/v1/staff", json={**values, "code": code}, token=token)

    def act(self, token: str, staff_id: str, act: str, sent: Mapping[str, str]) -> None:
        """`act`: invitation (again), second-factor-reset, disable, enable."""
        self._http.post(path("/v1/staff/{}/", staff_id) + act, json=dict(sent), token=token)

    def own_account(self, token: str) -> OwnAccount:
        return parsed(OwnAccount, self._http.get("/v1/staff/me", token=token))

    def own_tokens(self, token: str, cursor: str) -> TokenPage:
        params = {"cursor": cursor} if cursor else None
        return parsed(TokenPage, self._http.get("/v1/staff/me/tokens", params=params, token=token))

    def create_token(self, token: str, *, name: str, scopes: list[str], days: int, code: str) -> str:
        """The new token of a tool, shown once."""
        sent = {"name": name, "scopes": scopes, "days": days, "code": code}
        return str(self._http.post("/v1/staff/me/tokens", json=sent, token=token)["token"])

    def revoke_own_token(self, token: str, token_id: str) -> None:
        self._http.post(path("/v1/staff/me/tokens/{}/revoke", token_id), token=token)

    def change_password(self, token: str, values: Mapping[str, str]) -> str:
        """`values`: current_password, password, password_confirmation, code. The secret of the session that goes on."""
        return str(self._passwords.post("/v1/staff/me/password", json=dict(values), token=token)["session"])

    def new_recovery_codes(self, token: str, code: str) -> list[str]:
        answer = self._http.post("/v1/staff/me/recovery-codes", json={"code": code}, token=token)
        return [str(shown) for shown in answer["recovery_codes"]]

    def propose_second_factor(self, token: str, code: str) -> Proposal:
        return parsed(
            Proposal, self._http.post("/v1/staff/me/second-factor/proposals", json={"code": code}, token=token)
        )

    def proposed_again(self, token: str, sealed: str) -> Proposal | None:
        """What was proposed; None where it is no longer valid."""
        answer = self._http.ask("/v1/staff/me/second-factor/proposals/check", json={"proposal": sealed}, token=token)
        return parsed(Proposal, answer["proposal"]) if answer["proposal"] else None

    def renew_second_factor(self, token: str, sealed: str, code: str) -> str:
        """The secret of the session that goes on."""
        sent = {"proposal": sealed, "code": code}
        return str(self._http.post("/v1/staff/me/second-factor", json=sent, token=token)["session"])

    def invitation(self, link_token: str, sealed: str = "") -> Invitation:
        """Opening one changes nothing. `sealed`: of the second factor that the page has shown before."""
        sent = {"token": link_token, "proposal": sealed}
        return parsed(Invitation, self._http.ask("/v1/staff-invitations/check", json=sent, token=self._own_token))

    def complete_invitation(self, link_token: str, values: Mapping[str, str]) -> SetUp:
        """`values`: password, password_confirmation, proposal, code."""
        sent = {"token": link_token, **values}
        return parsed(SetUp, self._passwords.post("/v1/staff-invitations", json=sent, token=self._own_token))
