"""Client of accounts: creating and changing an account, logging in, links received by mail, tokens of tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.form_values import Form, SearchSuggestions, Values
from services.chassis.http.service_token import ServiceToken

EXCHANGE_CACHE_SECONDS = 4.0
"""How long an exchanged session or tool token may be reused: less than the 5 seconds within which a log-out or the
withdrawal of a token counts everywhere."""


@dataclass(frozen=True)
class Login:
    session: str
    device: str | None
    access_token: str
    subject: str | None = None


@dataclass(frozen=True)
class Created:
    """`email`: where a mail goes, be the address known or not; `creation`: the id to ask for that mail again."""

    email: str
    creation: str = ""


@dataclass(frozen=True)
class RequestedAccount:
    """The account that a creation asked for, as typed; `date_naissance` and `at` (of the request) are ISO 8601."""

    nom_famille: str
    prenoms: str
    date_naissance: str
    at: str


@dataclass(frozen=True)
class LinkState:
    """`state` of a mailed link is "usable", "expired", "replaced", "ended", "used" or "unknown"; `detail` says (French)
    what to do when it is not usable. `asked` comes with a usable link of activation.
    """

    state: str
    detail: str | None = None
    asked: RequestedAccount | None = None

    @property
    def usable(self) -> bool:
        return self.state == "usable"


@dataclass(frozen=True)
class MyAccount:
    """`editable` is "all" or "contact_only"."""

    email: str
    editable: str
    last_login_at: str | None
    form: dict[str, Any]
    pending_email: str | None = None


@dataclass(frozen=True)
class Addresses:
    """The mail address in force, and the new one that waits for its confirmation."""

    email: str
    pending_email: str | None


class Accounts:
    """Refusals are raised as ProblemAnswer, with the fields they are about.

    Calls that have a password hashed go through the client `passwords`, which has a limit of its own: they may queue.
    """

    def __init__(self, http: ServiceClient, own_token: ServiceToken, passwords: ServiceClient) -> None:
        self._http = http
        self._own_token = own_token
        self._passwords = passwords

    def creation_form(self, values: Values) -> Form:
        """The form for `values` as typed: the country chosen decides which place of birth is asked for."""
        form: Form = self._ask("/v1/forms/account", values=values)
        return form

    def communes(self, departement: str, words: str) -> SearchSuggestions:
        """Communes of the département for the words typed."""
        params = {"departement": departement[:3], "q": words[:100]}
        return parsed(
            SearchSuggestions, self._http.get("/v1/forms/account/communes", params=params, token=self._own_token)
        )

    def create(self, values: Values, *, source: str) -> Created:
        """Refused with every error of the form at once."""
        return parsed(Created, self._post_password("/v1/accounts", values=values, source=source))

    def resend_activation(self, email: str, creation: str | None) -> None:
        """The mail of this creation once more, else of the newest at this address."""
        self._post("/v1/activations/resend", email=email, creation=creation)

    def activation_state(self, token: str) -> LinkState:
        """Checking a link changes nothing."""
        return self._link_state("/v1/activations/check", token)

    def activate(self, token: str) -> None:
        self._post("/v1/activations", token=token)

    def log_in(self, email: str, password: str, *, device: str | None, source: str, code: str | None = None) -> Login:
        """`code`: of the second factor of a gestionnaire or administrateur."""
        given = {"email": email, "password": password, "device": device, "source": source}
        return parsed(Login, self._post_password("/v1/sessions", **given, **({"code": code} if code else {})))

    def log_out(self, session: str) -> None:
        self._post("/v1/sessions/end", session=session)

    def exchange_tool_token(self, token: str) -> str:
        """The access token for a staff tool's opaque token."""
        return str(self._ask("/v1/tools/exchange", token=token)["access_token"])

    def ask_password_reset(self, email: str) -> None:
        self._post("/v1/password-resets", email=email)

    def password_reset_state(self, token: str) -> LinkState:
        return self._link_state("/v1/password-resets/check", token)

    def set_new_password(self, token: str, password: str, confirmation: str) -> None:
        self._post_password(
            "/v1/password-resets/complete", token=token, password=password, password_confirmation=confirmation
        )

    def email_change_state(self, token: str) -> LinkState:
        return self._link_state("/v1/email-changes/check", token)

    def confirm_email(self, token: str) -> str:
        """The address that is now the account's."""
        return str(self._post("/v1/email-changes", token=token)["email"])

    def cancellation_state(self, token: str) -> LinkState:
        return self._link_state("/v1/email-changes/cancellations/check", token)

    def cancel_email_change(self, token: str) -> None:
        self._post("/v1/email-changes/cancellations", token=token)

    def my_account(self, access_token: str) -> MyAccount:
        return parsed(MyAccount, self._http.get("/v1/me", token=access_token))

    def addresses(self, access_token: str) -> Addresses:
        return parsed(Addresses, self._http.get("/v1/me/addresses", token=access_token))

    def my_account_form(self, access_token: str, values: Values) -> Form:
        """The form of « Modifier mes informations » holding `values` as typed; changes nothing."""
        form: Form = self._http.ask("/v1/me/form", json={"values": values}, token=access_token)
        return form

    def change_my_account(self, access_token: str, values: Values) -> bool:
        """Whether a new address now waits for its owner's confirmation."""
        answer = self._passwords.put("/v1/me", json={"values": values}, token=access_token)
        return bool(answer["email_change_pending"])

    def delete_my_account(self, access_token: str, current_password: str) -> None:
        self._passwords.post("/v1/me/deletion", json={"current_password": current_password}, token=access_token)

    def identity_assertion(self, access_token: str) -> str:
        """The candidate's identity as accounts signs it for registrations; valid for a minute."""
        return str(self._http.get("/v1/me/identity", token=access_token)["assertion"])

    def _link_state(self, path: str, token: str) -> LinkState:
        return parsed(LinkState, self._ask(path, token=token))

    def _post_password(self, path: str, **body: Any) -> Any:
        return self._passwords.post(path, json=body, token=self._own_token)

    def _post(self, path: str, **body: Any) -> Any:
        return self._http.post(path, json=body, token=self._own_token)

    def _ask(self, path: str, **body: Any) -> Any:
        return self._http.ask(path, json=body, token=self._own_token)
