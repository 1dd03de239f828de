"""A gestionnaire decides with the tool alone, of what was looked at and of nothing newer."""

import pytest

from services.pieces.domain.control import WHY_NOT
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import Tool, tool_token

pytestmark = pytest.mark.usefixtures("deposited")


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


def test_what_a_colleague_decided_meanwhile_stands(tool: Tool, running: InProcessFourServices) -> None:
    piece = tool.json("pieces", "next")
    colleague = Tool(running.url, tool_token(running, StaffFactory(running).account("03")), tool.folder / "colleague")
    colleague.folder.mkdir()
    colleague.done("pieces", "show", piece["id"])
    colleague.done("pieces", "decide", piece["id"], "recue")
    refused = tool.run("pieces", "decide", piece["id"], "conforme")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "a changé depuis que vous l'avez lue" in refused.stderr
    assert tool.json("pieces", "show", piece["id"])["status"] == "received"
