"""« Mes inscriptions »: active candidatures, consulted, modified, withdrawn; « Mes messages »; what
services ask."""

from services.chassis.web.access import caller_id
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Reply, Views
from services.clock import portal_now
from services.contracts.api import personal_data
from services.contracts.api import registrations as api
from services.contracts.api.drafts import Asserted, Draft
from services.contracts.api.history import History, read_history
from services.contracts.api.mails import (
    SentMails,
    SentMailsQuery,
    list_mails_of_registrations,
    mails_page,
)
from services.mail import sent_mails
from services.registrations.api.drafts import asserted_identity, reply_of, verify_proof
from services.registrations.models import db
from services.registrations.operations import candidates, drafts, validations
from services.registrations.operations import candidatures as operations
from services.registrations.queries import candidatures as queries
from services.registrations.queries.drafts import list_mine as query_mine
from services.registrations.queries.history import history
from services.registrations.queries.personal_data import part

views = Views("candidatures", __name__)


@views.serves(api.list_candidatures)
def list_candidatures() -> api.Tiles:
    with db.reading() as transaction:
        return queries.list_candidatures(transaction, caller_id(), portal_now())


@views.serves(api.list_mine)
def list_mine() -> api.Mine:
    with db.reading() as transaction:
        return query_mine(transaction, caller_id(), portal_now())


@views.serves(api.read_candidature)
def read_candidature(candidature_id: str) -> api.Candidature:
    with db.reading() as transaction:
        return queries.own_candidature(transaction, caller_id(), candidature_id, portal_now())


@views.serves(api.read_acknowledgement)
def read_acknowledgement(candidature_id: str) -> api.Acknowledgement:
    with db.reading() as transaction:
        return queries.acknowledgement(transaction, caller_id(), candidature_id, portal_now())


@views.serves(api.list_forms)
def list_forms(candidature_id: str) -> api.Forms:
    with db.reading() as transaction:
        return queries.forms(transaction, caller_id(), candidature_id, portal_now())


@views.serves(api.read_contact)
def read_contact() -> api.ContactAnswer:
    with db.reading() as transaction:
        return queries.contact(transaction, caller_id(), portal_now())


@views.serves(api.start_modification)
def start_modification(candidature_id: str, body: Asserted) -> Reply[Draft]:
    identity = asserted_identity(body.assertion)
    return reply_of(drafts.start_modification(caller_id(), candidature_id, identity, received_at()))


@views.serves(api.withdraw)
def withdraw(candidature_id: str, body: api.Empty) -> None:
    operations.withdraw(caller_id(), candidature_id, received_at())


@views.serves(api.undo_withdrawal)
def undo_withdrawal(candidature_id: str) -> None:
    operations.undo_withdrawal(caller_id(), candidature_id, received_at())


@views.serves(api.validate_version)
def validate_version(candidature_id: str, body: api.ShownVersion) -> None:
    verify_proof(body.proof, body.digest)
    validations.validate(caller_id(), candidature_id, body.version, body.digest, received_at())


@views.serves(read_history)
def read_history_of_candidature(candidature_id: str) -> History:
    with db.reading() as transaction:
        return history(transaction, caller_id(), candidature_id)


@views.serves(list_mails_of_registrations)
def list_mails(query: SentMailsQuery) -> SentMails:
    with db.reading() as transaction:
        mails = sent_mails.list_page(transaction, caller_id(), after=query.after, limit=query.limit)
    return mails_page(mails)


@views.serves(api.set_identity_floor)
def set_identity_floor(candidate_id: str, body: api.IdentityFloor) -> None:
    candidates.set_identity_floor(candidate_id, body.version)


@views.serves(api.read_engaged)
def read_engaged(candidate_id: str) -> api.Engaged:
    with db.reading() as transaction:
        return queries.engaged(transaction, candidate_id)


@views.serves(api.list_engaged)
def list_engaged(body: api.Candidates) -> api.EngagedAmong:
    with db.reading() as transaction:
        return queries.engaged_among(transaction, body.ids)


@views.serves(api.erase_candidate)
def erase_candidate(candidate_id: str) -> None:
    candidates.erase_candidate(candidate_id)


@views.serves(api.erase_drafts)
def erase_drafts(candidate_id: str) -> None:
    candidates.erase_drafts(candidate_id)


@views.serves(api.read_version)
def read_version(candidature_id: str, version: str) -> api.VersionEvent:
    with db.reading() as transaction:
        return queries.version_event(transaction, candidature_id, version)


@views.serves(api.read_standing)
def read_standing(candidature_id: str) -> api.Standing:
    with db.reading() as transaction:
        return queries.standing(transaction, candidature_id)


@views.serves(personal_data.read_part)
def read_personal_data(candidate_id: str) -> personal_data.Part:
    with db.reading() as transaction:
        return part(transaction, candidate_id, portal_now())
