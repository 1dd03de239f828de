"""accounts as the pages see it: creating and changing an account, logging in, links received by mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clients.base import ServiceClient, shaped
from gateway.clients.forms import Form, Proposed, Values
from gateway.clients.mails import SentMails, sent_mails
from services.chassis.http.service_token import ServiceToken


@dataclass(frozen=True)
class Login:
    session: str
    device: str | None
    access_token: str
    subject: str | None = None


@dataclass(frozen=True)
class Created:
    """Where a mail goes, known address or not, and what names this creation when the mail is asked for again."""

    email: str
    creation: str = ""


@dataclass(frozen=True)
class Asked:
    """Who a creation is for, as typed; `date_naissance` and `at` are ISO 8601."""

    nom_famille: str
    prenoms: str
    date_naissance: str
    at: str


@dataclass(frozen=True)
class LinkState:
    """Where a mailed link stands: « usable », « expired », « replaced », « ended », « used » or « unknown »; `detail`
    says what to do then.

    `asked` comes with a usable link of activation.
    """

    state: str
    detail: str | None = None
    asked: Asked | None = None

    @property
    def usable(self) -> bool:
        return self.state == "usable"


@dataclass(frozen=True)
class Me:
    """`editable` is "all" or "contact_only"."""

    email: str
    editable: str
    last_login_at: str | None
    form: dict[str, Any]
    pending_email: str | None = None


@dataclass(frozen=True)
class Addresses:
    """The mail address in force, and the one that waits for its confirmation."""

    email: str
    pending_email: str | None


class Accounts:
    """Refusals are raised as ProblemAnswer, with the fields they are about.

    What has a password hashed goes by `passwords`: there people wait for each other.
    """

    def __init__(self, http: ServiceClient, own_token: ServiceToken, passwords: ServiceClient) -> None:
        self._http = http
        self._own_token = own_token
        self._passwords = passwords

    def creation_form(self, values: Values) -> Form:
        """The form for `values` as typed: the country chosen decides which place of birth is asked for."""
        form: Form = self._ask("/v1/forms/account", values=values)
        return form

    def communes(self, departement: str, words: str) -> Proposed:
        """Communes of the département for the words typed."""
        params = {"departement": departement[:3], "q": words[:100]}
        return shaped(Proposed, self._http.get("/v1/forms/account/communes", params=params, token=self._own_token))

    def create(self, values: Values, *, source: str) -> Created:
        """Raises Invalid's problem with every error."""
        return shaped(Created, self._hashed("/v1/accounts", values=values, source=source))

    def resend_activation(self, email: str, creation: str | None) -> None:
        """The mail of this creation once more, else of the newest at this address."""
        self._post("/v1/activations/resend", email=email, creation=creation)

    def activation_state(self, token: str) -> LinkState:
        """Changes nothing."""
        return self._state("/v1/activations/check", token)

    def activate(self, token: str) -> None:
        self._post("/v1/activations", token=token)

    def log_in(self, email: str, password: str, *, device: str | None, source: str) -> Login:
        answer = self._hashed("/v1/sessions", email=email, password=password, device=device, source=source)
        return shaped(Login, answer)

    def log_out(self, session: str) -> None:
        self._post("/v1/sessions/end", session=session)

    def tool_token(self, token: str) -> str:
        """A staff tool's opaque token against an access token."""
        return str(self._ask("/v1/tools/exchange", token=token)["access_token"])

    def ask_reset(self, email: str) -> None:
        self._post("/v1/password-resets", email=email)

    def reset_state(self, token: str) -> LinkState:
        return self._state("/v1/password-resets/check", token)

    def reset(self, token: str, password: str, confirmation: str) -> None:
        self._hashed("/v1/password-resets/complete", token=token, password=password, password_confirmation=confirmation)

    def email_change_state(self, token: str) -> LinkState:
        return self._state("/v1/email-changes/check", token)

    def confirm_email(self, token: str) -> str:
        """The address that is now the account's."""
        return str(self._post("/v1/email-changes", token=token)["email"])

    def cancellation_state(self, token: str) -> LinkState:
        return self._state("/v1/email-changes/cancellations/check", token)

    def cancel_email_change(self, token: str) -> None:
        self._post("/v1/email-changes/cancellations", token=token)

    def me(self, access_token: str) -> Me:
        return shaped(Me, self._http.get("/v1/me", token=access_token))

    def addresses(self, access_token: str) -> Addresses:
        return shaped(Addresses, self._http.get("/v1/me/addresses", token=access_token))

    def my_form(self, access_token: str, values: Values) -> Form:
        """The form of « Modifier mes informations » holding `values` as typed; changes nothing."""
        form: Form = self._http.ask("/v1/me/form", json={"values": values}, token=access_token)
        return form

    def change_me(self, access_token: str, values: Values) -> bool:
        """Whether a new address now waits for its owner's confirmation."""
        answer = self._passwords.put("/v1/me", json={"values": values}, token=access_token)
        return bool(answer["email_change_pending"])

    def delete_me(self, access_token: str, current_password: str) -> None:
        self._passwords.post("/v1/me/deletion", json={"current_password": current_password}, token=access_token)

    def identity(self, access_token: str) -> str:
        """The candidate's identity, signed for registrations and good for a minute."""
        return str(self._http.get("/v1/me/identity", token=access_token)["assertion"])

    def mails(self, access_token: str, after: str | None, limit: int) -> SentMails:
        return sent_mails(self._http, "/v1/me/mails", access_token, after, limit)

    def _state(self, path: str, token: str) -> LinkState:
        return shaped(LinkState, self._ask(path, token=token))

    def _hashed(self, path: str, **body: Any) -> Any:
        return self._passwords.post(path, json=body, token=self._own_token)

    def _post(self, path: str, **body: Any) -> Any:
        return self._http.post(path, json=body, token=self._own_token)

    def _ask(self, path: str, **body: Any) -> Any:
        return self._http.ask(path, json=body, token=self._own_token)
