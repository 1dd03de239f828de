"""The tool has nothing of the portal on its path: what it has to repeat is what the portal says."""

import pkgutil
from importlib import import_module

from gateway.api import WRITE_SECONDS
from gateway.web.gestion import ouvertures
from gateway.web.gestion.pieces import FILTERS_OF_STATUS
from portail import (
    administration_commands,
    candidatures_commands,
    changes_commands,
    decisions,
    documents_commands,
    output,
    pieces_commands,
)
from portail import api as portal_api
from services.chassis import csv_format
from services.contracts import api
from services.contracts.api.staff_lists import StaffList
from services.contracts.page_sizes import LARGEST_CHANGES_PAGE, LARGEST_PAGE
from services.contracts.piece_rules import STATUS_LABELS, ChangeKind
from services.contracts.registration_rules import (
    CANDIDATURE_STATE_LABELS,
    PERIOD_LABELS,
    SEVERITIES,
)

COMMANDS = {
    "Candidatures": candidatures_commands.list_candidatures,
    "Epreuves": candidatures_commands.export_epreuves,
    "Pieces": pieces_commands.list_pieces,
    "Imports": documents_commands.list_publications,
}
WITHOUT_COMMAND = {"Audit", "MissingPieces"}
"""Lists with filters that the tool does not have."""
WITHOUT_OPTION = {("Pieces", "candidate")}
"""What the portal's pages ask for by links alone."""


def test_the_tool_asks_for_no_more_than_the_portal_gives() -> None:
    assert portal_api.LONGEST_PAGE == LARGEST_PAGE
    assert 0 < decisions.BATCH <= LARGEST_CHANGES_PAGE
    assert 0 < changes_commands.PAGE <= LARGEST_CHANGES_PAGE
    assert documents_commands.CHECK_SECONDS > WRITE_SECONDS, (
        "it waits longer for a check than the portal takes"
    )


def test_the_tool_knows_the_portals_codes_and_words() -> None:
    filters = pieces_commands.STATUS_FILTERS
    assert {name: filters[name] for name in FILTERS_OF_STATUS} == FILTERS_OF_STATUS
    assert set(decisions.STATUSES.values()) == set(STATUS_LABELS)
    assert set(changes_commands.LABELS) == set(ChangeKind)
    assert candidatures_commands.STATE_LABELS == CANDIDATURE_STATE_LABELS
    assert set(administration_commands.STATE_LABELS) == set(ouvertures.STATE_LABELS)
    assert set(administration_commands.SEVERITIES.values()) == set(SEVERITIES)
    assert set(administration_commands.PERIODS.values()) == set(PERIOD_LABELS)
    assert (output.EXPORT_DELIMITER, output.BYTE_ORDER_MARK) == (
        csv_format.DELIMITER,
        csv_format.BYTE_ORDER_MARK,
    )


def test_the_tools_lists_have_an_option_for_each_of_their_filters() -> None:
    options = {
        name: {option.name for option in command.params} for name, command in COMMANDS.items()
    }
    options["Pieces"] |= {
        name for chosen in pieces_commands.STATUS_FILTERS.values() for name in chosen
    }
    modules = [
        import_module(f"{api.__name__}.{module.name}")
        for module in pkgutil.iter_modules(api.__path__)
    ]
    declared = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, StaffList)
    ]
    missing = {
        (item.name, narrowing.name)
        for item in declared
        for narrowing in item.filters
        if item.name not in WITHOUT_COMMAND and narrowing.name not in options.get(item.name, ())
    }
    assert missing == WITHOUT_OPTION
