"""« Mes messages »: what accounts mailed to the caller."""

from __future__ import annotations

from typing import Any

from services.accounts.models import db
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api.mails import SentMail, SentMails, list_mails_of_accounts
from services.mail import sent_mails

views = Views("mails", __name__)


@views.serves(list_mails_of_accounts)
def list_mails(query: dict[str, Any]) -> SentMails:
    with db.reading() as session:
        mails = sent_mails.list_page(session, access.caller().id, **query)
    return SentMails(mails=tuple(SentMail(**mail) for mail in mails), kept_days=sent_mails.RETENTION.days)
