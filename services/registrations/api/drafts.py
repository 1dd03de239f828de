"""A candidate's drafts: begun or resumed, read and written tab by tab, saved or abandoned.

The gateway passes on the identity that it got from accounts; it is never logged.
"""

from collections.abc import Mapping
from typing import Any

from services.chassis.clock import portal_now
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import caller, claims_of
from services.chassis.web.audit_trail import actor
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Views
from services.contracts.accounts import Identity
from services.contracts.api import drafts as api
from services.contracts.api.forms import Suggestions
from services.contracts.api.operation import CANDIDATE
from services.contracts.base import ContractError, read
from services.registrations.domain import specialites
from services.registrations.models import db
from services.registrations.operations import drafts
from services.registrations.queries import drafts as queries

views = Views("drafts", __name__)
StatedDraft = tuple[api.Draft, dict[str, str], int]


@views.serves(api.open_draft)
def open_draft(body: dict[str, Any]) -> StatedDraft:
    identity = asserted_identity(body["assertion"])
    return stated(drafts.open_draft(caller().id, body["opening_id"], identity, received_at()))


@views.serves(api.read_draft)
def read_draft(draft_id: str) -> api.Draft:
    with db.reading() as session:
        draft = queries.own_draft(session, _candidate_id(draft_id), draft_id)
        return queries.draft_answer(session, draft, portal_now())


@views.serves(api.delete_draft)
def delete_draft(draft_id: str) -> None:
    drafts.delete_draft(_candidate_id(draft_id), draft_id, actor=actor(), at=portal_now())


@views.serves(api.read_tab)
def read_tab(headers: dict[str, Any], draft_id: str, number: int) -> api.Tab:
    identity = _identity(headers)
    with db.reading() as session:
        draft = queries.own_draft(session, _candidate_id(draft_id), draft_id)
        return queries.tab_page(session, draft, number, identity, portal_now())


@views.serves(api.write_tab)
def write_tab(headers: dict[str, Any], body: dict[str, Any], draft_id: str, number: int) -> api.Going:
    identity, candidate_id = _identity(headers), _candidate_id(draft_id)
    return drafts.write_tab(candidate_id, draft_id, number, **body, instant=received_at(), identity=identity)


@views.serves(api.search)
def search(query: dict[str, Any], draft_id: str, number: int) -> Suggestions:
    with db.reading() as session:
        draft = queries.own_draft(session, _candidate_id(draft_id), draft_id)
        return queries.search(session, draft, number, query["field"], query["q"], portal_now())


@views.serves(api.save_draft)
def save_draft(body: dict[str, Any], draft_id: str) -> api.SavedVersion:
    identity = asserted_identity(body["assertion"])
    return drafts.save_draft(
        caller().id, draft_id, revision=body["revision"], identity=identity, received_at=received_at()
    )


def stated(opened: drafts.OpenedDraft) -> StatedDraft:
    """The draft, with 201 when it was begun and 200 when it was there."""
    return read_draft(opened.draft_id), {}, 201 if opened.created else 200


def _candidate_id(draft_id: str) -> str | None:
    """Whose draft the caller may use: their own, or of staff, who have none, a correction in their académies.
    Raises NotFound."""
    who = caller()
    if who.kind == CANDIDATE.kind:
        return who.id
    with db.reading() as session:
        queries.find_correction(session, draft_id, who.academies)
    return None


def _identity(headers: dict[str, Any]) -> Identity | None:
    return asserted_identity(headers["assertion"]) if headers["assertion"] else None


@views.serves(api.list_specialites)
def list_specialites(draft_id: str) -> api.Domains:
    with db.reading() as session:
        draft = queries.own_draft(session, _candidate_id(draft_id), draft_id)
        return api.Domains(domains=specialites.by_domain(draft.dossier(session, portal_now())))


@views.serves(api.read_specialite)
def read_specialite(draft_id: str, code: str) -> api.Asked:
    with db.reading() as session:
        draft = queries.own_draft(session, _candidate_id(draft_id), draft_id)
        return specialites.requirements(draft.dossier(session, portal_now()), code)


AUDIENCE = "registrations"


def asserted_identity(assertion: str) -> Identity:
    """The caller's identity. Raises Unauthenticated if the assertion is invalid, Forbidden if it is of another."""
    claims = _claims_of_caller(assertion)
    try:
        return read(Identity, claims.get("identity"))
    except ContractError as error:
        raise Unauthenticated("L'identité transmise ne peut pas être lue.") from error


def verify_proof(proof: str, digest: str) -> None:
    """That the caller has just given the password for what has this digest. Raises Unauthenticated if the proof is
    invalid, Forbidden if it is of another, or for something else."""
    if _claims_of_caller(proof).get("password_given_for") != digest:
        raise Forbidden()


def _claims_of_caller(assertion: str) -> Mapping[str, Any]:
    claims = claims_of(assertion, AUDIENCE)
    if claims["sub"] != caller().id:
        raise Forbidden()
    return claims
