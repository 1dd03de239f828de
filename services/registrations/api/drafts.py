"""A candidate's drafts: begun or resumed, read and written tab by tab, saved or abandoned.

The gateway passes on the identity that it got from accounts; it is never logged.
"""

from collections.abc import Mapping
from typing import Any

from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import caller, caller_id, claims_of
from services.chassis.web.audit_trail import actor
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.accounts import Identity
from services.contracts.api import drafts as api
from services.contracts.api.forms import Suggestions
from services.contracts.api.operation import CANDIDATE
from services.contracts.base import ContractError, read
from services.registrations.models import db
from services.registrations.operations import drafts
from services.registrations.queries import drafts as queries
from services.registrations.queries.drafts import Holder

AUDIENCE = "registrations"
views = Views("drafts", __name__)


def _holder() -> Holder:
    """Return the candidate who calls, or staff with their académies, who correct in a draft of
    theirs."""
    who = caller()
    return Holder.candidate(who.id) if who.kind == CANDIDATE.kind else Holder.staff(who.academies)


@views.serves(api.open_draft)
def open_draft(body: api.NewDraft) -> Reply[api.Draft]:
    identity = asserted_identity(body.assertion)
    return reply_of(drafts.open_draft(caller_id(), body.opening_id, identity, received_at()))


@views.serves(api.read_draft)
def read_draft(draft_id: str) -> api.Draft:
    with db.reading() as transaction:
        return queries.read_draft(transaction, draft_id, _holder(), portal_now())


@views.serves(api.delete_draft)
def delete_draft(draft_id: str) -> None:
    drafts.delete_draft(draft_id, _holder(), actor=actor(), at=portal_now())


@views.serves(api.read_tab)
def read_tab(draft_id: str, number: int, headers: api.IdentityHeader) -> api.Tab:
    identity = _identity_in(headers)
    with db.reading() as transaction:
        return queries.read_tab(transaction, draft_id, number, _holder(), identity, portal_now())


@views.serves(api.write_tab)
def write_tab(
    draft_id: str, number: int, headers: api.IdentityHeader, body: api.WrittenTab
) -> api.Going:
    return drafts.write_tab(
        draft_id,
        number,
        holder=_holder(),
        revision=body.revision,
        values=body.values,
        action=body.action,
        instant=received_at(),
        identity=_identity_in(headers),
        reason=body.reason,
    )


@views.serves(api.search)
def search(draft_id: str, number: int, query: api.SearchQuery) -> Suggestions:
    with db.reading() as transaction:
        return queries.search(
            transaction, draft_id, number, query.field, query.q, _holder(), portal_now()
        )


@views.serves(api.save_draft)
def save_draft(draft_id: str, body: api.SavedDraft) -> api.SavedVersion:
    identity = asserted_identity(body.assertion)
    return drafts.save_draft(caller_id(), draft_id, body.revision, identity, received_at())


@views.serves(api.list_specialites)
def list_specialites(draft_id: str) -> api.Domains:
    with db.reading() as transaction:
        return queries.list_specialites(transaction, draft_id, _holder(), portal_now())


@views.serves(api.read_specialite)
def read_specialite(draft_id: str, code: str) -> api.Asked:
    with db.reading() as transaction:
        return queries.read_specialite(transaction, draft_id, code, _holder(), portal_now())


def reply_of(opened: drafts.OpenedDraft) -> Reply[api.Draft]:
    """Return the draft, with the status 201 when it was begun and 200 when it was there."""
    with db.reading() as transaction:
        draft = queries.read_draft(transaction, opened.draft_id, _holder(), portal_now())
    return Reply(draft, status=201 if opened.created else 200)


def _identity_in(headers: api.IdentityHeader) -> Identity | None:
    return asserted_identity(headers.assertion) if headers.assertion else None


def asserted_identity(assertion: str) -> Identity:
    """Return the caller's identity. Raises Unauthenticated if the assertion is invalid, Forbidden
    if it is of another."""
    claims = _claims_of_caller(assertion)
    try:
        return read(Identity, claims.get("identity"))
    except ContractError as error:
        raise Unauthenticated("L'identité transmise ne peut pas être lue.") from error


def verify_proof(proof: str, digest: str) -> None:
    """Check that the caller has just given the password for what has this digest.

    Raises Unauthenticated if the proof is invalid, Forbidden if it is of another, or for something
    else.
    """
    if _claims_of_caller(proof).get("password_given_for") != digest:
        raise Forbidden()


def _claims_of_caller(assertion: str) -> Mapping[str, Any]:
    claims = claims_of(assertion, AUDIENCE)
    if claims["sub"] != caller_id():
        raise Forbidden()
    return claims
