"""« Mes inscriptions »: active candidatures, consulted, modified, withdrawn; « Mes messages »; what
services ask."""

from typing import Any

from services.chassis.web.access import caller, caller_id
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.api import personal_data
from services.contracts.api import registrations as api
from services.contracts.api.drafts import Draft
from services.contracts.api.history import read_history
from services.contracts.api.mails import (
    SentMails,
    SentMailsQuery,
    list_mails_of_registrations,
    mails_page,
)
from services.mail import sent_mails
from services.registrations.api.drafts import asserted_identity, stated, verify_proof
from services.registrations.models import db
from services.registrations.operations import candidates, drafts, validations
from services.registrations.operations import candidatures as operations
from services.registrations.queries import candidatures as queries
from services.registrations.queries.drafts import list_mine
from services.registrations.queries.history import history
from services.registrations.queries.personal_data import part

views = Views("candidatures", __name__)
_OWN_NOW = {"candidate_id": caller_id, "at": portal_now}
views.reads(api.list_candidatures, queries.list_candidatures, db.reading, **_OWN_NOW)
views.reads(api.read_candidature, queries.own_candidature, db.reading, **_OWN_NOW)
views.reads(api.read_acknowledgement, queries.acknowledgement, db.reading, **_OWN_NOW)
views.reads(api.list_forms, queries.forms, db.reading, **_OWN_NOW)
views.reads(api.read_contact, queries.contact, db.reading, **_OWN_NOW)
views.reads(api.list_mine, list_mine, db.reading, **_OWN_NOW)
views.calls(api.withdraw, operations.withdraw, candidate_id=caller_id, received_at=received_at)
views.calls(
    api.undo_withdrawal, operations.undo_withdrawal, candidate_id=caller_id, received_at=received_at
)
views.reads(read_history, history, db.reading, candidate_id=caller_id)
views.calls(api.set_identity_floor, candidates.set_identity_floor)
views.reads(api.read_engaged, queries.engaged, db.reading)
views.reads(api.list_engaged, queries.engaged_among, db.reading)
views.calls(api.erase_candidate, candidates.erase_candidate)
views.calls(api.erase_drafts, candidates.erase_drafts)
views.reads(api.read_version, queries.version_event, db.reading)
views.reads(personal_data.read_part, part, db.reading, at=portal_now)


@views.serves(api.start_modification)
def start_modification(body: dict[str, Any], candidature_id: str) -> Reply[Draft]:
    identity = asserted_identity(body["assertion"])
    return stated(drafts.start_modification(caller().id, candidature_id, identity, received_at()))


@views.serves(api.validate_version)
def validate_version(body: dict[str, Any], candidature_id: str) -> None:
    verify_proof(body["proof"], body["digest"])
    validations.validate(
        caller().id, candidature_id, body["version"], body["digest"], received_at()
    )


@views.serves(list_mails_of_registrations)
def list_mails(query: SentMailsQuery) -> SentMails:
    with db.reading() as transaction:
        mails = sent_mails.list_page(transaction, caller_id(), after=query.after, limit=query.limit)
    return mails_page(mails)
