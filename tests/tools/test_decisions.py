"""A gestionnaire decides with the tool alone, of what was looked at and of nothing newer. Calls and
answers get lost, and the portal is busy: what was asked for is done, once."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.pieces.domain.control import WHY_NOT
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import BUSY, LOST, UNHEARD, Tool, UnreliablePortal, csv_rows, tool_token

pytestmark = pytest.mark.usefixtures("deposited")


@pytest.fixture
def remote(tool: Tool, network: UnreliablePortal) -> Tool:
    return replace(tool, url=network.url)


def controls(tool: Tool, piece_id: str) -> list[dict[str, Any]]:
    """The piece's decisions, without those that another test took back."""
    found: list[dict[str, Any]] = tool.json("pieces", "show", piece_id)["history"]["controls"]
    return [control for control in found if not (control["taken_back"] or control["takes_back"])]


def filled_in(tool: Tool, name: str, decision: str = "conforme", limit: int = 2) -> Path:
    """The CSV of pieces to control with a decision for each."""
    file = tool.folder / name
    lines = csv_rows(tool.done("pieces", "list", "--csv", "--a-decider", "--limite", str(limit)))
    assert len(lines) == limit
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]), delimiter=";")
        writer.writeheader()
        writer.writerows({**line, "decision": decision} for line in lines)
    return file


def report_of(file: Path) -> list[list[str]]:
    """(result, detail) of each line of the report."""
    text = file.with_name(f"{file.name}.rapport.csv").read_text(encoding="utf-8")
    return [list(row.values())[3:] for row in csv_rows(text)]


@pytest.mark.parametrize("how", [LOST, BUSY, UNHEARD])
def test_one_decision_is_stored_once(
    tool: Tool, remote: Tool, network: UnreliablePortal, how: str
) -> None:
    piece = remote.json("pieces", "next")
    network.fail("POST", how)
    assert remote.json("pieces", "decide", piece["id"], "conforme")["status"] == "compliant"
    assert network.calls["POST"] == 2
    assert [control["status"] for control in controls(tool, piece["id"])] == ["compliant"]


def test_reads_go_on_where_the_network_broke(remote: Tool, network: UnreliablePortal) -> None:
    network.fail("GET", UNHEARD, BUSY, LOST)
    assert remote.json("pieces", "next")["deposit"]
    assert network.calls["GET"] == 4


def test_patience_has_an_end(remote: Tool, network: UnreliablePortal) -> None:
    remote.environment["PORTAIL_PATIENCE"] = "1"
    network.fail("GET", *[UNHEARD] * 20)
    result = remote.run("pieces", "next")
    assert (result.returncode, result.stdout) == (6, "")
    assert "Le portail ne répond pas" in result.stderr


def test_a_bulk_whose_answer_was_lost_is_stored_once(
    tool: Tool, remote: Tool, network: UnreliablePortal
) -> None:
    file = filled_in(tool, "perdu.csv")
    network.fail("POST", LOST)
    assert "2 décisions enregistrées sur 2" in remote.done("pieces", "decide-many", str(file))
    assert report_of(file) == [["fait", ""]] * 2, "the portal answers as the first time"
    for line in csv_rows(file.read_text(encoding="utf-8")):
        assert len(controls(tool, line["piece_id"])) == 1


def test_a_broken_bulk_is_taken_up_where_it_broke(
    tool: Tool, remote: Tool, network: UnreliablePortal
) -> None:
    """The portal carried it out, the tool died before it could write its report."""
    file = filled_in(tool, "interrompu.csv")
    remote.environment["PORTAIL_PATIENCE"] = "0"
    network.fail("POST", LOST)
    broken = remote.run("pieces", "decide-many", str(file))
    assert broken.returncode == 6, broken.stderr
    assert report_of(file) == []
    again = tool.done("pieces", "decide-many", str(file))
    assert "2 décisions enregistrées sur 2" in again
    sent = network.calls["POST"]
    assert "dont 2 lors d'une exécution précédente" in remote.done(
        "pieces", "decide-many", str(file)
    )
    assert network.calls["POST"] == sent, "what the report calls done is not sent again"


def test_lines_that_do_not_pass_are_named_and_the_others_are_done(tool: Tool) -> None:
    file = filled_in(tool, "en-partie.csv", "conforme")
    first, *_ = csv_rows(file.read_text(encoding="utf-8"))
    tool.done("pieces", "show", first["piece_id"])
    tool.done("pieces", "decide", first["piece_id"], "recue")
    result = tool.run("pieces", "decide-many", str(file))
    assert result.returncode == 7
    assert "ligne 2 : refusé. Cette pièce a changé depuis que vous l'avez lue." in result.stderr
    assert "1 décisions enregistrées sur 2" in result.stdout
    assert [control["status"] for control in controls(tool, first["piece_id"])] == ["received"]


def test_a_file_with_mistakes_sends_nothing(
    tool: Tool, remote: Tool, network: UnreliablePortal
) -> None:
    file = filled_in(tool, "fautes.csv", "peut-être")
    result = remote.run("pieces", "decide-many", str(file))
    assert result.returncode == 2
    assert "ligne 2 : « peut-être » n'est pas une décision" in result.stderr
    assert "ligne 3 :" in result.stderr
    assert network.calls["POST"] == 0


def test_a_refusal_says_to_the_candidate_what_was_typed(tool: Tool) -> None:
    piece = tool.json("pieces", "next")
    refused = tool.run("pieces", "decide", piece["id"], "non-conforme")
    assert (refused.returncode, WHY_NOT in refused.stderr) == (5, True)
    words = ("--commentaire", "La page 2 est illisible.", "--a-renvoyer-jusqu-au", "2021-12-15")
    decided = tool.json("pieces", "decide", piece["id"], "non-conforme", *words)
    assert decided["comment"] == "La page 2 est illisible."
    assert decided["resubmit_until"].startswith("2021-12-16T00:00")


def test_a_decision_is_taken_back_by_who_made_it(tool: Tool) -> None:
    piece = tool.json("pieces", "next")
    tool.done("pieces", "decide", piece["id"], "conforme")
    assert tool.json("pieces", "undo", piece["id"])["status"] is None
    assert tool.run("pieces", "undo", piece["id"]).returncode == 5


def test_nothing_is_decided_unseen(tool: Tool) -> None:
    [piece, *_] = tool.json("pieces", "list")
    refused = tool.run("pieces", "decide", piece["id"], "conforme")
    assert refused.returncode == 2
    assert f"portail pieces show {piece['id']}" in refused.stderr


def test_what_a_colleague_decided_meanwhile_stands(
    tool: Tool, running: InProcessFourServices
) -> None:
    piece = tool.json("pieces", "next")
    colleague = Tool(
        running.url,
        tool_token(running, StaffFactory(running).account("03")),
        tool.folder / "colleague",
    )
    colleague.folder.mkdir()
    colleague.done("pieces", "show", piece["id"])
    colleague.done("pieces", "decide", piece["id"], "recue")
    refused = tool.run("pieces", "decide", piece["id"], "conforme")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "a changé depuis que vous l'avez lue" in refused.stderr
    assert tool.json("pieces", "show", piece["id"])["status"] == "received"
