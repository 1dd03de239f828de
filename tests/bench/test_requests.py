"""What single requests cost, each beside its bare twin, and what traces add to them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import orjson
import requests

from services.chassis.http.client import Client
from services.chassis.web.access_tokens import verified
from services.contracts.api.sessions import exchange_tool_token, log_in
from services.contracts.registrations import RegistrationSaved
from tests.accounts.creation_form import PASSWORD
from tests.bench.candidate_journey import LAST_TAB, TAB, Choice, fills_the_tabs, opens_a_draft, saves
from tests.bench.conftest import AS_SHIPPED
from tests.bench.installation import ONE_MACHINE, Installation
from tests.bench.least_cost import Floor, bare_servers, processor_of
from tests.bench.record import record
from tests.bench.visitor import Answer, Timings, Visitor
from tests.support.launched_portal import LaunchedPortal
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.tokens import candidate_token, key_of

IDENTIFICATION = 2
ASKED, SAVED, CALLED = 200, 15, 300
ROUNDS, ASKED_IN_A_ROUND = 5, 60
MOST_MS_OF_A_TAB, MOST_MS_OF_A_SAVE, MOST_MS_OF_A_DRAFT = 14, 20, 5
LEAST_SHARE_THROUGH_THE_GATEWAY = 0.5
SAMPLE = Path(__file__).parents[1] / "contracts" / "samples" / "registrations.registration_saved.v1.json"
IN_A_PAGE = ("gateway", "accounts", "registrations")


def test_a_tab_and_a_draft(one_machine: Installation, floor: Floor) -> None:
    visitor, address, draft = _at_a_tab(one_machine)
    cost = one_machine.processor_of(lambda: visitor.get(TAB, f"{draft}/{IDENTIFICATION}"), ASKED)
    total = sum(cost[name] for name in IN_A_PAGE) * 1000
    record("a tab's page", total, "ms", aim=MOST_MS_OF_A_TAB)
    for name in IN_A_PAGE:
        record(f"a tab's page, of it {name}", cost[name] * 1000, "ms")
    record("a tab's page over a bare page behind one hop", total / floor.page / 1000, "times")

    gateway, sent = one_machine.as_the_gateway(), {"email": address, "password": PASSWORD, "source": "192.0.2.7"}
    token = gateway.passwords.call(log_in, gateway.own_token, body=sent)
    inside = Visitor(one_machine.address_of("registrations"), Timings(), token=token.access_token)
    path = f"/v1/drafts/{draft.rpartition('/')[2]}"
    cost = one_machine.processor_of(lambda: inside.get("draft", path), ASKED)
    record("GET draft", cost["registrations"] * 1000, "ms", aim=MOST_MS_OF_A_DRAFT)


def _at_a_tab(installation: Installation) -> tuple[Visitor, str, str]:
    """Somebody, their address and the path of their draft's tabs, each filled in."""
    visitor, address = installation.new_candidate()
    draft, tab = opens_a_draft(visitor, Choice())
    fills_the_tabs(visitor, draft, tab)
    return visitor, address, draft


def test_a_tab_with_traces_and_without(one_machine: Installation) -> None:
    """All traces are sent, or none."""
    with OtlpReceiver() as receiver:
        portal = LaunchedPortal("bench-traces", AS_SHIPPED | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url})
        try:
            traced = Installation(ONE_MACHINE, portal, portal.var / "mail", {})
            cost = _ms_of_a_tab({"without": one_machine, "with": traced})
        finally:
            portal.stop()
    for label, milliseconds in cost.items():
        record(f"a tab's page, {label} traces", milliseconds, "ms")
    record("a tab's page, with traces over without", cost["with"] / cost["without"], "times")


def _ms_of_a_tab(installations: Mapping[str, Installation]) -> dict[str, float]:
    """Processor time of a tab's page in each, in turns, so that what else the machine does falls on all: the least of
    their rounds."""
    visitors = {label: _at_a_tab(installation) for label, installation in installations.items()}
    least = dict.fromkeys(installations, float("inf"))
    for _ in range(ROUNDS):
        for label, (visitor, _address, draft) in visitors.items():
            ask = partial(visitor.get, TAB, f"{draft}/{IDENTIFICATION}")
            cost = installations[label].processor_of(ask, ASKED_IN_A_ROUND)
            least[label] = min(least[label], sum(cost[name] for name in IN_A_PAGE) * 1000)
    return least


