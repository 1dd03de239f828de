"""« Enregistrer » pressed twenty times at once makes one candidature, and everybody is answered the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.html_forms import SAME_ORIGIN, save_form_fields
from tests.support.chromium import cookies_of

if TYPE_CHECKING:
    from tests.journeys.conftest import NewCandidate
    from tests.support.running_portal import RunningPortal

PRESSES = 20


def test_twenty_saves_at_once_are_one_candidature(portal: RunningPortal, new_candidate: NewCandidate) -> None:
    someone = new_candidate(portal, personas.DUBOIS.with_email(personas.new_address()))
    someone.creates_account_and_logs_in()
    someone.chooses_exam()
    someone.fills_tabs()
    cookies, address = cookies_of(someone.page), someone.page.url
    fields = save_form_fields(someone.page.content())

    def save(_: int) -> requests.Response:
        return requests.post(
            address,
            data=fields,
            cookies=cookies,
            headers=SAME_ORIGIN,
            allow_redirects=False,
            timeout=60,
        )

    with ThreadPoolExecutor(PRESSES) as pool:
        answers = list(pool.map(save, range(PRESSES)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    someone.user.open("/inscriptions")
    assert someone.page.get_by_role("button", name="Modifier", exact=True).count() == 1
    someone.user.shows("N° inscription 001", "Version 01")
    someone.opens(page_labels.DOCUMENTS)
    someone.waits_for("Confirmation d'inscription Version 01")
    assert "Version 02" not in someone.user.text
