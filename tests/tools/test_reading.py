"""What the tool shows, saves and follows; and how it is told where the portal is."""

import hashlib
import json

import pytest

from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import Tool, csv_rows, tool_token

pytestmark = pytest.mark.usefixtures("deposited")


def test_lists_are_followed_to_their_end_in_every_form(tool: Tool) -> None:
    everything = tool.json("pieces", "list", "--statut", "toutes", "--tout")
    assert len({piece["id"] for piece in everything}) == len(everything) >= 4
    in_csv = csv_rows(tool.done("pieces", "list", "--statut", "toutes", "--tout", "--csv"))
    assert [row["piece_id"] for row in in_csv] == [piece["id"] for piece in everything]
    assert [row["numero_candidat"][:2] for row in in_csv] == ["02"] * len(in_csv)
    assert len(tool.json("pieces", "list", "--statut", "toutes", "--limite", "3")) == 3
    parts = [
        tool.json("pieces", "list", "--statut", "toutes", "--tout", "--validees", word)
        for word in ("oui", "non")
    ]
    assert [[bool(piece["validated_at"]) for piece in part] for part in parts] == [
        [],
        [False] * len(everything),
    ]


@pytest.mark.parametrize("columns", ["80", "200"])
def test_no_list_for_people_cuts_an_id_or_a_number_of_a_candidate(tool: Tool, columns: str) -> None:
    tool.environment["COLUMNS"] = columns
    shown = tool.done("pieces", "list", "--statut", "toutes", "--tout")
    for piece in tool.json("pieces", "list", "--statut", "toutes", "--tout"):
        assert piece["id"] in shown
        assert piece["candidature"]["numero_candidat"] in shown


@pytest.mark.parametrize(("option", "mark"), [((), ""), (("--original",), " (original)")])
def test_a_copy_or_a_file_is_saved_whole_and_once(
    tool: Tool, option: tuple[str, ...], mark: str
) -> None:
    piece = tool.json("pieces", "next")
    words = ("pieces", "download", piece["id"], "--vers", "pieces", *option)
    saved = tool.folder / tool.done(*words).strip()
    assert (hashlib.sha256(saved.read_bytes()).hexdigest() == piece["deposit"]["sha256"]) == bool(
        option
    )
    assert (
        saved.name == f"{piece['candidature']['numero_candidat']}-{piece['code']}-piece{mark}.pdf"
    )
    assert saved.stat().st_mode & 0o077 == 0, "a justificatif is for its reader alone"
    assert tool.done(*words) == ""
    saved.write_bytes(b"other")
    refused = tool.run(*words)
    assert refused.returncode == 5
    assert saved.read_bytes() == b"other", "nothing is overwritten"


def test_changes_are_followed_from_the_kept_place_on(tool: Tool) -> None:
    def followed() -> list[dict[str, str]]:
        lines = tool.done("changes", "follow", "--une-fois", "--etat", "place").splitlines()
        return [json.loads(line) for line in lines]

    before = followed()
    assert "deposited" in {change["kind"] for change in before}
    assert followed() == []
    piece = tool.json("pieces", "next")
    tool.done("pieces", "decide", piece["id"], "conforme")
    [change] = followed()
    assert (change["kind"], change["piece_id"]) == ("controlled", piece["id"])


def test_a_candidature_is_found_read_ended_and_restored(
    tool: Tool, running: InProcessFourServices
) -> None:
    number = tool.json("pieces", "next")["candidature"]["numero_candidat"]
    [found] = tool.json("candidatures", "list", "--texte", number)
    assert tool.json("candidatures", "show", found["id"])["recap"]["sections"]
    assert tool.run("candidatures", "ecarter", found["id"]).returncode == 2, "a reason is asked for"
    for _ in range(2):
        tool.done("candidatures", "ecarter", found["id"], "--motif", "Titre insuffisant")
    assert (
        tool.json("candidatures", "list", "--texte", number, "--etat", "ecartee")[0]["id"]
        == found["id"]
    )
    running.deliver()
    assert (
        tool.run(
            "pieces", "list", "--statut", "toutes", "--candidature", found["id"], "--json"
        ).stdout
        == "[]\n"
    )
    refused = tool.run("candidatures", "withdraw", found["id"], "--motif", "Demande")
    assert (refused.returncode, refused.stderr.strip()) == (
        5,
        "Cette candidature n'est plus active.",
    )
    tool.done("candidatures", "retablir", found["id"], "--motif", "Titre reçu")
    running.deliver()
    assert tool.json("pieces", "list", "--statut", "toutes", "--candidature", found["id"])


def test_the_token_comes_from_a_file_that_nobody_else_may_read(tool: Tool) -> None:
    tool.environment = {"PORTAIL_URL": "", "PORTAIL_TOKEN": ""}
    assert "portail configure" in tool.run("pieces", "next").stderr
    configured = tool.run("configure", typed=f"{tool.url}/\n{tool.token}\n")
    assert configured.returncode == 0, configured.stderr
    assert tool.token not in configured.stdout + configured.stderr
    file = tool.folder / ".config" / "portail" / "config.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert tool.json("pieces", "next")
    file.chmod(0o644)
    refused = tool.run("pieces", "next")
    assert refused.returncode == 2
    assert "chmod 600" in refused.stderr


def test_a_revoked_or_foreign_token_says_so(tool: Tool, running: InProcessFourServices) -> None:
    tool.token = "x" * 43
    refused = tool.run("pieces", "next")
    assert (refused.returncode, refused.stderr.strip()) == (3, "Le jeton n'est pas valable.")
    tool.token = tool_token(running, StaffFactory(running).account("03"), "candidatures:read")
    assert tool.run("pieces", "next").returncode == 3


def test_a_command_typed_wrong_is_answered_in_french(tool: Tool) -> None:
    for words, said in (
        (("pieces", "show"), "Il manque l'argument 'PIECE'"),
        (("piece",), "La commande 'piece' n'existe pas."),
        (("pieces", "list", "--statut", "autre"), "n'est pas parmi"),
        (("pieces", "decide-many", "absent.csv"), "'absent.csv' n'existe pas."),
        (("messages", "list", "--json", "--csv"), "Choisissez --json ou --csv."),
    ):
        refused = tool.run(*words)
        assert (refused.returncode, refused.stdout) == (2, ""), words
        assert "Erreur : " in refused.stderr
        assert said in refused.stderr
    assert "Afficher cette aide." in tool.done("pieces", "--help")
