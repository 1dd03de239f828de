"""« Mes messages »: the mails sent to the candidate by all services, newest first."""

from collections.abc import Iterator

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.sessions import visitor
from services.chassis.errors import DomainError
from services.contracts.api.mails import (
    STATE_LABELS,
    SentMails,
    list_mails_of_accounts,
    list_mails_of_registrations,
)

blueprint = access.Pages("messages", __name__)

PAGE_LENGTH = 20


@blueprint.get("/messages", who=access.CANDIDATE)
def list_mails() -> ResponseReturnValue:
    answers = list(_pages_of_mails(request.args.get("apres")))
    received = [answer for answer in answers if answer is not None]
    mails = sorted(
        (mail for answer in received for mail in answer.mails),
        key=lambda mail: mail.place,
        reverse=True,
    )
    shown = mails[:PAGE_LENGTH]
    return render_page(
        "messages/templates/messages.html",
        mails=shown,
        state_labels=STATE_LABELS,
        older=shown[-1].place if len(mails) > PAGE_LENGTH else None,
        kept_days=min(answer.kept_days for answer in received) if received else None,
        incomplete=len(received) < len(answers),
    )


def _pages_of_mails(after: str | None) -> Iterator[SentMails | None]:
    """One page of each service that sends mails; None of one that does not answer: the others are
    shown."""
    for list_mails in (list_mails_of_accounts, list_mails_of_registrations):
        try:
            yield visitor.call(list_mails(query={"after": after, "limit": PAGE_LENGTH + 1}))
        except DomainError as refusal:
            if refusal.http_status < 500:
                raise
            yield None
