"""What of people is in requests, rows, mails and errors leaves in no span."""

import re
from contextlib import suppress

from flask import Flask

from services.chassis.traces import spans
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.bench.candidate_journey import DOSSIER
from tests.bench.visitor import UnexpectedAnswer
from tests.support.launched_portal import LaunchedPortal
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.processes import wait_until
from tests.traces.conftest import Saver, recording

WORDS_OF_THE_PORTAL = {"non", "oui", "globale", "MONSIEUR", "FRANCE"}
SHORTEST = 4  # characters: « 03 » is everywhere
NAME = "Marguerite.Dupont@example.org"


def test_no_span_of_a_registration_tells_who_registered(
    saver: Saver, traced: LaunchedPortal, receiver: OtlpReceiver
) -> None:
    """Nor by which addresses: those of pages and queries, of the mail, of the machine."""
    saver.saves_again()
    wait_until(
        lambda: bool(receiver.of_process("registrations-worker", "process send_modification_mail")),
        90,
        "the mail's span",
    )
    typed = {str(value) for tab in DOSSIER.values() for value in dict(tab).values()} | set(creation_form().values())
    personal = {text for text in typed - WORDS_OF_THE_PORTAL if len(text) >= SHORTEST and not text.islower()}
    personal |= {saver.address, saver.address.partition("@")[0], saver.candidature, PASSWORD, "127.0.0.1"}
    assert {"BINET", "Laurent", "01/02/2001"} <= personal
    sent = b"".join(receiver.bodies)
    # A random id has « 2021 » in it now and then.
    assert [text for text in personal if re.search(rf"(?<![0-9a-f]){re.escape(text)}(?![0-9a-f])".encode(), sent)] == []


def test_a_path_that_no_route_takes_is_not_told() -> None:
    app = Flask("site")
    with recording() as receiver:
        spans.trace_requests(app)
        app.test_client().get(f"/{NAME}?q={NAME}", headers={"User-Agent": NAME})
    [span] = receiver.spans
    assert span.name == "no route"
    assert NAME.encode() not in b"".join(receiver.bodies)


def test_of_an_error_only_its_type_is_told() -> None:
    with recording() as receiver, suppress(UnexpectedAnswer), spans.span("process something", "CONSUMER"):
        spans.note("nom_famille", NAME)
        raise UnexpectedAnswer(NAME)
    [sent] = receiver.bodies
    assert b"UnexpectedAnswer" in sent
    assert NAME.encode() not in sent
