"""`portail openings`, `incidents` and `messages`: read by anyone, changed by administrateurs with
what asks for it."""

from dataclasses import replace

import pytest

from services.accounts.domain.staff import Role
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import LOST, PASSES, Tool, UnreliablePortal, csv_rows, tool_token


@pytest.fixture(scope="module")
def administrators_token(running: InProcessFourServices) -> str:
    account = StaffFactory(running).account(role=Role.ADMINISTRATEUR)
    return tool_token(running, account, "openings:manage")


@pytest.fixture
def administrator(tool: Tool, administrators_token: str) -> Tool:
    return replace(tool, token=administrators_token)


def besancon(tool: Tool) -> dict[str, str]:
    listed = csv_rows(tool.done("openings", "list", "--examen", "BTS", "--csv"))
    [row] = [row for row in listed if "BESANCON" in row["academie"]]
    return row


def test_openings_are_listed_in_the_time_of_paris(tool: Tool) -> None:
    assert (besancon(tool)["etat"], besancon(tool)["ouvre_le"]) == ("Ouverte", "01/10/2021 12:00")


def test_an_opening_is_moved_once_with_its_reason(
    tool: Tool, administrator: Tool, network: UnreliablePortal
) -> None:
    opening = besancon(tool)["ouverture_id"]
    remote = replace(administrator, url=network.url)
    network.fail("POST", LOST)
    move = (
        "openings",
        "move",
        opening,
        "--ferme-le",
        "2021-12-03 17:00",
        "--motif",
        "Panne du portail",
    )
    moved = remote.json(*move)
    assert moved["closes"].startswith("2021-12-03T16:00"), "five in Paris"
    assert [change["reason"] for change in moved["changes"]] == ["Panne du portail"]
    assert len(administrator.json(*move)["changes"]) == 1, "given again, it changes nothing"
    assert besancon(tool)["ferme_le"] == "03/12/2021 17:00"


def test_dates_that_cannot_be_are_refused(tool: Tool, administrator: Tool) -> None:
    opening = besancon(tool)["ouverture_id"]
    for typed, code in (("bientôt", 2), ("2022-03-27 02:30", 2), ("2020-01-01 00:00", 5)):
        refused = administrator.run(
            "openings", "move", opening, "--ferme-le", typed, "--motif", "Essai"
        )
        assert refused.returncode == code, (typed, refused.stderr)
    assert administrator.run("openings", "move", opening, "--motif", "Essai").returncode == 2
    assert (
        administrator.run("openings", "move", opening, "--ferme-le", "2021-12-04 17:00").returncode
        == 2
    )


def test_several_openings_are_moved_together_once_what_candidates_lose_is_confirmed(
    administrator: Tool,
) -> None:
    listed = csv_rows(
        administrator.done("openings", "list", "--examen", "BTS", "--session", "2022", "--csv")
    )
    openings = [row["ouverture_id"] for row in listed]
    move = (
        "openings",
        "move",
        *openings,
        "--ferme-le",
        "2021-10-20 17:00",
        "--motif",
        "Jury avancé",
    )
    refused = administrator.run(*move)
    assert refused.returncode == 5
    assert "La fermeture des inscriptions est avancée" in refused.stderr
    moved = administrator.json(*move, "--confirmer")
    assert [opening["closes"][:13] for opening in moved] == ["2021-10-20T15"] * len(openings)


def test_a_message_is_published_once_and_withdrawn(
    tool: Tool, administrator: Tool, network: UnreliablePortal
) -> None:
    words = ("--titre", "Maintenance", "--texte", "Ce soir", "--gravite", "attention")
    publish = (
        "messages",
        "publish",
        *words,
        "--du",
        "2021-10-01 00:00",
        "--au",
        "2022-03-01 00:00",
    )
    network.fail("POST", LOST)
    lost = replace(administrator, url=network.url).run(*publish)
    assert (lost.returncode, network.calls["POST"]) == (6, 1), "it is not sent again blindly"
    message = administrator.done(*publish).strip()
    [shown] = tool.json("messages", "list")
    assert (shown["id"], shown["severity"]) == (message, "warning")
    assert [row["id"] for row in administrator.json("messages", "list", "--tous")] == [message]
    administrator.done("messages", "withdraw", message)
    assert tool.json("messages", "list") == []


def test_what_an_incident_cut_is_extended_once(
    administrator: Tool, network: UnreliablePortal
) -> None:
    words = (
        "--titre",
        "Prolongation",
        "--texte",
        "Le portail était indisponible.",
        "--motif",
        "Panne du portail",
    )
    extend = ("incidents", "extend", "--du", "2021-10-04 08:00", "--au", "2021-10-04 09:30", *words)
    inscriptions = (*extend, "--service", "inscriptions")
    seen = csv_rows(administrator.done(*inscriptions, "--voir", "--csv"))
    [besancon_row] = [
        row for row in seen if "BESANCON" in row["academie"] and row["session"] == "BTS 2022"
    ]
    left = [row["ouverture_id"] for row in seen if row is not besancon_row]
    only = (*inscriptions, *(word for opening in left for word in ("--sauf", opening)))
    network.fail("POST", PASSES, LOST)
    [moved] = csv_rows(replace(administrator, url=network.url).done(*only, "--csv"))
    assert moved["ferme_le"] == besancon_row["ferme_le"] != besancon_row["fermait_le"], (
        "a look changed nothing"
    )
    again = administrator.run(*only)
    assert (again.returncode, "déjà noté" in again.stderr) == (5, True), again.stderr
    assert besancon(administrator)["ferme_le"] == moved["ferme_le"]


def test_what_will_be_erased_is_listed(administrator: Tool) -> None:
    assert csv_rows(administrator.done("retention", "--dry-run", "--csv")) == [], (
        "nothing within a month"
    )
    assert administrator.run("retention").returncode == 2, "the portal itself erases"
