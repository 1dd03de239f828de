"""registrations as the pages ask it: openings, drafts, candidatures."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from gateway.clients.base import ServiceClient, shaped
from gateway.clients.choosing import Asked, Domain
from gateway.clients.drafts import Contact, Draft, Moved, Recap, Tab
from gateway.clients.forms import Proposed, Values
from gateway.clients.last_known import LastKnown
from gateway.clients.mails import SentMails, sent_mails
from gateway.clients.openings import Choices, Message
from services.chassis.http.client import path


@dataclass(frozen=True)
class TabTitle:
    number: int
    title: str


@dataclass(frozen=True)
class Saved:
    """All that the page of a save needs of its answer: the next one asks for the acknowledgement."""

    candidature_id: str


@dataclass(frozen=True)
class Acknowledgement:
    candidature_id: str
    version: int
    saved_sentence: str
    numero_candidat: str
    numero_inscription: str
    closes_sentence: str
    academie_label: str
    contact: Contact
    documents: tuple[str, ...]
    tabs: tuple[TabTitle, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tile:
    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_candidat: str
    numero_inscription: str
    version: int
    version_label: str
    saved_at: str
    closes_at: str
    modifiable: bool
    contact: Contact


@dataclass(frozen=True)
class Ecartee:
    """A candidature that its service gestionnaire set aside: when (ISO 8601), why, and whom to ask."""

    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_inscription: str
    ended_at: str
    reason: str | None
    contact: Contact


@dataclass(frozen=True)
class Mine:
    """What « Mes inscriptions » lists."""

    candidatures: tuple[Tile, ...]
    ecartees: tuple[Ecartee, ...]
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class Candidature:
    tile: Tile
    recap: Recap


@dataclass(frozen=True)
class FormOffered:
    code: str
    title: str


@dataclass(frozen=True)
class FormsOffered:
    sentence: str | None
    forms: tuple[FormOffered, ...]


class Registrations:
    """Methods take the candidate's access token; refusals are raised as ProblemAnswer."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._messages: LastKnown[tuple[Message, ...]] = LastKnown()
        self._openings: LastKnown[Choices] = LastKnown()

    def messages(self) -> tuple[Message, ...]:
        """Those to show now; the last known ones while registrations does not answer."""

        def ask() -> tuple[Message, ...]:
            return tuple(shaped(Message, item) for item in self._http.get("/v1/messages"))

        return self._messages.or_new("", ask, is_worth_it=lambda _: True)

    def openings(self, chosen: dict[str, str]) -> Choices:
        """The choices of « consult »; as last known while registrations does not answer."""
        return self._openings.or_new(
            urlencode(chosen),
            lambda: self.choices("consult", chosen),
            is_worth_it=lambda choices: len(choices.steps) == len(chosen),  # what nobody offers would fill the memory
        )

    def choices(self, purpose: str, chosen: dict[str, str]) -> Choices:
        """`purpose` is "consult" or "register"; `chosen` holds domaine, exam, session, academie as far as chosen."""
        return shaped(Choices, self._http.get("/v1/openings/choices", params={"purpose": purpose, **chosen}))

    def contact(self, token: str) -> Contact:
        return shaped(Contact, self._http.get("/v1/contact", token=token)["contact"])

    def open_draft(self, token: str, opening_id: str, assertion: str) -> Draft:
        body = {"opening_id": opening_id, "assertion": assertion}
        return shaped(Draft, self._http.post("/v1/drafts", json=body, token=token))

    def draft(self, token: str, draft_id: str) -> Draft:
        return shaped(Draft, self._http.get(path("/v1/drafts/{}", draft_id), token=token))

    def delete_draft(self, token: str, draft_id: str) -> None:
        self._http.delete(path("/v1/drafts/{}", draft_id), token=token)

    def tab(self, token: str, draft_id: str, number: int, assertion: str) -> Tab:
        headers = {"X-Identity": assertion}
        return shaped(
            Tab, self._http.get(path("/v1/drafts/{}/tabs/{}", draft_id, number), token=token, headers=headers)
        )

    def write_tab(
        self,
        token: str,
        draft_id: str,
        number: int,
        *,
        revision: int,
        values: Values,
        action: str,
        assertion: str | None = None,
    ) -> Moved:
        """`action` is "next", "previous" or "stay"; a 422 keeps the values and says the new revision. Without
        `assertion` the identity stays the one that the draft has."""
        body = {"revision": revision, "values": values, "action": action}
        address, headers = (
            path("/v1/drafts/{}/tabs/{}", draft_id, number),
            {"X-Identity": assertion} if assertion else {},
        )
        return shaped(Moved, self._http.put(address, json=body, token=token, headers=headers))

    def search(self, token: str, draft_id: str, number: int, field: str, words: str) -> Proposed:
        address, params = path("/v1/drafts/{}/tabs/{}/search", draft_id, number), {"field": field, "q": words}
        return shaped(Proposed, self._http.get(address, params=params, token=token))

    def specialites(self, token: str, draft_id: str) -> tuple[Domain, ...]:
        found = self._http.get(path("/v1/drafts/{}/specialites", draft_id), token=token)
        return tuple(shaped(Domain, item) for item in found["domains"])

    def asked(self, token: str, draft_id: str, code: str) -> Asked:
        """What a spécialité leads to be asked."""
        return shaped(Asked, self._http.get(path("/v1/drafts/{}/specialites/{}", draft_id, code), token=token))

    def save(self, token: str, draft_id: str, *, revision: int, assertion: str) -> Saved:
        body = {"revision": revision, "assertion": assertion}
        return shaped(Saved, self._http.post(path("/v1/drafts/{}/save", draft_id), json=body, token=token))

    def mine(self, token: str) -> Mine:
        return shaped(Mine, self._http.get("/v1/mine", token=token))

    def candidatures(self, token: str) -> tuple[Tile, ...]:
        return tuple(shaped(Tile, item) for item in self._http.get("/v1/candidatures", token=token)["candidatures"])

    def candidature(self, token: str, candidature_id: str) -> Candidature:
        data = self._http.get(path("/v1/candidatures/{}", candidature_id), token=token)
        return Candidature(shaped(Tile, data), shaped(Recap, data["recap"]))

    def acknowledgement(self, token: str, candidature_id: str) -> Acknowledgement:
        address = path("/v1/candidatures/{}/acknowledgement", candidature_id)
        return shaped(Acknowledgement, self._http.get(address, token=token))

    def modify(self, token: str, candidature_id: str, assertion: str) -> Draft:
        address = path("/v1/candidatures/{}/draft", candidature_id)
        return shaped(Draft, self._http.post(address, json={"assertion": assertion}, token=token))

    def withdraw(self, token: str, candidature_id: str) -> None:
        self._http.post(path("/v1/candidatures/{}/withdrawal", candidature_id), json={}, token=token)

    def forms(self, token: str, candidature_id: str) -> FormsOffered:
        return shaped(FormsOffered, self._http.get(path("/v1/candidatures/{}/forms", candidature_id), token=token))

    def mails(self, token: str, after: str | None, limit: int) -> SentMails:
        return sent_mails(self._http, "/v1/mails", token, after, limit)
