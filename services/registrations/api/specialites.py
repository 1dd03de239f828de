"""What helps to choose a spécialité for a draft."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.chassis.clock import portal_now
from services.chassis.web import access
from services.chassis.web.access import caller
from services.registrations.domain import specialite_choice
from services.registrations.models import db
from services.registrations.queries import drafts as draft_queries

blp = Blueprint("specialites", __name__, url_prefix="/v1/drafts", description="What helps to choose a spécialité")


class Offered(Schema):
    code = fields.String()
    label = fields.String()
    acronym = fields.String(allow_none=True)


class Domain(Schema):
    label = fields.String()
    specialites = fields.List(fields.Nested(Offered))


class Domains(Schema):
    domains = fields.List(fields.Nested(Domain))


class AskedEpreuve(Schema):
    code = fields.String()
    label = fields.String()
    mandatory = fields.Boolean()
    parent = fields.String(allow_none=True)


class AskedPiece(Schema):
    label = fields.String()
    certain = fields.Boolean(metadata={"description": "false: it depends on what is not known yet"})


class Asked(Schema):
    specialite = fields.Nested(Offered)
    epreuves = fields.List(fields.Nested(AskedEpreuve))
    pieces = fields.List(fields.Nested(AskedPiece))


@blp.get("/<draft_id>/specialites")
@access.candidate
@blp.response(200, Domains)
def by_domain(draft_id: str) -> dict[str, Any]:
    """The spécialités of the draft's session, by domain."""
    with db.reading() as session:
        draft = draft_queries.own_draft(session, caller().id, draft_id)
        domains = specialite_choice.by_domain(draft.dossier(session, portal_now()))
        return {"domains": [asdict(domain) for domain in domains]}


@blp.get("/<draft_id>/specialites/<code>")
@access.candidate
@blp.response(200, Asked)
def asked(draft_id: str, code: str) -> dict[str, Any]:
    """What one of them leads to be asked, as far as the draft decides it."""
    with db.reading() as session:
        draft = draft_queries.own_draft(session, caller().id, draft_id)
        return asdict(specialite_choice.requirements(draft.dossier(session, portal_now()), code))