def test_a_save(one_machine: Installation) -> None:
    """« Modifier » and « Enregistrer », version after version; what registrations takes for the second alone."""
    visitor, _ = one_machine.new_candidate()
    draft, tab = opens_a_draft(visitor, Choice())
    candidature = saves(visitor, draft, fills_the_tabs(visitor, draft, tab))
    taken = 0.0
    for _ in range(SAVED):
        draft, last = _changes(visitor, candidature)
        before = one_machine.processor_now("registrations")
        saves(visitor, draft, last)
        taken += one_machine.processor_now("registrations") - before
    record("« Enregistrer » in registrations", taken / SAVED * 1000, "ms", aim=MOST_MS_OF_A_SAVE)


def _changes(visitor: Visitor, candidature: str) -> tuple[str, Answer]:
    begun = visitor.post("« Modifier »", f"/inscriptions/{candidature}/modification", {})
    draft = begun.location.rpartition("/")[0]
    return draft, visitor.get(TAB, f"{draft}/{LAST_TAB}")


def test_the_pieces_of_an_academie_through_the_gateway_and_direct(one_machine: Installation) -> None:
    one_machine.measure_load(4)
    opaque, path = one_machine.portal.token("staff"), "/pieces?academie=03&limit=20"
    gateway = one_machine.as_the_gateway()
    access = gateway.accounts.call(exchange_tool_token, gateway.own_token, body={"token": opaque}).access_token
    through = Visitor(one_machine.portal.url, Timings(), token=opaque)
    direct = Visitor(one_machine.address_of("pieces"), Timings(), token=access)
    ways: dict[str, Callable[[], object]] = {
        "through the gateway": lambda: through.get("list", f"/api/pieces/v1{path}"),
        "direct": lambda: direct.get("list", f"/v1{path}"),
    }
    seconds = {}
    for way, ask in ways.items():
        begun = time.perf_counter()
        cost = one_machine.processor_of(ask, ASKED)
        seconds[way] = time.perf_counter() - begun
        processor = cost["gateway"] + cost["pieces"] + cost["accounts"]
        record(f"list of pieces, {way}", processor * 1000, "ms")
        record(f"list of pieces, {way}: requests a second", ASKED / seconds[way], "")
    record(
        "list of pieces: requests a second through the gateway over direct",
        seconds["direct"] / seconds["through the gateway"],
        "times",
        aim=LEAST_SHARE_THROUGH_THE_GATEWAY,
        at_most=False,
    )


def test_a_call_between_processes() -> None:
    with bare_servers() as (_, page, _pids):
        ours, connection = Client(page), http.client.HTTPConnection(page.removeprefix("http://"))
        session = requests.Session()

        def bare() -> None:
            connection.request("GET", "/")
            connection.getresponse().read()

        calls: dict[str, Callable[[], object]] = {
            "ours, GET": lambda: ours.send("GET", "/").content,
            "ours, a POST that reads": lambda: ours.answer("POST", "/", reads=True).content,
            "ours, POST": lambda: ours.answer("POST", "/").content,
            "requests, a session for each": lambda: requests.get(page, timeout=5).content,
            "requests, kept": lambda: session.get(page, timeout=5).content,
            "http.client, kept": bare,
        }
        for name, call in calls.items():
            record(f"a call's caller: {name}", processor_of(call, CALLED) * 1000, "ms")


def test_an_access_token_and_an_event() -> None:
    token, body = candidate_token("c0ffee00000000000000000000000001"), SAMPLE.read_bytes()
    data = orjson.loads(body)
    acts: dict[str, Callable[[], object]] = {
        "verify an access token that was verified before": lambda: verified(token, key_of),
        "read registration_saved": lambda: RegistrationSaved.from_data(data),
        "read registration_saved, orjson alone": lambda: orjson.loads(body),
    }
    for name, act in acts.items():
        record(name, processor_of(act, CALLED) * 1000, "ms")
