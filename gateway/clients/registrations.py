"""Client of registrations: openings, drafts, candidatures."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.candidature_labels import CandidatureLabels
from gateway.clients.drafts import Draft, Tab, WrittenTab
from gateway.clients.form_values import SearchSuggestions, Values
from gateway.clients.last_known_answers import LastKnownAnswers
from gateway.clients.openings import Choices, Message
from gateway.clients.specialites import Domain, SpecialiteDetails
from services.chassis.http.client import path
from services.contracts.registrations import Contact, Recap


@dataclass(frozen=True)
class TabTitle:
    number: int
    title: str


@dataclass(frozen=True)
class Saved:
    """The candidature that a save led to; the next page asks for its acknowledgement."""

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
class Tile(CandidatureLabels):
    numero_candidat: str
    version: int
    version_label: str
    saved_at: str
    closes_at: str
    modifiable: bool
    contact: Contact

    @property
    def may_be_modified(self) -> bool:
        return self.modifiable

    @property
    def may_be_withdrawn(self) -> bool:
        """registrations answers with one field for both acts (services/registrations/domain/permitted_acts.py)."""
        return self.modifiable


@dataclass(frozen=True)
class Ecartee(CandidatureLabels):
    """A candidature that its service gestionnaire set aside; `ended_at` is ISO 8601."""

    ended_at: str
    reason: str | None
    contact: Contact


@dataclass(frozen=True)
class MyRegistrations:
    """What « Mes inscriptions » lists."""

    candidatures: tuple[Tile, ...]
    ecartees: tuple[Ecartee, ...]
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class Candidature:
    tile: Tile
    recap: Recap


@dataclass(frozen=True)
class OfferedForm:
    code: str
    title: str


@dataclass(frozen=True)
class OfferedForms:
    sentence: str | None
    forms: tuple[OfferedForm, ...]


class Registrations:
    """Methods take the candidate's access token; refusals are raised as ProblemAnswer."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._messages: LastKnownAnswers[tuple[Message, ...]] = LastKnownAnswers()
        self._openings: LastKnownAnswers[Choices] = LastKnownAnswers()

    def messages(self) -> tuple[Message, ...]:
        """Those to show now; the last known ones while registrations does not answer."""

        def ask() -> tuple[Message, ...]:
            return tuple(parsed(Message, item) for item in self._http.get("/v1/messages"))

        return self._messages.fresh_or_last_known("", ask, is_worth_keeping=lambda _: True)

    def openings(self, chosen: dict[str, str]) -> Choices:
        """The choices of « consult »; as last known while registrations does not answer."""
        return self._openings.fresh_or_last_known(
            urlencode(chosen),
            lambda: self.choices("consult", chosen),
            is_worth_keeping=lambda choices: (
                len(choices.steps) == len(chosen)
            ),  # choices that do not exist are not kept
        )

    def choices(self, purpose: str, chosen: dict[str, str]) -> Choices:
        """`purpose` is "consult" or "register"; `chosen` holds domaine, exam, session, academie as far as chosen."""
        return parsed(Choices, self._http.get("/v1/openings/choices", params={"purpose": purpose, **chosen}))

    def contact(self, token: str) -> Contact:
        return parsed(Contact, self._http.get("/v1/contact", token=token)["contact"])

    def open_draft(self, token: str, opening_id: str, assertion: str) -> Draft:
        body = {"opening_id": opening_id, "assertion": assertion}
        return parsed(Draft, self._http.post("/v1/drafts", json=body, token=token))

    def draft(self, token: str, draft_id: str) -> Draft:
        return parsed(Draft, self._http.get(path("/v1/drafts/{}", draft_id), token=token))

    def delete_draft(self, token: str, draft_id: str) -> None:
        self._http.delete(path("/v1/drafts/{}", draft_id), token=token)

    def tab(self, token: str, draft_id: str, number: int, assertion: str) -> Tab:
        headers = {"X-Identity": assertion}
        return parsed(
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
    ) -> WrittenTab:
        """`action` is "next", "previous" or "stay". A refusal with status 422 has kept the values and says the new
        revision. Without `assertion` the draft keeps the identity that it has."""
        body = {"revision": revision, "values": values, "action": action}
        address = path("/v1/drafts/{}/tabs/{}", draft_id, number)
        headers = {"X-Identity": assertion} if assertion else {}
        return parsed(WrittenTab, self._http.put(address, json=body, token=token, headers=headers))

    def search_suggestions(self, token: str, draft_id: str, number: int, field: str, words: str) -> SearchSuggestions:
        address, params = path("/v1/drafts/{}/tabs/{}/search", draft_id, number), {"field": field, "q": words}
        return parsed(SearchSuggestions, self._http.get(address, params=params, token=token))

    def specialites_by_domain(self, token: str, draft_id: str) -> tuple[Domain, ...]:
        domains = self._http.get(path("/v1/drafts/{}/specialites", draft_id), token=token)["domains"]
        return tuple(parsed(Domain, item) for item in domains)

    def specialite_details(self, token: str, draft_id: str, code: str) -> SpecialiteDetails:
        """The épreuves and pieces that a spécialité leads to be asked."""
        return parsed(
            SpecialiteDetails, self._http.get(path("/v1/drafts/{}/specialites/{}", draft_id, code), token=token)
        )

    def save_draft(self, token: str, draft_id: str, *, revision: int, assertion: str) -> Saved:
        body = {"revision": revision, "assertion": assertion}
        return parsed(Saved, self._http.post(path("/v1/drafts/{}/save", draft_id), json=body, token=token))

    def my_registrations(self, token: str) -> MyRegistrations:
        return parsed(MyRegistrations, self._http.get("/v1/mine", token=token))

    def candidatures(self, token: str) -> tuple[Tile, ...]:
        return tuple(parsed(Tile, item) for item in self._http.get("/v1/candidatures", token=token)["candidatures"])

    def candidature(self, token: str, candidature_id: str) -> Candidature:
        data = self._http.get(path("/v1/candidatures/{}", candidature_id), token=token)
        return Candidature(parsed(Tile, data), parsed(Recap, data["recap"]))

    def acknowledgement(self, token: str, candidature_id: str) -> Acknowledgement:
        address = path("/v1/candidatures/{}/acknowledgement", candidature_id)
        return parsed(Acknowledgement, self._http.get(address, token=token))

    def open_modification(self, token: str, candidature_id: str, assertion: str) -> Draft:
        address = path("/v1/candidatures/{}/draft", candidature_id)
        return parsed(Draft, self._http.post(address, json={"assertion": assertion}, token=token))

    def withdraw(self, token: str, candidature_id: str) -> None:
        self._http.post(path("/v1/candidatures/{}/withdrawal", candidature_id), json={}, token=token)

    def offered_forms(self, token: str, candidature_id: str) -> OfferedForms:
        return parsed(OfferedForms, self._http.get(path("/v1/candidatures/{}/forms", candidature_id), token=token))
