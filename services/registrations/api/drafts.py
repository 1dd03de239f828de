"""A candidate's drafts: begun or resumed, read and written tab by tab, saved or abandoned.

The gateway passes on the identity that it got from accounts; it is never logged.
"""

from collections.abc import Mapping
from typing import Any

from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import caller, claims_of
from services.chassis.web.audit_trail import actor
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.accounts import Identity
from services.contracts.api import drafts as api
from services.contracts.api.operation import CANDIDATE
from services.contracts.base import ContractError, read
from services.registrations.models import db
from services.registrations.operations import drafts
from services.registrations.queries import drafts as queries

views = Views("drafts", __name__)


def _holder() -> queries.Holder:
    """The candidate who calls, or the académies of staff, who correct in a draft of theirs."""
    who = caller()
    return queries.Holder(who.id if who.kind == CANDIDATE.kind else None, who.academies)


_HELD_NOW = {"holder": _holder, "at": portal_now}
views.reads(api.read_draft, queries.read_draft, db.reading, **_HELD_NOW)
views.reads(api.search, queries.search, db.reading, **_HELD_NOW)
views.reads(api.list_specialites, queries.list_specialites, db.reading, **_HELD_NOW)
views.reads(api.read_specialite, queries.read_specialite, db.reading, **_HELD_NOW)
views.calls(api.delete_draft, drafts.delete_draft, actor=actor, **_HELD_NOW)


@views.serves(api.open_draft)
def open_draft(body: dict[str, Any]) -> Reply[api.Draft]:
    identity = asserted_identity(body["assertion"])
    return stated(drafts.open_draft(caller().id, body["opening_id"], identity, received_at()))


@views.serves(api.read_tab)
def read_tab(headers: dict[str, Any], draft_id: str, number: int) -> api.Tab:
    identity = _identity(headers)
    with db.reading() as transaction:
        return queries.read_tab(transaction, draft_id, number, _holder(), identity, portal_now())


@views.serves(api.write_tab)
def write_tab(
    headers: dict[str, Any], body: dict[str, Any], draft_id: str, number: int
) -> api.Going:
    return drafts.write_tab(
        draft_id,
        number,
        holder=_holder(),
        **body,
        instant=received_at(),
        identity=_identity(headers),
    )


@views.serves(api.save_draft)
def save_draft(body: dict[str, Any], draft_id: str) -> api.SavedVersion:
    identity = asserted_identity(body["assertion"])
    return drafts.save_draft(caller().id, draft_id, body["revision"], identity, received_at())


def stated(opened: drafts.OpenedDraft) -> Reply[api.Draft]:
    """The draft, with 201 when it was begun and 200 when it was there."""
    with db.reading() as transaction:
        draft = queries.read_draft(transaction, opened.draft_id, _holder(), portal_now())
    return Reply(draft, status=201 if opened.created else 200)


def _identity(headers: dict[str, Any]) -> Identity | None:
    return asserted_identity(headers["assertion"]) if headers["assertion"] else None


AUDIENCE = "registrations"


def asserted_identity(assertion: str) -> Identity:
    """The caller's identity. Raises Unauthenticated if the assertion is invalid, Forbidden if it is
    of another."""
    claims = _claims_of_caller(assertion)
    try:
        return read(Identity, claims.get("identity"))
    except ContractError as error:
        raise Unauthenticated("L'identité transmise ne peut pas être lue.") from error


def verify_proof(proof: str, digest: str) -> None:
    """That the caller has just given the password for what has this digest. Raises Unauthenticated
    if the proof is invalid, Forbidden if it is of another, or for something else."""
    if _claims_of_caller(proof).get("password_given_for") != digest:
        raise Forbidden()


def _claims_of_caller(assertion: str) -> Mapping[str, Any]:
    claims = claims_of(assertion, AUDIENCE)
    if claims["sub"] != caller().id:
        raise Forbidden()
    return claims
