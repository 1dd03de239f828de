"""« Mes inscriptions »: a candidate's active candidatures, consulted, modified, withdrawn; « Mes messages »."""

from typing import Any

from services.chassis.clock import portal_now
from services.chassis.web.access import caller
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Views
from services.contracts.api import registrations as api
from services.contracts.api.history import History, read_history
from services.contracts.api.mails import SentMail, SentMails, list_mails_of_registrations
from services.contracts.api.operation import answer_of
from services.contracts.retention import retention
from services.mail import sent_mails
from services.registrations.api.drafts import StatedDraft, asserted_identity, stated, verify_proof
from services.registrations.models import db
from services.registrations.operations import candidatures as operations
from services.registrations.operations import drafts, validations
from services.registrations.queries import candidatures as queries
from services.registrations.queries.drafts import list_open_drafts
from services.registrations.queries.history import history

views = Views("candidatures", __name__)


@views.serves(api.list_candidatures)
def list_candidatures() -> api.Tiles:
    with db.reading() as session:
        return queries.list_candidatures(session, caller().id, portal_now())


@views.serves(api.list_mine)
def list_mine() -> api.Mine:
    now = portal_now()
    with db.reading() as session:
        drafts = list_open_drafts(session, caller().id, now)
        tiles, withdrawn = queries.list_mine(session, caller().id, now)
        return answer_of(api.Mine, tiles, withdrawn=withdrawn, drafts=drafts)


@views.serves(api.read_candidature)
def read_candidature(candidature_id: str) -> api.Candidature:
    now = portal_now()
    with db.reading() as session:
        return queries.candidature_answer(queries.visible_candidature(session, caller().id, candidature_id, now), now)


@views.serves(api.read_acknowledgement)
def read_acknowledgement(candidature_id: str) -> api.Acknowledgement:
    with db.reading() as session:
        view = queries.visible_candidature(session, caller().id, candidature_id, portal_now())
        return queries.acknowledgement(session, view)


@views.serves(api.start_modification)
def start_modification(body: dict[str, Any], candidature_id: str) -> StatedDraft:
    identity = asserted_identity(body["assertion"])
    return stated(drafts.start_modification(caller().id, candidature_id, identity, received_at()))


@views.serves(api.withdraw)
def withdraw(body: dict[str, Any], candidature_id: str) -> None:
    operations.withdraw(caller().id, candidature_id, received_at())


@views.serves(api.undo_withdrawal)
def undo_withdrawal(candidature_id: str) -> None:
    operations.undo_withdrawal(caller().id, candidature_id, received_at())


@views.serves(api.validate_version)
def validate_version(body: dict[str, Any], candidature_id: str) -> None:
    verify_proof(body["proof"], body["digest"])
    validations.validate(caller().id, candidature_id, body["version"], body["digest"], received_at())


@views.serves(api.list_forms)
def list_forms(candidature_id: str) -> api.Forms:
    with db.reading() as session:
        view = queries.visible_candidature(session, caller().id, candidature_id, portal_now())
        return queries.forms(session, view)


@views.serves(api.read_contact)
def read_contact() -> api.ContactAnswer:
    with db.reading() as session:
        return queries.contact(session, caller().id, portal_now())


@views.serves(read_history)
def read_own_history(candidature_id: str) -> History:
    with db.reading() as session:
        return history(session, caller().id, candidature_id)


@views.serves(list_mails_of_registrations)
def list_mails(query: dict[str, Any]) -> SentMails:
    with db.reading() as session:
        mails = sent_mails.list_page(session, caller().id, **query)
    return SentMails(mails=tuple(SentMail(**mail) for mail in mails), kept_days=retention().kind("mails").active.days)
