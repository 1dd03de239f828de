"""A candidate's drafts: begun or resumed, read and written tab by tab, saved or abandoned."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import portal_now
from services.chassis.web import access
from services.chassis.web.access import caller
from services.chassis.web.arrival_time import received_at
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.contracts.accounts import Identity
from services.registrations.api import schemas
from services.registrations.api.identity_assertion import asserted_identity
from services.registrations.models import db
from services.registrations.operations import draft_saving, drafts
from services.registrations.queries import drafts as draft_queries

blp = Blueprint("drafts", __name__, url_prefix="/v1/drafts", description="What is typed and not yet transmitted")


@blp.post("")
@access.candidate
@blp.arguments(schemas.NewDraft)
@blp.response(201, schemas.Draft)
@blp.alt_response(200, schema=schemas.Draft, description="The draft begun earlier")
@answers_with(
    blp,
    problem_types.NOT_FOUND,
    problem_types.WINDOW_CLOSED,
    problem_types.CANDIDATURE_EXISTS,
    problem_types.OTHER_DRAFT,
    problem_types.IDENTITY_OUTDATED,
)
def open_draft(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """« Valider »: begin a draft for an opening, or resume the one there is."""
    identity = asserted_identity(body["assertion"])
    opened = drafts.open_draft(caller().id, body["opening_id"], identity, received_at())
    return draft_answer(opened)


@blp.get("")
@access.candidate
@blp.response(200, schemas.Drafts)
def list_drafts() -> dict[str, Any]:
    """Drafts not transmitted, the latest written first."""
    with db.reading() as session:
        return {"drafts": draft_queries.list_open_drafts(session, caller().id, portal_now())}


@blp.get("/<draft_id>")
@access.candidate
@blp.response(200, schemas.Draft)
def read_draft(draft_id: str) -> dict[str, Any]:
    """One draft; a saved one names its candidature."""
    return _draft(draft_id)


@blp.delete("/<draft_id>")
@access.candidate
@blp.response(204)
@answers_with(blp, problem_types.DRAFT_SAVED)
def delete_draft(draft_id: str) -> None:
    """Abandon a draft."""
    drafts.delete_draft(caller().id, draft_id)


@blp.get("/<draft_id>/tabs/<int:number>")
@access.candidate
@blp.arguments(schemas.IdentityHeader, location="headers")
@blp.response(200, schemas.Tab)
@answers_with(blp, problem_types.IDENTITY_OUTDATED)
def read_tab(header: dict[str, Any], draft_id: str, number: int) -> dict[str, Any]:
    """A tab as it was typed."""
    identity = _identity(header)
    with db.reading() as session:
        draft = draft_queries.own_draft(session, caller().id, draft_id)
        return draft_queries.tab_page(session, draft, number, identity, portal_now())


@blp.put("/<draft_id>/tabs/<int:number>")
@access.candidate
@blp.arguments(schemas.IdentityHeader, location="headers")
@blp.arguments(schemas.WrittenTab)
@blp.response(200, schemas.Going)
@answers_with(
    blp,
    problem_types.WINDOW_CLOSED,
    problem_types.DRAFT_CHANGED,
    problem_types.DRAFT_SAVED,
    problem_types.IDENTITY_OUTDATED,
)
def write_tab(header: dict[str, Any], body: dict[str, Any], draft_id: str, number: int) -> drafts.WrittenTab:
    """Keep what was typed, right or not; « next » is refused while something is wrong."""
    return drafts.write_tab(caller().id, draft_id, number, **body, instant=received_at(), identity=_identity(header))


@blp.get("/<draft_id>/tabs/<int:number>/search")
@access.candidate
@blp.arguments(schemas.SearchQuery, location="query")
@blp.response(200, schemas.Options)
def search(query: dict[str, Any], draft_id: str, number: int) -> dict[str, Any]:
    """Proposals for a search field."""
    with db.reading() as session:
        draft = draft_queries.own_draft(session, caller().id, draft_id)
        return draft_queries.search(session, draft, number, query["field"], query["q"], portal_now())


@blp.post("/<draft_id>/save")
@access.candidate
@blp.arguments(schemas.SavedDraft)
@blp.response(201, schemas.SavedVersion)
@answers_with(
    blp,
    problem_types.WINDOW_CLOSED,
    problem_types.DRAFT_CHANGED,
    problem_types.DRAFT_SAVED,
    problem_types.CANDIDATURE_EXISTS,
    problem_types.IDENTITY_OUTDATED,
    problem_types.INCOMPLETE,
)
def save(body: dict[str, Any], draft_id: str) -> draft_saving.Saved:
    """« Enregistrer ». Repeats answer the same; `/v1/candidatures/{id}/acknowledgement` says what was saved."""
    identity = asserted_identity(body["assertion"])
    return draft_saving.save_draft(
        caller().id, draft_id, revision=body["revision"], identity=identity, received_at=received_at()
    )


def draft_answer(opened: drafts.OpenedDraft) -> tuple[dict[str, Any], int]:
    """The draft, with 201 when it was begun and 200 when it was there."""
    return _draft(opened.draft_id), 201 if opened.created else 200


def _draft(draft_id: str) -> dict[str, Any]:
    with db.reading() as session:
        draft = draft_queries.own_draft(session, caller().id, draft_id)
        return draft_queries.draft_data(session, draft, portal_now())


def _identity(header: dict[str, Any]) -> Identity | None:
    return asserted_identity(header["assertion"]) if header["assertion"] else None
