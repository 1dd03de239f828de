"""One trace from the click on « Enregistrer » to the PDF and the mail, through every service, which
does not tell who.

The first test takes long: it starts a whole portal, and a candidate registers there.
"""

import re
from functools import partial

import pytest

from tests.accounts.creation_form import PASSWORD, creation_form
from tests.bench.candidate_journey import DOSSIER
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until
from tests.traces.conftest import OtlpReceiver, ReceivedSpan, Saver

SECONDS = 90.0
CLICK = "gateway: POST /inscription/<draft_id>/<int:number>"
SAVE = [CLICK, "gateway: POST", "registrations: POST /v1/drafts/<draft_id>/save"]
EVENT = "process registrations.registration_saved.v1"
DOCUMENTS = [*SAVE, f"documents-worker: {EVENT}", "documents-worker: process make_documents"]
PATHS = [
    [CLICK, "gateway: GET", "accounts: GET /v1/me/identity"],
    [*SAVE, "registrations: INSERT"],
    [*SAVE, "registrations-worker: publish registrations.registration_saved.v1"],
    [*SAVE, f"pieces-worker: {EVENT}"],
    [*DOCUMENTS, "documents-worker: PUT"],
    [*SAVE, "registrations-worker: process send_modification_mail"],
]
WORDS_OF_THE_PORTAL = {"non", "oui", "globale", "MONSIEUR", "FRANCE"}
SHORTEST = 4  # characters: « 03 » is everywhere


@pytest.fixture(scope="module")
def click(saver: Saver, receiver: OtlpReceiver) -> ReceivedSpan:
    """The gateway's span of a modification, once its mail is at work: the first save is followed by
    another mail."""
    saver.saves_again()
    wait_until(
        lambda: bool(_followed_by_a_mail(receiver)), SECONDS, "a click that is followed by a mail"
    )
    return _followed_by_a_mail(receiver)[0]


def _followed_by_a_mail(receiver: OtlpReceiver) -> list[ReceivedSpan]:
    mails = {
        span.trace
        for span in receiver.of_process("registrations-worker", "process send_modification_mail")
    }
    return [span for span in receiver.of_process(*CLICK.split(": ")) if span.trace in mails]


def test_what_follows_from_a_click_is_in_its_trace(
    click: ReceivedSpan, receiver: OtlpReceiver
) -> None:
    def has_come(path: list[str]) -> bool:
        return path in [receiver.path_to(span) for span in receiver.of_trace(click.trace)]

    for path in PATHS:
        wait_until(partial(has_come, path), SECONDS, f"{path[-1]} in the trace of the click")


def test_the_logs_request_id_is_on_each_part(click: ReceivedSpan, receiver: OtlpReceiver) -> None:
    processes = {
        span.process
        for span in receiver.of_trace(click.trace)
        if span.attributes.get("portail.request_id") == click.attributes["portail.request_id"]
    }
    assert processes == {
        "gateway",
        "accounts",
        "registrations",
        "registrations-worker",
        "documents-worker",
        "pieces-worker",
    }


def test_workers_that_look_for_work_make_no_traces(
    click: ReceivedSpan, receiver: OtlpReceiver
) -> None:
    """Every first span is a request's or an event's."""
    first = {span.name.partition(" ")[0] for span in receiver.spans if not span.parent}
    assert first <= {"GET", "POST", "process"}


def test_no_span_of_a_registration_tells_who_registered(
    saver: Saver, traced: LaunchedPortal, receiver: OtlpReceiver
) -> None:
    """Nor by which addresses: those of pages and queries, of the mail, of the machine."""
    saver.saves_again()
    mail = ("registrations-worker", "process send_modification_mail")
    wait_until(lambda: bool(receiver.of_process(*mail)), SECONDS, "the mail's span")
    typed = {str(value) for tab in DOSSIER.values() for value in dict(tab).values()} | set(
        creation_form().values()
    )
    personal = {
        text for text in typed - WORDS_OF_THE_PORTAL if len(text) >= SHORTEST and not text.islower()
    }
    personal |= {
        saver.address,
        saver.address.partition("@")[0],
        saver.candidature,
        PASSWORD,
        "127.0.0.1",
    }
    assert {"BINET", "Laurent", "01/02/2001"} <= personal
    sent = b"".join(receiver.bodies)
    # A random id has « 2021 » in it now and then.
    assert [
        text
        for text in personal
        if re.search(rf"(?<![0-9a-f]){re.escape(text)}(?![0-9a-f])".encode(), sent)
    ] == []
