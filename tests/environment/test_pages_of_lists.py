"""A list that the gateway shows page by page asks for no more than the services give at once."""

from __future__ import annotations

import pytest

from gateway.web import messages
from gateway.web.gestion import journal_pages, relances
from services.chassis.web.audit_trail import MOST_ENTRIES
from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE
from services.mail.sent_mail_schemas import MAX_LIMIT


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        pytest.param(messages.PAGE_LENGTH + 1, MAX_LIMIT, id="messages, and whether there are older ones"),
        pytest.param(relances.CANDIDATURES_OF_A_PAGE, LARGEST_PAGE, id="relances"),
        pytest.param(journal_pages.ENTRIES_OF_A_PAGE, MOST_ENTRIES, id="journal"),
        pytest.param(USUAL_PAGE, LARGEST_PAGE, id="pieces and candidatures"),
    ],
)
def test_a_page_is_asked_for_within_what_services_give(asked: int, given: int) -> None:
    assert asked <= given
