"""The tool has nothing of the portal on its path: what it has to repeat is what the portal says."""

import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from gateway.api import routing
from gateway.web.gestion import ouvertures
from gateway.web.gestion.pieces import FILTERS_OF_STATUS
from services.chassis import csv_export
from services.contracts import api
from services.contracts.api.staff_lists import StaffList
from services.contracts.page_sizes import LARGEST_CHANGES_PAGE, LARGEST_PAGE
from services.contracts.piece_rules import STATUS_LABELS, ChangeKind
from services.contracts.registration_rules import CANDIDATURE_STATE_LABELS, PERIOD_LABELS, SEVERITIES
from tests.tools.tool import SOURCE

FACTS = """
import json
from portail import administration_commands as administration, api, bulk
from portail import candidatures_commands as candidatures, changes_commands as changes, decisions, output
from portail import documents_commands as documents, pieces_commands as pieces, publications

LISTS = {
    "Candidatures": candidatures.list_candidatures, "Epreuves": candidatures.export_epreuves,
    "Pieces": pieces.list_pieces, "Imports": documents.list_publications,
}
print(json.dumps({
    "largest page": api.LONGEST_PAGE,
    "decisions of a call": bulk.BATCH,
    "changes of a page": changes.PAGE,
    "seconds of a check": publications.CHECK_SECONDS,
    "decisions": list(decisions.STATUSES.values()),
    "changes": list(changes.LABELS),
    "filters by status": pieces.STATUS_FILTERS,
    "states of candidatures": candidatures.STATE_LABELS,
    "states of openings": list(administration.STATE_LABELS),
    "severities": list(administration.SEVERITIES.values()),
    "periods": list(administration.PERIODS.values()),
    "csv": [output.EXPORT_DELIMITER, output.BYTE_ORDER_MARK],
    "options of lists": {name: [option.name for option in command.params] for name, command in LISTS.items()},
}))
"""

WITHOUT_COMMAND = {"Audit", "MissingPieces"}
"""Lists with filters that the tool does not have."""
WITHOUT_OPTION = {("Pieces", "candidate")}
"""What the portal's pages ask for by links alone."""


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    surroundings = {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}
    printed = subprocess.run(
        [sys.executable, "-c", FACTS], env=surroundings, capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(printed.stdout))


def test_the_tool_asks_for_no_more_than_the_portal_gives(facts: dict[str, Any]) -> None:
    assert facts["largest page"] == LARGEST_PAGE
    assert 0 < facts["decisions of a call"] <= LARGEST_CHANGES_PAGE, LARGEST_PAGE
    assert 0 < facts["changes of a page"] <= LARGEST_CHANGES_PAGE


def test_the_tool_waits_longer_for_a_check_than_the_portal_takes(facts: dict[str, Any]) -> None:
    assert facts["seconds of a check"] > routing.WRITE_SECONDS


def test_the_tool_knows_the_portals_codes_and_words(facts: dict[str, Any]) -> None:
    filters = facts["filters by status"]
    assert {name: filters[name] for name in FILTERS_OF_STATUS} == FILTERS_OF_STATUS
    assert set(facts["decisions"]) == set(STATUS_LABELS)
    assert set(facts["changes"]) == set(ChangeKind)
    assert facts["states of candidatures"] == CANDIDATURE_STATE_LABELS
    assert set(facts["states of openings"]) == set(ouvertures.STATE_LABELS)
    assert set(facts["severities"]) == set(SEVERITIES)
    assert set(facts["periods"]) == set(PERIOD_LABELS)


def test_the_tools_lists_have_an_option_for_each_of_their_filters(facts: dict[str, Any]) -> None:
    by_status = {name for chosen in facts["filters by status"].values() for name in chosen}
    options = {name: set(names) for name, names in facts["options of lists"].items()}
    options["Pieces"] |= by_status
    declared = [value for module in _api_modules() for value in vars(module).values() if isinstance(value, StaffList)]
    missing = {
        (item.name, narrowing.name)
        for item in declared
        for narrowing in item.filters
        if item.name not in WITHOUT_COMMAND and narrowing.name not in options.get(item.name, ())
    }
    assert missing == WITHOUT_OPTION


def _api_modules() -> list[ModuleType]:
    return [import_module(f"{api.__name__}.{module.name}") for module in pkgutil.iter_modules(api.__path__)]


def test_the_tools_csv_is_written_as_the_portals_exports(facts: dict[str, Any]) -> None:
    assert facts["csv"] == [csv_export.DELIMITER, csv_export.BYTE_ORDER_MARK]
