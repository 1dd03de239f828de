"""What traces cost: a portal that sends all of them, beside one that sends none."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.candidate_journey import TAB, Choice, fills_the_tabs, opens_a_draft
from tests.bench.conftest import AS_SHIPPED
from tests.bench.installation import ONE_MACHINE, Installation
from tests.bench.record import record
from tests.bench.visitor import Visitor
from tests.support.launched_portal import LaunchedPortal
from tests.support.otlp_receiver import OtlpReceiver

IDENTIFICATION = 2
ROUNDS, ASKED = 5, 60
IN_A_PAGE = ("gateway", "accounts", "registrations")


def ms_of_a_tab(installations: Mapping[str, Installation]) -> dict[str, float]:
    """Processor time of a tab's page in each, in turns, so that what else the machine does falls on all: the least of
    their rounds."""
    visitors = {label: _at_a_tab(installation) for label, installation in installations.items()}
    least = dict.fromkeys(installations, float("inf"))
    for _ in range(ROUNDS):
        for label, (visitor, draft) in visitors.items():
            cost = installations[label].processor_of(lambda: visitor.get(TAB, f"{draft}/{IDENTIFICATION}"), ASKED)  # noqa: B023 - called at once
            least[label] = min(least[label], sum(cost[name] for name in IN_A_PAGE) * 1000)
    return least


def _at_a_tab(installation: Installation) -> tuple[Visitor, str]:
    visitor, _ = installation.new_candidate()
    draft, tab = opens_a_draft(visitor, Choice())
    fills_the_tabs(visitor, draft, tab)
    return visitor, draft


def test_a_tab_with_traces_and_without(one_machine: Installation) -> None:
    with OtlpReceiver() as receiver:
        portal = LaunchedPortal("bench-traces", AS_SHIPPED | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url})
        try:
            traced = Installation(ONE_MACHINE, portal, portal.var / "mail", {})
            cost = ms_of_a_tab({"without": one_machine, "with": traced})
        finally:
            portal.stop()
    for label, milliseconds in cost.items():
        record(f"a tab's page, {label} traces", milliseconds, "ms")
    record("a tab's page, with traces over without", cost["with"] / cost["without"], "times")
